"""Whether a path of our own site leads anywhere: asked of the rows behind it, so that no request is needed."""

from datetime import datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session

from service.issues.errors import NoSuchIssue
from service.issues.model import Issue
from service.issues.queries import archived_issue
from service.library.queries import article_at, section_named
from service.stories.model import Scope, Story
from service.stories.visibility import visible_stories

FIXED = frozenset(
    {
        "/", "/about", "/corrections", "/feed.json", "/feed.xml", "/interviews", "/network", "/newsletter",
        "/resources", "/search", "/stories", "/stories/share", "/subscribe",
    }
)  # fmt: skip
"""Pages that are always there; tests/web/test_own_pages.py asks each of them."""


def is_page(session: Session, address: str, issue: Issue, now: datetime) -> bool:
    """Whether the path of `address` (from the slash on; a query counts for nothing) answers a reader at `now`.

    `issue` has its archive page from the moment it begins to leave, so a link to that is fine before.
    """
    path = unquote(urlsplit(address).path).rstrip("/") or "/"
    if path in FIXED:
        return True
    match path.split("/")[1:]:
        case ["stories" | "interviews", slug]:
            found = session.execute(visible_stories(Scope.WEB, now).where(Story.slug == slug)).first()
            return found is not None
        case ["newsletter", slug]:
            return slug == issue.slug or _is_archived(session, slug)
        case [section]:
            return section_named(session, section) is not None
        case [section, slug]:
            return article_at(session, section, slug) is not None
    return False


def _is_archived(session: Session, slug: str) -> bool:
    try:
        return bool(archived_issue(session, slug))
    except NoSuchIssue:
        return False
