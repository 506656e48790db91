"""The steps of a hand-over, one transaction each: claim, intend, record (docs/adr/0003)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Insert, Row, Select, and_, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.delivery.audience import reader_key, readers
from service.delivery.content import still_allowed
from service.delivery.errors import ContentChanged, LostBatch
from service.delivery.model import MOST_ATTEMPTS, Batch, BatchStatus, Delivery, DeliveryStatus, Variant
from service.delivery.transitions import TRANSITIONS
from service.issues.model import Issue, IssueState
from service.mail.message import Receipt
from service.subscribers.model import Subscriber, Subscription

LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)


def claim(session: Session, issue_id: int, worker: str, *, now: datetime) -> int | None:
    """Lease the next ready batch of an issue that is being sent; its id, or None when there is none for now."""
    next_one = (
        select(Batch.id)
        .join(Issue, and_(Issue.id == Batch.issue_id, Issue.state == IssueState.SENDING))
        .where(Batch.issue_id == issue_id, Batch.status == BatchStatus.READY, Batch.attempt < MOST_ATTEMPTS)
        .where((Batch.not_before.is_(None)) | (Batch.not_before <= now))
        .order_by(Batch.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Batch)
        .scalar_subquery()
    )
    return session.scalar(
        update(Batch)
        .where(Batch.id == next_one, Batch.status == BatchStatus.READY)
        .values(status=BatchStatus.CLAIMED, worker=worker, lease_until=now + LEASE)
        .returning(Batch.id)
    )


def release(session: Session, batch_id: int, worker: str) -> None:
    """Put a claimed batch back, untouched."""
    _step(session, "release", batch_id, worker, worker="", lease_until=None)


def intend(session: Session, batch_id: int, worker: str, *, now: datetime) -> list[Row[int, int, str, str, str]]:
    """Write down what is about to happen, durable before the first byte: the deliveries, and the batch as `posting`.

    Fenced by status, worker and the state of the issue. Gives (delivery id, subscription id, address, name, locale) of
    every reader who may be written to at this moment. Raises LostBatch when the batch is no longer this worker's or the
    issue was stopped, ContentChanged when a story in it was taken back.
    """
    batch = session.get_one(Batch, batch_id, populate_existing=True)
    issue = session.get_one(Issue, batch.issue_id, populate_existing=True, with_for_update={"read": True})
    if issue.state is not IssueState.SENDING:
        raise LostBatch(f"issue {issue.id} is {issue.state}")
    if not still_allowed(session, session.get_one(Variant, batch.variant_id), now):
        raise ContentChanged
    written = session.execute(_deliveries(session, batch, issue)).rowcount  # type: ignore[attr-defined]
    _step(
        session, "intend", batch_id, worker,
        attempt=Batch.attempt + 1, posted_at=now, lease_until=now + LEASE, recipients=written,
    )  # fmt: skip
    return list(session.execute(_addressed(issue, batch_id)))


def record_accepted(
    session: Session, batch_id: int, worker: str, receipt: Receipt, rejected: Mapping[int, str], *, now: datetime
) -> None:
    """The transport took it: `handed_over`, with its word for the request and the recipients it refused by name."""
    _step(session, "accepted", batch_id, worker, message_id=receipt.message_id, settled_at=now, reason="")
    for delivery_id, reason in rejected.items():
        session.execute(
            update(Delivery).where(Delivery.id == delivery_id).values(status=DeliveryStatus.REJECTED, reason=reason)
        )


def record_nobody(session: Session, batch_id: int, worker: str, *, now: datetime) -> None:
    """Nobody in the range may be written to any more, so there was nothing to hand over."""
    _step(session, "accepted", batch_id, worker, settled_at=now, reason="nobody left in this range")


def record_refused_for_now(
    session: Session, batch_id: int, worker: str, reason: str, *, after: float | None, now: datetime
) -> None:
    """It certainly did not leave: the deliveries are taken back and the batch is ready again after a wait (seconds)."""
    batch = session.get_one(Batch, batch_id, populate_existing=True)
    wait = timedelta(seconds=after) if after else min(FIRST_WAIT * 2 ** min(batch.attempt - 1, 10), LONGEST_WAIT)
    _step(
        session, "refused_for_now", batch_id, worker,
        reason=reason, not_before=now + wait, worker="", lease_until=None, recipients=None,
    )  # fmt: skip
    session.execute(delete(Delivery).where(Delivery.batch_id == batch_id))


def record_refused_for_good(session: Session, batch_id: int, worker: str, reason: str, *, now: datetime) -> None:
    """The transport will never take it. One bad recipient spoils a whole request, so a larger batch is halved first."""
    batch = session.get_one(Batch, batch_id, populate_existing=True)
    middle = _middle(session, batch_id)
    if middle is None:
        _step(session, "refused_for_good", batch_id, worker, reason=reason, settled_at=now)
        session.execute(
            update(Delivery).where(Delivery.batch_id == batch_id).values(status=DeliveryStatus.REJECTED, reason=reason)
        )
        return
    _step(
        session, "refused_for_now", batch_id, worker,
        reason=reason, worker="", lease_until=None, recipients=None, last_subscriber=middle - 1, attempt=0,
    )  # fmt: skip
    session.execute(delete(Delivery).where(Delivery.batch_id == batch_id))
    session.add(
        Batch(
            issue_id=batch.issue_id, variant_id=batch.variant_id, reader_key=batch.reader_key, cut=batch.cut,
            first_subscriber=middle, last_subscriber=batch.last_subscriber, reason=reason,
        )
    )  # fmt: skip


def record_unknown(session: Session, batch_id: int, worker: str, reason: str) -> None:
    """The reply was lost. Nobody can tell whether it was taken, so it is never sent again blindly."""
    _step(session, "lost_sight", batch_id, worker, reason=reason)


def _step(session: Session, step: str, batch_id: int, worker_now: str, /, **values: object) -> None:
    """Take one step of TRANSITIONS, fenced by status and worker: exactly one row changes, or LostBatch is raised."""
    sources, target = TRANSITIONS[step]
    changed = session.execute(
        update(Batch)
        .where(Batch.id == batch_id, Batch.status.in_(sources), Batch.worker == worker_now)
        .values(status=target, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise LostBatch(f"batch {batch_id} cannot {step}")


def _deliveries(session: Session, batch: Batch, issue: Issue) -> Insert:
    """INSERT … SELECT of one delivery for every reader of the range who may be written to and has none yet."""
    keys = set(session.scalars(select(Variant.key).where(Variant.issue_id == issue.id)))
    people = (
        select(
            literal(issue.id),
            Subscription.subscriber_id,
            literal(batch.id),
            literal(int(DeliveryStatus.BATCH)),
            literal(""),
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(readers(issue.newsletter_id), reader_key(keys) == batch.reader_key)
        .where(Subscription.subscriber_id.between(batch.first_subscriber, batch.last_subscriber))
        .order_by(Subscription.subscriber_id)
    )
    columns = ["issue_id", "subscriber_id", "batch_id", "status", "reason"]
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(Delivery).from_select(columns, people).on_conflict_do_nothing()
    return postgresql.insert(Delivery).from_select(columns, people).on_conflict_do_nothing()


def _addressed(issue: Issue, batch_id: int) -> Select[int, int, str, str, str]:
    return (
        select(Delivery.id, Subscription.id, Subscriber.email, Subscriber.name, Subscriber.locale)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .join(
            Subscription,
            and_(Subscription.subscriber_id == Subscriber.id, Subscription.newsletter_id == issue.newsletter_id),
        )
        .where(Delivery.batch_id == batch_id)
        .order_by(Delivery.id)
    )


def _middle(session: Session, batch_id: int) -> int | None:
    """The subscriber id that begins the second half of a batch; None when it holds one person."""
    people = select(Delivery.subscriber_id).where(Delivery.batch_id == batch_id).order_by(Delivery.subscriber_id)
    count = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    return None if count < 2 else session.scalar(people.offset(count // 2).limit(1))
