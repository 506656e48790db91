"""What earlier issues of a newsletter have carried: nothing a reader has had comes again as if it were new."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.issues.model import Issue, IssueState, Item, ItemKind
from service.languages import primary
from service.library.model import Article
from service.library.queries import in_date_articles
from service.stories.model import Revision, Scope, Story
from service.stories.visibility import visible_stories


def last_featured(
    session: Session, newsletter_id: int, what: InstrumentedAttribute[int | None]
) -> Mapping[int, datetime]:
    """Row id -> the date of the latest issue with it; `what` is a column of Item. Cancelled issues do not count."""
    query = (
        select(what, func.max(Issue.planned_for))
        .join(Item.issue)
        .where(Issue.newsletter_id == newsletter_id, _counts(), what.is_not(None))
        .group_by(what)
    )
    return {row: at for row, at in session.execute(query) if row is not None}


def waiting_stories(
    session: Session, newsletter_id: int, lang: str, *, on: datetime, now: datetime
) -> list[tuple[Story, Revision]]:
    """Stories that may be mailed now and still on the day `on`, and were never in an issue; oldest published first."""
    had = last_featured(session, newsletter_id, Item.story_id)
    then = {story.id for story, _ in session.execute(visible_stories(Scope.NEWSLETTER, max(on, now)))}
    rows = session.execute(visible_stories(Scope.NEWSLETTER, now).order_by(Story.published_at, Story.id))
    return [
        (story, words)
        for story, words in rows
        if story.id in then and story.id not in had and primary(story.lang) == primary(lang)
    ]


def ready_articles(
    session: Session, newsletter_id: int, lang: str, *, on: datetime, now: datetime
) -> Sequence[tuple[Article, datetime | None]]:
    """Articles in date on the day `on`, with when they were last in an issue: those that never were first, as they are
    ordered in the library, then the one that was longest ago."""
    had = last_featured(session, newsletter_id, Item.article_id)
    found = [a for a in session.scalars(in_date_articles(max(on, now))) if primary(a.lang) == primary(lang)]
    found.sort(key=lambda a: (a.section.position, a.position, a.id))
    found.sort(key=lambda a: had[a.id].timestamp() if a.id in had else 0)
    return [(article, had.get(article.id)) for article in found]


def count_prompts(session: Session, newsletter_id: int) -> int:
    """How many prompts earlier issues have asked."""
    query = (
        select(func.count(Item.id))
        .join(Item.issue)
        .where(Issue.newsletter_id == newsletter_id, _counts(), Item.kind == ItemKind.PROMPT)
    )
    return session.scalar(query) or 0


def _counts() -> ColumnElement[bool]:
    """An issue that was cancelled before anybody got it has carried nothing."""
    return or_(Issue.state != IssueState.CANCELLED, Issue.started_at.is_not(None))
