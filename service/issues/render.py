"""An issue as it is mailed: one rendered copy for each group of readers that gets the same words."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.issues.content import Block, Content, blocks, preheader, titles_inside
from service.issues.discretion import discreet_name, discreet_subject, plain_subject, with_quiet_links
from service.issues.fitting import Fit, Tailor, Wants
from service.issues.frames.frame import Frame
from service.issues.frames.table import frame_in
from service.issues.model import Issue
from service.languages import marks
from service.library.model import Helpline
from service.library.names import language_name
from service.library.queries import helplines
from service.mail.letterhead import Letterhead
from service.mail.rendering import Rendered


@dataclass(frozen=True, slots=True)
class RenderedVariant:
    """What one group of readers gets; `text` and `html` hold the slots that are filled for each reader.

    `html` is empty for plain text. `items`, `stories` and `articles` are the ids of what it shows; a stand-in is not
    the item.
    """

    lang: str
    """The language of what the editors wrote; that of the words around it is `frame`'s."""
    frame: Frame
    subject: str
    preheader: str
    text: str
    html: str
    discreet: bool
    blocks: Sequence[Block]
    items: Sequence[int]
    stories: Sequence[int]
    articles: Sequence[int]
    about: str
    """How it differs from the standard copy, for editors: `plain text, 1 swapped`; empty for the standard copy."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How a copy looks, whatever is in it."""

    large: bool
    discreet: bool


@dataclass
class Printer:
    """Renders one issue as it may be read at `now`, once for each result: whoever would read the same gets the same
    copy, as one object."""

    session: Session
    issue: Issue
    head: Letterhead
    now: datetime
    missable: Sequence[int] = ()
    tailor: Tailor = field(init=False)
    _copies: dict[tuple[Fit, _Look, bool], RenderedVariant] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Look up what the issue shows."""
        self.tailor = Tailor(self.session, self.issue, self.now, self.missable)
        self._helplines: Sequence[Helpline] = helplines(self.session)
        self._links = self.head.links.in_issue(self.issue.id)

    def copy(self, wants: Wants) -> RenderedVariant:
        """The copy for a kind of reader."""
        fit, reading = self.tailor.fit(wants), wants.reading
        look = _Look(large=reading.large_text and not reading.plain_text, discreet=reading.discreet)
        key = (replace(fit, closed=0), look, reading.plain_text)
        if key not in self._copies:
            self._copies[key] = self._plain(fit, look) if reading.plain_text else self._full(fit, look)
        return self._copies[key]

    def _plain(self, fit: Fit, look: _Look) -> RenderedVariant:
        full = self._copies.get((replace(fit, closed=0), look, False)) or self._full(fit, look)
        return replace(full, html="", about=_about(self.issue, fit, look, plain=True))

    def _full(self, fit: Fit, look: _Look) -> RenderedVariant:
        paper, shelf = self.issue.newsletter, self.tailor.shelf
        shown = blocks(fit.entries, shelf, self._links, paper.lang, fit.frame)
        line, subject = _beside(self.issue, fit, shown, self._left_out_titles(fit)), self._subject(fit)
        if look.discreet:
            shown = with_quiet_links(shown, fit.frame, paper.lang)
            line, subject = frame_in(paper.lang).quiet_line, discreet_subject(self.issue)
        page = self._page(shown, subject, line, look, fit.frame)
        return RenderedVariant(
            lang=paper.lang,
            frame=fit.frame,
            subject=page.subject,
            preheader=line,
            text=page.text,
            html=page.html,
            discreet=look.discreet,
            blocks=shown,
            items=[each.item_id for each in fit.entries if not each.stands_in],
            stories=[each.story_id for each in fit.entries if each.story_id is not None],
            articles=[each.article_id for each in fit.entries if each.article_id is not None],
            about=_about(self.issue, fit, look, plain=False),
        )

    def _page(self, shown: Sequence[Block], subject: str, line: str, look: _Look, frame: Frame) -> Rendered:
        paper = self.issue.newsletter
        return self.head.write(
            "issue",
            lang=paper.lang,
            issue={
                "subject": subject.replace("%%", "% %"),
                "preheader": line,
                "archive_url": self._links.archive(self.issue.slug),
            },
            newsletter={"name": discreet_name(paper) if look.discreet else paper.name},
            items=shown,
            helplines=self._helplines,
            frame=frame,
            framed=marks(frame.lang, paper.lang),
            large=look.large,
        )

    def _subject(self, fit: Fit) -> str:
        """The editors' words, unless they name what this reader does not get."""
        subject = self.issue.subject
        if any(title.casefold() in subject.casefold() for title in self._left_out_titles(fit)):
            return plain_subject(self.issue, self.issue.newsletter.name)
        return subject

    def _left_out_titles(self, fit: Fit) -> list[str]:
        """Titles of the items that something stands in for, or whose place closed."""
        own = {each.item_id for each in fit.entries if not each.stands_in}
        shelf = self.tailor.shelf
        missing = [each for each in self.tailor.items if each.item_id not in own and shelf.has(each)]
        return [block.title for block in blocks(missing, shelf, self._links, "", frame_in("")) if block.title]


def render_issue(session: Session, issue: Issue, head: Letterhead, now: datetime) -> RenderedVariant:
    """The copy for everybody who has chosen nothing, as it may be read at `now`: what may not be mailed is left out.

    Slots: `%%greeting%%` (text), `%%greeting_html%%`, `%%unsubscribe_url%%`, `%%preferences_url%%`.
    """
    return Printer(session, issue, head, now).copy(Wants())


def _beside(issue: Issue, fit: Fit, shown: Sequence[Block], missing: Sequence[str]) -> str:
    """The words beside the subject. The editors' own were written for the items that they put in."""
    if missing or fit.swapped:
        return titles_inside(shown, frame_in(issue.newsletter.lang))
    return preheader(issue, Content(shown, []))


def _about(issue: Issue, fit: Fit, look: _Look, *, plain: bool) -> str:
    swapped = sum(each.stands_in and each.item_id != 0 for each in fit.entries)
    said = {
        "plain text": plain,
        "large letters": look.large,
        "discreet": look.discreet,
        f"words around it in {language_name(fit.frame.lang)}": fit.frame != frame_in(issue.newsletter.lang),
        f"{swapped} swapped": swapped,
        f"{fit.closed} left out": fit.closed,
        f"{fit.caught_up} they missed": fit.caught_up,
    }
    return ", ".join(words for words, so in said.items() if so)
