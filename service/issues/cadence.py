"""Whose turn an issue is: everybody's who wants each one, once a quarter the quarterly readers', and with big news also
theirs who want nothing else. Dates are those of the newsletter's own wall."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.model import Issue
from service.issues.schedule import wall_clock
from service.subscribers.model import Cadence


def cadences_of(session: Session, issue: Issue, *, big_news: bool | None = None) -> tuple[Cadence, ...]:
    """The cadences whose readers get this issue, or would get it as big news, or not as big news. A correction goes to
    whoever had the mistake."""
    if issue.corrects_id is not None:
        return tuple(Cadence)
    big = issue.big_news if big_news is None else big_news
    turns = {Cadence.EACH: True, Cadence.QUARTERLY: opens_quarter(session, issue), Cadence.BIG_NEWS: big}
    return tuple(cadence for cadence, turn in turns.items() if turn)


def opens_quarter(session: Session, issue: Issue) -> bool:
    """Whether no issue of the newsletter that is dated in the same quarter began to leave before this one."""
    mine = _quarter(issue.planned_for, issue)
    return all(_quarter(dated, issue) != mine for dated, _ in _earlier(session, issue))


def last_opening(session: Session, issue: Issue) -> datetime | None:
    """When the first issue of the latest quarter before this issue's began to leave; None when there was none."""
    mine = _quarter(issue.planned_for, issue)
    first: dict[tuple[int, int], datetime] = {}
    for dated, began in _earlier(session, issue):
        first.setdefault(_quarter(dated, issue), began)
    first.pop(mine, None)
    return max(first.values(), default=None)


def _earlier(session: Session, issue: Issue) -> list[tuple[datetime, datetime]]:
    """(date, when it began to leave) of the issues that began before this one, the earliest first."""
    query = select(Issue.planned_for, Issue.started_at).where(
        Issue.newsletter_id == issue.newsletter_id,
        Issue.id != issue.id,
        Issue.corrects_id.is_(None),
        Issue.started_at.is_not(None),
    )
    if issue.started_at is not None:
        query = query.where(Issue.started_at < issue.started_at)
    rows = session.execute(query.order_by(Issue.started_at, Issue.id))
    return [(dated, began) for dated, began in rows if began is not None]


def _quarter(at: datetime, issue: Issue) -> tuple[int, int]:
    day = wall_clock(at, issue.newsletter.zone)
    return day.year, (day.month - 1) // 3
