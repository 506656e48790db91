"""Looking up newsletters and issues."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from service.issues.errors import NoSuchIssue
from service.issues.model import Issue, IssueState, Newsletter
from service.issues.transitions import GOING, OPEN

PUBLIC = frozenset({IssueState.SENT, IssueState.REPORTED, IssueState.CORRECTED})
"""The states in which an issue is listed in the archive."""

LATEST = timedelta(hours=6)
"""How late an issue may leave without asking, after a night in which nothing ran (DOMAIN 5)."""


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


def due_issues(session: Session, now: datetime) -> Sequence[Issue]:
    """Scheduled issues whose time has come, and is not `missed`, the one that waits longest first."""
    in_time = Issue.send_at.between(now - LATEST, now)
    query = select(Issue).where(Issue.state == IssueState.SCHEDULED, in_time)
    return session.scalars(query.order_by(Issue.send_at, Issue.id)).all()


def missed(issue: Issue, now: datetime) -> bool:
    """True when a scheduled issue is so late that somebody must be asked before it leaves."""
    late = issue.send_at is not None and issue.send_at < now - LATEST
    return issue.state is IssueState.SCHEDULED and late


def open_issues(session: Session) -> Sequence[Issue]:
    """Issues that may still go out, or are going out, the next one first."""
    query = select(Issue).options(joinedload(Issue.newsletter)).where(Issue.state.in_(OPEN | GOING))
    return session.scalars(query.order_by(Issue.planned_for, Issue.id)).all()


def closed_issues(session: Session, *, most: int = 50) -> Sequence[Issue]:
    """Issues that are sent, stopped or cancelled, the latest first."""
    query = select(Issue).options(joinedload(Issue.newsletter)).where(Issue.state.not_in(OPEN | GOING))
    return session.scalars(query.order_by(Issue.planned_for.desc(), Issue.id.desc()).limit(most)).all()


def archived_issues(session: Session, *, most: int = 200) -> Sequence[Issue]:
    """Issues that were sent, the latest first: the list of the archive."""
    query = select(Issue).options(joinedload(Issue.newsletter)).where(Issue.state.in_(PUBLIC))
    return session.scalars(query.order_by(Issue.started_at.desc(), Issue.id.desc()).limit(most)).all()


def archived_issue(session: Session, slug: str) -> Issue:
    """The issue at an address of the archive. Raises NoSuchIssue for one of which nothing has left the house.

    An issue has its page from the moment it begins to leave, because the mails link to it.
    """
    issue = session.scalar(select(Issue).where(Issue.slug == slug, Issue.started_at.is_not(None)))
    if issue is None:
        raise NoSuchIssue
    return issue
