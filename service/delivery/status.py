"""The answer to "who got it, and who not?", counted from the ledger as long as there is one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from service.delivery.audience import WAITING, audience_size, waiting
from service.delivery.figures import FIGURES, IssueFigures
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus
from service.delivery.standing import STANDS, Standing
from service.issues.model import Issue


@dataclass(frozen=True)
class IssueStatus:
    """Counts of people. recipients = handed_over + unknown + not_sent; the event counts are parts of handed_over."""

    id: int
    state: str
    send_at: datetime | None
    recipients: int
    handed_over: int
    delivered: int
    bounced: int
    complained: int
    unknown: int
    not_sent: int
    variants: int


def issue_status(session: Session, issue_id: int) -> IssueStatus:
    """Count an issue, or give the counts that were kept of one whose ledger is forgotten. Raises NoResultFound."""
    issue = session.get_one(Issue, issue_id)
    kept = session.get(IssueFigures, issue_id)
    if (
        kept is not None
        and session.scalar(select(Delivery.issue_id).where(Delivery.issue_id == issue_id).limit(1)) is None
    ):
        counts = {name: getattr(kept, name) for name in FIGURES}
        return IssueStatus(id=issue.id, state=issue.state, send_at=issue.send_at, **counts)
    return _count(session, issue)


def _count(session: Session, issue: Issue) -> IssueStatus:
    row = session.execute(
        select(
            _people(or_(STANDS[Standing.HANDED_OVER], STANDS[Standing.CAME_BACK])),
            _people(STANDS[Standing.UNKNOWN]),
            _people(STANDS[Standing.REFUSED]),
            _people(Delivery.status == DeliveryStatus.DELIVERED),
            _people(STANDS[Standing.CAME_BACK]),
            _people(Delivery.status == DeliveryStatus.COMPLAINED),
        )
        .select_from(Delivery)
        .join(Batch, Batch.id == Delivery.batch_id)
        .where(Delivery.issue_id == issue.id)
    ).one()
    handed_over, unknown, rejected, delivered, bounced, complained = (int(count or 0) for count in row)
    left = _waiting(session, issue)
    return IssueStatus(
        id=issue.id, state=issue.state, send_at=issue.send_at,
        recipients=handed_over + unknown + rejected + left,
        handed_over=handed_over, delivered=delivered, bounced=bounced, complained=complained,
        unknown=unknown, not_sent=rejected + left,
        variants=session.scalar(select(func.count(Batch.reader_key.distinct())).where(Batch.issue_id == issue.id)) or 0,
    )  # fmt: skip


def _people(*conditions: object):  # type: ignore[no-untyped-def]
    return func.sum(case((and_(*conditions), 1), else_=0))  # type: ignore[arg-type]


def _waiting(session: Session, issue: Issue) -> int:
    """Readers who are still to get it: those in ranges that have not left, or the whole audience before the start."""
    if issue.started_at is not None:
        return waiting(session, issue, Batch.status.in_(WAITING | {BatchStatus.CANCELLED}))
    return audience_size(session, issue)
