"""What the checks look at: the issue, what a mail that left now would show, and that mail itself."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.content import Content, mailed
from service.issues.fitting import Missed, Wants
from service.issues.frames.frame import Frame
from service.issues.model import Issue, Item
from service.issues.render import Printer, RenderedVariant, render_issue
from service.mail.elements import Element, read_page
from service.mail.letterhead import Letterhead
from service.mail.mime import fill
from service.subscribers.model import Subscriber, Subscription
from service.subscribers.reading import readings

BESIDES = "stories that some readers get besides, or instead"
LATE_STORIES = 24
"""Of earlier issues, that are looked at again because somebody may have missed them."""
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
    whole: bool = True
    """Whether somebody may get it as it is. What gathers stand-ins is nobody's mail: its length says nothing."""

    @property
    def leaves_at(self) -> datetime:
        """When it is to leave, as far as anybody knows."""
        return max(self.issue.send_at or self.issue.planned_for, self.now)

    @property
    def links(self) -> dict[str, str]:
        """Every address that the HTML part links to, with the words of its first link; readers' own links left out."""
        own = set(slots_of(self.head, self.copy.frame).values())
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
    """The other copies that readers may get: of those with choices of their own, of those who have had its stories, and
    at last every story that anybody may get besides, in one. Plain text is looked at beside its HTML.

    Who has had or missed what makes more copies than these, of the same parts.
    """
    session, issue = sight.session, sight.issue
    besides = _besides(sight)
    printer = Printer(session, issue, sight.head, sight.now, besides)
    chosen = readings(session, _choices(session, issue)).values()
    own = frozenset(item.story_id for item in issue.items if item.story_id is not None)
    wants = [*(Wants(replace(reading, plain_text=False)) for reading in chosen), *([Wants(had=own)] if besides else [])]
    others = {id(copy): copy for copy in map(printer.copy, wants) if copy.about}.values()
    sights = [_sight(session, issue, sight.head, sight.now, Content(copy.blocks, []), copy) for copy in others]
    gathered = printer.copy(Wants(missed=Missed(tuple(besides), len(besides))))
    if gathered.about:
        gathered = replace(gathered, about=BESIDES)
        content = Content(gathered.blocks, [])
        sights.append(replace(_sight(session, issue, sight.head, sight.now, content, gathered), whole=False))
    return sights


def _besides(sight: Sight) -> list[int]:
    """The stories that may stand in for others, and those of late issues that somebody may have missed."""
    session, issue = sight.session, sight.issue
    if issue.corrects_id is not None:
        return []
    stand_ins = Printer(session, issue, sight.head, sight.now).tailor.stories_about()
    late = (
        select(Item.story_id)
        .join(Item.issue)
        .where(Issue.newsletter_id == issue.newsletter_id, Issue.id != issue.id, Issue.started_at.is_not(None))
        .where(Item.story_id.is_not(None), Item.corrects_id.is_(None))
        .order_by(Issue.started_at.desc(), Item.id)
        .limit(LATE_STORIES)
    )
    return sorted({*stand_ins, *(story for story in session.scalars(late) if story is not None)})


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
    slots = slots_of(head, copy.frame)
    html = fill(copy.html, slots)
    return Sight(
        session=session,
        issue=issue,
        head=head,
        now=now,
        content=content,
        preheader=copy.preheader,
        copy=copy,
        text=fill(copy.text, slots),
        html=html,
        page=read_page(html),
    )


def slots_of(head: Letterhead, frame: Frame) -> dict[str, str]:
    """What fills the personal places, as long as in a real mail."""
    return {
        "%%greeting%%": frame.greeting_nobody,
        "%%greeting_html%%": frame.greeting_nobody,
        "%%unsubscribe_url%%": head.links.to(f"/unsubscribe/{SAMPLE}"),
        "%%preferences_url%%": head.links.to(f"/preferences/{SAMPLE}"),
    }
