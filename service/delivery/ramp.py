"""The ramp: a new sender writes to a few people on its first day, and to more on each day after.

Mailbox providers distrust a sender they do not know. SEND_RAMP names the most people of each sending day (a day on
which anything leaves, in UTC); after the last of them there is no limit. Everything is counted from the ledger.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from service.delivery.addressing import Person
from service.delivery.ledger import Hold
from service.delivery.model import Batch, BatchStatus, Delivery
from service.delivery.records import part_of

LEFT = (BatchStatus.POSTING, BatchStatus.HANDED_OVER, BatchStatus.UNKNOWN)
"""Batches that left on the day they were posted, as far as anybody knows."""

FULL = "the share of the day is used up (SEND_RAMP)"

_LOCK = 0x52414D50
"""Of PostgreSQL's advisory locks: two workers must not take the last places of a day both."""


def share_of_today(session: Session, ramp: Sequence[int], now: datetime) -> int | None:
    """The most people this day; None when there is no limit (any more)."""
    days = _days_before(session, len(ramp), _midnight(now))
    return ramp[days] if days < len(ramp) else None


def left_today(session: Session, ramp: Sequence[int], now: datetime) -> int | None:
    """How many people may still be written to today; None when there is no limit."""
    share = share_of_today(session, ramp, now)
    return None if share is None else max(0, share - _written_to(session, now))


def lock_today(session: Session, ramp: Sequence[int], now: datetime) -> int | None:
    """As `left_today`, and nobody else takes of it until this transaction ends."""
    if ramp and session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    return left_today(session, ramp, now)


def trim(session: Session, hold: Hold, people: list[Person], left: int | None, *, now: datetime) -> list[Person]:
    """The first `left` people of an intended batch; the others get a batch of their own, for tomorrow."""
    if left is None or len(people) <= left:
        return people
    first, batch = people[left][0], session.get_one(Batch, hold.id, populate_existing=True)
    session.add(rest := part_of(session, batch, (first, batch.last_subscriber), FULL))
    rest.not_before = _midnight(now) + timedelta(days=1)
    session.execute(
        delete(Delivery)
        .where(Delivery.issue_id == hold.issue_id, Delivery.subscriber_id.between(first, batch.last_subscriber))
        .where(Delivery.batch_id == hold.id)
        .execution_options(synchronize_session=False)
    )
    batch.last_subscriber, batch.recipients = people[left - 1][0], left
    return people[:left]


def put_off_until_tomorrow(session: Session, issue_id: int, now: datetime) -> None:
    """The ready batches of an issue wait for the next day."""
    session.execute(
        update(Batch)
        .where(Batch.issue_id == issue_id, Batch.status == BatchStatus.READY)
        .values(not_before=_midnight(now) + timedelta(days=1), reason=FULL)
        .execution_options(synchronize_session=False)
    )


def _written_to(session: Session, now: datetime) -> int:
    today = select(func.sum(Batch.recipients)).where(Batch.posted_at >= _midnight(now), Batch.status.in_(LEFT))
    return int(session.scalar(today) or 0)


def _days_before(session: Session, most: int, today: datetime) -> int:
    """On how many days before `today` anything left; looks no further than `most`."""
    days, since = 0, datetime.min.replace(tzinfo=UTC)
    while days < most:
        first = session.scalar(
            select(func.min(Batch.posted_at)).where(
                Batch.posted_at >= since, Batch.posted_at < today, Batch.status.in_(LEFT), Batch.recipients > 0
            )
        )
        if first is None:
            return days
        days, since = days + 1, _midnight(first) + timedelta(days=1)
    return days


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)
