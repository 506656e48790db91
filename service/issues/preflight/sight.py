"""What the checks look at: the issue, what a mail that left now would show, and that mail itself."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.content import Content, mailed
from service.issues.fitting import Wants
from service.issues.model import Issue, Item
from service.issues.render import Printer, RenderedVariant, render_issue
from service.mail.elements import Element, read_page
from service.mail.letterhead import Letterhead
from service.mail.mime import fill
from service.subscribers.model import Subscriber, Subscription
from service.subscribers.reading import readings

SAMPLE = "S" * 22
"""As long as a sealed token, so that the size is that of a real mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at an issue at the instant `now`. `text`, `html` and `page` have their slots filled for nobody."""

    session: Session
    issue: Issue
    head: Letterhead
    now: datetime
    content: Content
    preheader: str
    copy: RenderedVariant
    text: str
    html: str
    page: Element

    @property
    def leaves_at(self) -> datetime:
        """When it is to leave, as far as anybody knows."""
        return max(self.issue.send_at or self.issue.planned_for, self.now)

    @property
    def links(self) -> dict[str, str]:
        """Every address that the HTML part links to, with the words of its first link; readers' own links left out."""
        own = set(slots_of(self.head).values())
        found = {a.attributes.get("href", "").strip(): a.text for a in reversed(list(self.page.find("a")))}
        return {url: words for url, words in found.items() if url not in own}

    def desk(self, path: str = "") -> str:
        """A page of the issue at the desk."""
        return f"/desk/issues/{self.issue.id}{path}"

    def at(self, item: Item) -> str:
        """Where an item stands at the desk."""
        return self.desk(f"#item-{item.id}")

    def item_with(self, needle: str) -> str:
        """Where the item that has these words or this address stands; the issue's page when none has."""
        for block in self.content.items:
            if needle in (block.url, block.title, block.heading) or needle in block.text or needle in block.html:
                return self.desk(f"#item-{block.item_id}")
        return self.desk()


def look(session: Session, issue: Issue, head: Letterhead, now: datetime) -> Sight:
    """Render the issue as it would leave now for somebody who has chosen nothing, and read it back."""
    content = mailed(session, issue, head.links, now)
    return _sight(session, issue, head, now, content, render_issue(session, issue, head, now))


def look_at_others(sight: Sight) -> list[Sight]:
    """The other copies that readers with choices of their own would get. Plain text is looked at beside its HTML."""
    session, issue = sight.session, sight.issue
    printer = Printer(session, issue, sight.head, sight.now)
    chosen = readings(session, _choices(session, issue)).values()
    copies = [printer.copy(Wants(replace(reading, plain_text=False))) for reading in chosen]
    others = {id(copy): copy for copy in copies if copy.about}.values()
    return [_sight(session, issue, sight.head, sight.now, Content(copy.blocks, []), copy) for copy in others]


def _choices(session: Session, issue: Issue) -> list[str]:
    """The profiles of the newsletter's readers, except the standard one."""
    query = (
        select(Subscriber.reading)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscription.newsletter_id == issue.newsletter_id, Subscription.sendable, Subscriber.reading != "")
        .distinct()
    )
    return sorted(session.scalars(query))


def _sight(
    session: Session, issue: Issue, head: Letterhead, now: datetime, content: Content, copy: RenderedVariant
) -> Sight:
    html = fill(copy.html, slots_of(head))
    return Sight(
        session=session,
        issue=issue,
        head=head,
        now=now,
        content=content,
        preheader=copy.preheader,
        copy=copy,
        text=fill(copy.text, slots_of(head)),
        html=html,
        page=read_page(html),
    )


def slots_of(head: Letterhead) -> dict[str, str]:
    """What fills the personal places, as long as in a real mail."""
    return {
        "%%greeting%%": "Hello,",
        "%%greeting_html%%": "Hello,",
        "%%unsubscribe_url%%": head.links.to(f"/unsubscribe/{SAMPLE}"),
        "%%preferences_url%%": head.links.to(f"/preferences/{SAMPLE}"),
    }
