"""What the checks look at: the issue, what a mail that left now would show, and that mail itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.issues.content import Content, mailed
from service.issues.frames.frame import Frame
from service.issues.model import Issue, Item
from service.issues.render import RenderedVariant, render_issue
from service.mail.elements import Element, read_page
from service.mail.letterhead import Letterhead
from service.mail.mime import fill

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
        own = set(slots_of(self.head, self.issue, self.copy.frame).values())
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
    return sight_of(session, issue, head, now, content, render_issue(session, issue, head, now))


def sight_of(
    session: Session, issue: Issue, head: Letterhead, now: datetime, content: Content, copy: RenderedVariant
) -> Sight:
    """One look at a copy that is rendered already, and at what it shows."""
    slots = slots_of(head, issue, copy.frame)
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


def slots_of(head: Letterhead, issue: Issue, frame: Frame) -> dict[str, str]:
    """What fills the personal places, as long as in a real mail."""
    links = head.links.in_issue(issue.id)
    return {
        "%%greeting%%": frame.greeting_nobody,
        "%%greeting_html%%": frame.greeting_nobody,
        "%%unsubscribe_url%%": links.page(f"/unsubscribe/{SAMPLE}"),
        "%%preferences_url%%": links.page(f"/preferences/{SAMPLE}"),
    }
