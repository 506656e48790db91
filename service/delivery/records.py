"""The steps after a hand-over: what the transport said, written down for the batch and for whom it named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.orm import Session

from service.delivery.ledger import step
from service.delivery.model import MOST_ATTEMPTS, Batch, BatchStatus, Delivery, DeliveryStatus
from service.mail.bulk import Deferral

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_ASKED = timedelta(hours=1)
"""However long the transport asked us to wait, we look again after this."""

_SILENT = Delivery.status == DeliveryStatus.BATCH
"""Nothing is known of it. A delivery of which an event spoke keeps what it has, whatever becomes of its batch."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A hand-over that was taken for everybody who is not named here, by subscriber id."""

    message_id: str
    rejected: Mapping[int, str] = field(default_factory=dict)
    deferred: Mapping[int, Deferral] = field(default_factory=dict)
    unknown: Mapping[int, str] = field(default_factory=dict)


def record_taken(session: Session, batch_id: int, worker: str, taken: Taken, *, now: datetime) -> None:
    """`handed_over`, with the transport's word for the request. Whoever it named goes a way of their own.

    Refused people are `rejected`. Those it put off are taken back, and a new batch comes for them after a wait. Those
    of whom it cannot tell go to a batch that is `unknown`.
    """
    step(session, "accepted", batch_id, worker, message_id=taken.message_id, settled_at=now, reason="")
    if not (taken.rejected or taken.deferred or taken.unknown):
        return
    batch = session.get_one(Batch, batch_id, populate_existing=True)
    rejected = dict(taken.rejected)
    if batch.attempt >= MOST_ATTEMPTS:
        rejected |= {person: put_off.reason for person, put_off in taken.deferred.items()}
    elif taken.deferred:
        _put_off(session, batch, taken.deferred, now)
    for person, reason in rejected.items():
        _reject(session, batch, [person], reason)
    if taken.unknown:
        _set_apart(session, batch, taken.unknown)


def record_nobody(session: Session, batch_id: int, worker: str, *, now: datetime) -> None:
    """Nobody in the range may be written to any more, so there was nothing to hand over."""
    step(session, "accepted", batch_id, worker, settled_at=now, reason="nobody left in this range")


def record_refused_for_now(
    session: Session, batch_id: int, worker: str, reason: str, *, after: float | None, now: datetime
) -> None:
    """It certainly did not leave: the deliveries are taken back and the batch is ready again after a wait (seconds)."""
    batch = session.get_one(Batch, batch_id, populate_existing=True)
    step(
        session, "refused_for_now", batch_id, worker,
        reason=reason, not_before=now + _wait(batch, after), worker="", lease_until=None, recipients=None,
    )  # fmt: skip
    _take_back(session, batch)


def record_refused_for_good(session: Session, batch_id: int, worker: str, reason: str, *, now: datetime) -> None:
    """The transport will never take it. One bad recipient spoils a whole request, so a larger batch is halved first."""
    batch = session.get_one(Batch, batch_id, populate_existing=True)
    everybody = select(Delivery.subscriber_id).where(_everybody(batch))
    people = list(session.scalars(everybody.order_by(Delivery.subscriber_id)))
    if len(people) < 2:
        step(session, "refused_for_good", batch_id, worker, reason=reason, settled_at=now)
        _reject(session, batch, people, reason)
        return
    middle, last = people[len(people) // 2], batch.last_subscriber
    step(
        session, "refused_for_now", batch_id, worker,
        reason=reason, worker="", lease_until=None, recipients=None, last_subscriber=middle - 1, attempt=0,
    )  # fmt: skip
    _take_back(session, batch)
    session.add(part_of(session, batch, (middle, last), reason))


def record_called_back(session: Session, batch: Batch, reason: str, *, now: datetime) -> Batch:
    """The provider throws it away: its people are taken back, and the new batch that this gives is ready for them."""
    step(session, "called_back", batch.id, batch.worker, settled_at=now, reason=reason)
    _take_back(session, batch)
    again = part_of(session, batch, (batch.first_subscriber, batch.last_subscriber), reason)
    session.add(again)
    session.flush()
    return again


def record_unknown(session: Session, batch_id: int, worker: str, reason: str) -> None:
    """The reply was lost. Nobody can tell whether it was taken, so it is never sent again blindly."""
    step(session, "lost_sight", batch_id, worker, reason=reason)


def _wait(batch: Batch, after: float | None) -> timedelta:
    if after:
        return min(timedelta(seconds=after), LONGEST_ASKED)
    doubled: timedelta = FIRST_WAIT * 2 ** min(batch.attempt - 1, 10)
    return min(doubled, LONGEST_WAIT)


def _put_off(session: Session, batch: Batch, people: Mapping[int, Deferral], now: datetime) -> None:
    put_off = delete(Delivery).where(_of(batch, people), _SILENT)
    session.execute(put_off.execution_options(synchronize_session=False))
    longest = max(one.after or 0.0 for one in people.values())
    again = part_of(session, batch, people, next(iter(people.values())).reason)
    again.attempt, again.not_before = batch.attempt, now + _wait(batch, longest)
    session.add(again)
    session.flush()


def _set_apart(session: Session, batch: Batch, people: Mapping[int, str]) -> None:
    apart = part_of(session, batch, people, next(iter(people.values())))
    apart.status, apart.recipients = BatchStatus.UNKNOWN, len(people)
    apart.attempt, apart.posted_at, apart.worker = batch.attempt, batch.posted_at, batch.worker
    session.add(apart)
    session.flush()
    _change(session, batch, people, batch_id=apart.id)


def part_of(session: Session, batch: Batch, people: Iterable[int], reason: str) -> Batch:
    """A batch for some people of another one. Its range may hold others too: the deliveries keep people single."""
    newest = session.scalar(select(func.max(Batch.cut)).where(Batch.issue_id == batch.issue_id)) or 0
    ids = list(people)
    return Batch(
        issue_id=batch.issue_id, variant_id=batch.variant_id, reader_key=batch.reader_key, cut=newest + 1,
        first_subscriber=min(ids), last_subscriber=max(ids), reason=reason, resent=batch.resent,
        send_at=batch.send_at, zones=batch.zones,
    )  # fmt: skip


def _reject(session: Session, batch: Batch, people: Iterable[int], reason: str) -> None:
    _change(session, batch, people, status=DeliveryStatus.REJECTED, reason=reason)


def _change(session: Session, batch: Batch, people: Iterable[int], **values: object) -> None:
    session.execute(
        update(Delivery).where(_of(batch, people), _SILENT).values(**values)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def _of(batch: Batch, people: Iterable[int]) -> ColumnElement[bool]:
    return and_(
        Delivery.issue_id == batch.issue_id, Delivery.subscriber_id.in_(list(people)), Delivery.batch_id == batch.id
    )


def _take_back(session: Session, batch: Batch) -> None:
    session.execute(delete(Delivery).where(_everybody(batch)).execution_options(synchronize_session=False))


def _everybody(batch: Batch) -> ColumnElement[bool]:
    """Everybody in the batch of whom nothing is known yet, by the key of the deliveries."""
    return and_(
        Delivery.issue_id == batch.issue_id,
        Delivery.subscriber_id.between(batch.first_subscriber, batch.last_subscriber),
        Delivery.batch_id == batch.id,
        _SILENT,
    )
