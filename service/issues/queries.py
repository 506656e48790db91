"""Looking up newsletters and issues."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from service.issues.errors import NoSuchIssue
from service.issues.model import Issue, IssueState, Newsletter
from service.issues.transitions import GOING, OPEN

PUBLIC = frozenset({IssueState.SENT, IssueState.REPORTED, IssueState.CORRECTED})
"""The states in which an issue is listed in the archive."""


def newsletters(session: Session) -> Sequence[Newsletter]:
    """All newsletters, the active ones first."""
    return session.scalars(select(Newsletter).order_by(Newsletter.active.desc(), Newsletter.id)).all()


def newsletter_named(session: Session, slug: str) -> Newsletter:
    """The newsletter with this slug. Raises NoSuchIssue."""
    found = session.scalar(select(Newsletter).where(Newsletter.slug == slug))
    if found is None:
        raise NoSuchIssue
    return found


def issue_at_desk(session: Session, issue_id: int) -> Issue:
    """An issue by its row id, whatever its state. Raises NoSuchIssue."""
    issue = session.get(Issue, issue_id)
    if issue is None:
        raise NoSuchIssue
    return issue


def newsletter_at_desk(session: Session, newsletter_id: int) -> Newsletter:
    """A newsletter by its row id. Raises NoSuchIssue."""
    found = session.get(Newsletter, newsletter_id)
    if found is None:
        raise NoSuchIssue
    return found


WIDEST_ZONES = timedelta(hours=26)
"""From the first zone of the earth that comes to a time of day to the last."""


def due_issues(session: Session, now: datetime, *, ahead: timedelta = timedelta()) -> Sequence[Issue]:
    """Scheduled issues whose time comes within `ahead`, and is not `missed`, the one that waits longest first.

    One that goes out on local time may be due for its easternmost readers long before that.
    """
    near, nearest = Issue.send_at <= now + ahead, Issue.send_at <= now + ahead + WIDEST_ZONES
    query = select(Issue).where(Issue.state == IssueState.SCHEDULED, or_(near, and_(Issue.local_time, nearest)))
    waiting = session.scalars(query.order_by(Issue.send_at, Issue.id).options(joinedload(Issue.newsletter)))
    return [issue for issue in waiting if not missed(issue, now)]


def missed(issue: Issue, now: datetime) -> bool:
    """True when a scheduled issue is so late that somebody must be asked before it leaves."""
    if issue.state is not IssueState.SCHEDULED or issue.send_at is None:
        return False
    return issue.send_at < now - timedelta(hours=issue.newsletter.latest_hours)


def open_issues(session: Session) -> Sequence[Issue]:
    """Issues that may still go out, or are going out, the next one first."""
    query = select(Issue).options(joinedload(Issue.newsletter)).where(Issue.state.in_(OPEN | GOING))
    return session.scalars(query.order_by(Issue.planned_for, Issue.id)).all()


def closed_issues(session: Session, *, most: int = 50) -> Sequence[Issue]:
    """Issues that are sent, stopped or cancelled, the latest first."""
    query = select(Issue).options(joinedload(Issue.newsletter)).where(Issue.state.not_in(OPEN | GOING))
    return session.scalars(query.order_by(Issue.planned_for.desc(), Issue.id.desc()).limit(most)).all()


def archived_issues(session: Session, *, most: int = 200) -> Sequence[Issue]:
    """Issues that were sent, the latest first: the list of the archive. Corrections have a list of their own."""
    query = select(Issue).options(joinedload(Issue.newsletter)).where(Issue.state.in_(PUBLIC))
    query = query.where(Issue.corrects_id.is_(None))
    return session.scalars(query.order_by(Issue.started_at.desc(), Issue.id.desc()).limit(most)).all()


def archived_issue(session: Session, slug: str) -> Issue:
    """The issue at an address of the archive. Raises NoSuchIssue for one of which nothing has left the house.

    An issue has its page from the moment it begins to leave, because the mails link to it.
    """
    issue = session.scalar(select(Issue).where(Issue.slug == slug, Issue.started_at.is_not(None)))
    if issue is None:
        raise NoSuchIssue
    return issue
