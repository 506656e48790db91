"""When the figures of an issue are settled, and how they outlive the ledger."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select

from service.db import UnitOfWork
from service.delivery.figures import FIGURES, IssueFigures
from service.delivery.model import Delivery
from service.delivery.status import issue_status
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueState
from service.issues.transitions import OPEN, Move, after

SETTLED_AFTER = timedelta(hours=72)
"""From the last mail on. Servers that put a mail off have taken it or given up by then (RFC 5321, 4.5.4.1)."""

_OVER = frozenset(IssueState) - OPEN - {IssueState.SENDING, IssueState.PAUSED, IssueState.STOPPED}
"""Nothing more of it leaves."""


def report_settled(uow: UnitOfWork, *, now: datetime) -> None:
    """Issues whose last mail left SETTLED_AFTER ago are `reported`, and their figures kept. Harmless to repeat.

    One that was corrected stays `corrected`.
    """
    kept = select(IssueFigures.issue_id).where(IssueFigures.issue_id == Issue.id).exists()
    waits = or_(Issue.state == IssueState.SENT, and_(Issue.state == IssueState.CORRECTED, ~kept))
    settled = select(Issue.id).where(waits, Issue.sent_at <= now - SETTLED_AFTER)
    for issue_id in list(uow.session.scalars(settled.order_by(Issue.id))):
        issue = issue_to_change(uow, issue_id)
        if issue.state is IssueState.SENT:
            issue.state = after(issue.state, Move.REPORT)
        keep_figures(uow, issue_id, now=now)


def keep_figures(uow: UnitOfWork, issue_id: int, *, now: datetime) -> IssueFigures:
    """Count the issue and keep the result; it takes the place of an older one."""
    counted = issue_status(uow.session, issue_id)
    counts = {name: getattr(counted, name) for name in FIGURES}
    return uow.session.merge(IssueFigures(issue_id=issue_id, settled_at=now, **counts))


def forget_deliveries(uow: UnitOfWork, planned_before: datetime, *, now: datetime) -> None:
    """Forget who got the issues that were due until `planned_before` and are over; how many they were stays."""
    has_ledger = select(Delivery.issue_id).where(Delivery.issue_id == Issue.id).exists()
    old = select(Issue.id).where(Issue.planned_for <= planned_before, Issue.state.in_(_OVER), has_ledger)
    for issue_id in list(uow.session.scalars(old)):
        keep_figures(uow, issue_id, now=now)
        uow.session.flush()
        uow.session.execute(delete(Delivery).where(Delivery.issue_id == issue_id))
