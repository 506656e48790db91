"""What an issue showed to some readers besides its items: in the place of one of them, or because they had missed it.

It is written down when the copies are made, once for the issue, so that editors see it and can say that it was wrong.
Which copies had it, the copies know.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.content import Block, blocks
from service.issues.entries import Entry, shelf_of
from service.issues.errors import NoSuchIssue
from service.issues.frames.table import frame_in
from service.issues.model import Issue, StoodIn
from service.links import Links
from service.stories.model import Scope


def keep_stood_in(session: Session, issue: Issue, *, stories: Collection[int], articles: Collection[int]) -> None:
    """Write down which of these, that its copies show, are none of the issue's items. Harmless to repeat."""
    known = {(item.story_id, item.article_id) for item in issue.items}
    known |= {(row.story_id, row.article_id) for row in _rows(session, issue)}
    shown = [*((story, None) for story in sorted(stories)), *((None, article) for article in sorted(articles))]
    session.add_all(
        StoodIn(issue_id=issue.id, story_id=story, article_id=article)
        for story, article in shown
        if (story, article) not in known
    )
    session.flush()


def stood_in(session: Session, issue: Issue, links: Links, now: datetime) -> list[tuple[StoodIn, Block | None]]:
    """Everything that stood in, as it reads now; None beside what may not be shown any more."""
    rows, lang = _rows(session, issue), issue.newsletter.lang
    entries = [
        Entry(item_id=row.id, kind=row.kind, slot="", heading="", story_id=row.story_id, article_id=row.article_id)
        for row in rows
    ]
    shelf = shelf_of(session, entries, Scope.NEWSLETTER, now)
    written = blocks(list(filter(shelf.has, entries)), shelf, links, lang, frame_in(lang))
    shown = {block.item_id: block for block in written}
    return [(row, shown.get(row.id)) for row in rows]


def stood_in_of(session: Session, issue: Issue, row_id: int) -> StoodIn:
    """One of them by its row id. Raises NoSuchIssue when none of the issue has this id."""
    for row in _rows(session, issue):
        if row.id == row_id:
            return row
    raise NoSuchIssue


def _rows(session: Session, issue: Issue) -> Sequence[StoodIn]:
    return session.scalars(select(StoodIn).where(StoodIn.issue_id == issue.id).order_by(StoodIn.id)).all()
