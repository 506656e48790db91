"""An issue as it is mailed: one rendered copy for each group of readers that gets the same words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.issues.content import mailed, preheader
from service.issues.model import Issue
from service.library.queries import helplines
from service.mail.letterhead import Letterhead

DEFAULT = "default"
"""The key of the variant for everybody who has asked for nothing else."""

PLAIN = "plain"
"""The key of the variant for readers who want plain text only; its `html` is empty."""


@dataclass(frozen=True, slots=True)
class RenderedVariant:
    """What one group of readers gets; `text` and `html` hold the slots that are filled for each reader."""

    key: str
    lang: str
    subject: str
    text: str
    html: str


def render_issue(session: Session, issue: Issue, head: Letterhead, now: datetime) -> list[RenderedVariant]:
    """Render `issue` as it may be read at `now`: an item that may not be mailed any more is left out.

    Slots: `%%greeting%%` (text), `%%greeting_html%%`, `%%unsubscribe_url%%`, `%%preferences_url%%`.
    """
    content = mailed(session, issue, head.links, now)
    page = head.write(
        "issue",
        lang=issue.newsletter.lang,
        issue={
            "subject": issue.subject.replace("%%", "% %"),
            "preheader": preheader(issue, content),
            "archive_url": head.links.archive(issue.slug),
        },
        newsletter={"name": issue.newsletter.name},
        items=content.items,
        helplines=helplines(session),
        archive=False,
    )
    lang = issue.newsletter.lang
    return [
        RenderedVariant(DEFAULT, lang, page.subject, page.text, page.html),
        RenderedVariant(PLAIN, lang, page.subject, page.text, html=""),
    ]
