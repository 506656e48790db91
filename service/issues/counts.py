"""What comes back after an issue, counted and nothing else: no row here has ever known who it was.

A number for each issue, thing, page and day. It stays when the delivery log is forgotten and when a reader is erased.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.db import Base, UnitOfWork
from service.issues.model import Issue

LARGEST_ID = 2**31
"""What a link names is typed by anybody; a database refuses to look for larger numbers."""


class Counted(StrEnum):
    """What is counted."""

    LANDING = "landing"
    """A page of ours was opened by a link of the mail."""
    UNSUBSCRIBED = "unsubscribed"
    """A reader left by the mail: by a link in it, or by the address that mailboxes write to."""
    REPLY = "reply"
    """An answer to the mail reached us."""


class IssueCount(Base):
    """How often one thing happened on one day (UTC) after one issue."""

    __tablename__ = "issue_counts"
    __table_args__ = (PrimaryKeyConstraint("issue_id", "what", "page", "day"),)

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    what: Mapped[Counted]
    page: Mapped[str] = mapped_column(default="")
    """The path that was landed on, without a query; empty for everything that is not a landing."""
    day: Mapped[date]
    count: Mapped[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something that happened `times` times."""

    issue_id: int
    what: Counted
    day: date
    page: str = ""
    times: int = 1


def add_up(uow: UnitOfWork, seen: Iterable[Seen]) -> None:
    """Add to the numbers, in one statement for all. What belongs to an issue that does not exist is left out."""
    rows = list(seen)
    known = set(uow.session.scalars(select(Issue.id).where(Issue.id.in_({row.issue_id for row in rows}))))
    values = [
        {"issue_id": row.issue_id, "what": row.what, "page": row.page, "day": row.day, "count": row.times}
        for row in sorted(rows, key=lambda row: (row.issue_id, row.what, row.page, row.day))
        if row.issue_id in known
    ]
    if values:
        dialect = sqlite if uow.session.get_bind().dialect.name == "sqlite" else postgresql
        insert = dialect.insert(IssueCount)
        more = {"count": IssueCount.count + insert.excluded.count}
        key = ["issue_id", "what", "page", "day"]
        uow.session.execute(insert.on_conflict_do_update(index_elements=key, set_=more), values)


def issue_that_left(session: Session, issue_id: int) -> Issue | None:
    """The issue that a link names, if mails of it have begun to leave: no link of another can have been followed."""
    issue = session.get(Issue, issue_id) if 0 < issue_id < LARGEST_ID else None
    return issue if issue is not None and issue.started_at is not None else None


def totals(session: Session, issue_ids: Collection[int]) -> dict[tuple[int, Counted], int]:
    """(issue id, what) -> how often in all. What never happened is not there."""
    query = select(IssueCount.issue_id, IssueCount.what, func.sum(IssueCount.count))
    query = query.where(IssueCount.issue_id.in_(issue_ids)).group_by(IssueCount.issue_id, IssueCount.what)
    return {(issue, what): int(count) for issue, what, count in session.execute(query)}


def landings_by_page(session: Session, issue_id: int) -> list[tuple[str, int]]:
    """(path, how often) of every page that was landed on, the most visited first."""
    times = func.sum(IssueCount.count)
    query = select(IssueCount.page, times).where(IssueCount.issue_id == issue_id, IssueCount.what == Counted.LANDING)
    rows = session.execute(query.group_by(IssueCount.page).order_by(times.desc(), IssueCount.page))
    return [(page, int(count)) for page, count in rows]


def ever_replied(session: Session) -> bool:
    """Whether a reply has ever reached us: before the first, nobody can tell silence from a post that is not set up."""
    return session.scalar(select(IssueCount.issue_id).where(IssueCount.what == Counted.REPLY).limit(1)) is not None
