"""The steps before a hand-over: claim, and intend (docs/adr/0003). What comes after it is in `records`.

Both take several batches in one transaction. Nothing here makes an object of a person: a reader is a row of the driver.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    Select,
    Table,
    and_,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.delivery.audience import Copy, reads, shown_in, told_before
from service.delivery.content import still_allowed
from service.delivery.correcting import HAS_WRONG_COPY, Wrong, wrong_of
from service.delivery.crowds import Crowd
from service.delivery.errors import ContentChanged, LostBatch
from service.delivery.model import MOST_ATTEMPTS, Batch, BatchStatus, Delivery, DeliveryStatus, Variant
from service.delivery.tellings import Tellings
from service.delivery.transitions import TRANSITIONS
from service.issues.model import Issue, IssueState
from service.subscribers.model import Subscriber, Subscription

LEASE = timedelta(minutes=2)
KINDS_KEPT = 128
"""Kinds of batches whose statements are kept: those of a few issues."""
NONE: Mapping[int, str] = MappingProxyType({})

Person = tuple[int, int, str, str]
"""(subscriber id, subscription id, address, name)"""


class Hold(NamedTuple):
    """A batch that a worker has claimed."""

    id: int
    issue_id: int
    variant_id: int
    reader_key: str
    first_subscriber: int
    last_subscriber: int
    attempt: int
    """How often it was posted so far."""
    send_at: datetime | None
    zones: list[str]

    def is_ahead(self, now: datetime) -> bool:
        """Whether its time is yet to come, so that the provider is to hold it until then."""
        return self.send_at is not None and self.send_at > now


_BATCHES = cast(Table, Batch.__table__)
"""The table itself: a statement for the class costs the session a third of a millisecond."""
_HELD = [getattr(Batch, name) for name in Hold._fields]


def last_time(session: Session, issue_id: int) -> datetime | None:
    """When the last readers of an issue are to get it; None when nothing of it waits for a time."""
    return session.scalar(select(func.max(Batch.send_at)).where(Batch.issue_id == issue_id))


def claim(
    session: Session, issue_id: int, worker: str, *, most: int = 1, ahead: bool = False, now: datetime
) -> list[Hold]:
    """Lease the next ready batches of an issue that is being sent; none when there is none for now.

    With `ahead` also such as are for the provider to hold until their time.
    """
    parameters = {"issue": issue_id, "most": most, "now": now, "me": worker, "until": now + LEASE}
    session.flush()  # the statements below go past the session, and must see what it has changed
    claimed = session.connection().execute(_claim(ahead), parameters)
    return sorted((Hold(*row) for row in claimed), key=lambda hold: hold.id)


@cache
def _claim(ahead: bool) -> Executable:
    now = bindparam("now", type_=Batch.not_before.type)
    its_time_has_come = true() if ahead else (Batch.send_at.is_(None)) | (Batch.send_at <= now)
    ready = (
        select(Batch.id)
        .join(Issue, and_(Issue.id == Batch.issue_id, Issue.state == IssueState.SENDING))
        .where(Batch.issue_id == bindparam("issue"), Batch.status == BatchStatus.READY, Batch.attempt < MOST_ATTEMPTS)
        .where((Batch.not_before.is_(None)) | (Batch.not_before <= now), its_time_has_come)
        .order_by(Batch.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=Batch)
        .cte("ready")
        .prefix_with("MATERIALIZED")  # a plan that ran it twice would lock, and leave, a second helping
    )
    return (
        update(_BATCHES)
        .where(Batch.id.in_(select(ready.c.id)), Batch.status == BatchStatus.READY)
        .values(status=BatchStatus.CLAIMED, worker=bindparam("me"), lease_until=bindparam("until"))
        .returning(*_HELD)
    )


def release(session: Session, holds: Collection[Hold], worker: str) -> None:
    """Put claimed batches back, untouched."""
    for hold in holds:
        step(session, "release", hold.id, worker, worker="", lease_until=None)


def intend(
    session: Session,
    holds: Sequence[Hold],
    worker: str,
    *,
    provider_batches: Mapping[int, str] = NONE,
    untouched: bool = False,
    now: datetime,
) -> list[list[Person]]:
    """Write down what is about to happen, durable before the first byte: the deliveries, and each batch as `posting`.

    `holds` are batches of one issue; `provider_batches` has the ids under which some of them are given ahead of time.
    Fenced by status, worker and the state of the issue. Gives for each of them every reader who may be written to at
    this moment and has no delivery yet. `untouched` says that nobody in them has one, which is the rule and costs
    PostgreSQL half as much; it is an IntegrityError when somebody has. Raises LostBatch when a batch is no longer this
    worker's or the issue was stopped, ContentChanged when a story in one was taken back; both before a row is written.
    """
    issue_id = holds[0].issue_id
    state, newsletter_id, corrects = session.connection().execute(_state(), {"issue": issue_id}).one()
    if state is not IssueState.SENDING:
        raise LostBatch(f"issue {issue_id} is {state}")
    copies = _check_content(session, {hold.variant_id for hold in holds}, now)
    tellings = told_before(session, issue_id, copies.values())
    wrong = wrong_of(session, issue_id) if corrects is not None else None
    found = []
    for hold in holds:
        kind = _Readers(copies[hold.variant_id], _frozen(tellings), bool(hold.zones), wrong is not None)
        people = _write_deliveries(session, hold, kind, newsletter_id, wrong, untouched)
        given_as = provider_batches.get(hold.id, "")
        values = {"attempt": hold.attempt + 1, "recipients": len(people), "provider_batch": given_as}
        step(session, "intend", hold.id, worker, posted_at=now, lease_until=now + LEASE, **values)
        found.append(people)
    return found


def step(session: Session, name: str, batch_id: int, worker_now: str, /, **values: object) -> None:
    """Take one step of TRANSITIONS, fenced by status and worker: exactly one row changes, or LostBatch is raised."""
    parameters = {"this": batch_id, "holder": worker_now, **{f"new_{key}": value for key, value in values.items()}}
    changed = session.connection().execute(_step(name, tuple(values)), parameters)
    if changed.rowcount != 1:
        raise LostBatch(f"batch {batch_id} cannot {name}")


@cache
def _step(name: str, columns: tuple[str, ...]) -> Executable:
    sources, target = TRANSITIONS[name]
    values = {key: bindparam(f"new_{key}", type_=getattr(Batch, key).type) for key in columns}
    mine = (Batch.id == bindparam("this"), Batch.status.in_(sources), Batch.worker == bindparam("holder"))
    return update(_BATCHES).where(*mine).values(status=target, **values)


@cache
def _state() -> Executable:
    return (
        select(Issue.state, Issue.newsletter_id, Issue.corrects_id)
        .where(Issue.id == bindparam("issue"))
        .with_for_update(read=True)
    )


@cache
def _variants() -> Executable:
    return select(Variant.id, Variant.key, Variant.stories, Variant.crowds).where(
        Variant.id.in_(bindparam("used", expanding=True))
    )


def _check_content(session: Session, used: Collection[int], now: datetime) -> dict[int, Copy]:
    """The copies in use, by variant; ContentChanged when one of them shows what may not be shown any more."""
    rows = session.connection().execute(_variants(), {"used": sorted(used)}).all()
    shown = {tuple((story["id"], story["hash"]) for story in stories) for _, _, stories, _ in rows}
    if not all(still_allowed(session, stories, now) for stories in shown):
        raise ContentChanged
    stories_of = shown_in(session, used) if any(shown) else {}
    return {row: Copy(key, row, tuple(map(Crowd.of, crowds)), stories_of.get(row, ())) for row, key, _, crowds in rows}


class _Readers(NamedTuple):
    """Which readers a batch is for. Each kind of batch has statements of its own, built once."""

    copy: Copy
    tellings: tuple[tuple[int, tuple[int, ...]], ...]
    zoned: bool
    correcting: bool


def _frozen(tellings: Tellings) -> tuple[tuple[int, tuple[int, ...]], ...]:
    return tuple((story, tuple(issues)) for story, issues in sorted(tellings.items()))


def _write_deliveries(
    session: Session, hold: Hold, kind: _Readers, newsletter_id: int, wrong: Wrong | None, untouched: bool
) -> list[Person]:
    """One delivery for every reader of the range who may be written to and has none yet; those readers, in order.

    Of a correction, for those alone who have the `wrong` copy.
    """
    parameters: dict[str, Any] = {
        "issue": hold.issue_id, "newsletter": newsletter_id, "batch": hold.id,
        "first": hold.first_subscriber, "last": hold.last_subscriber, **({"zones": hold.zones} if hold.zones else {}),
        **({"corrected": wrong.issues, "copies": wrong.copies} if wrong is not None else {}),
    }  # fmt: skip
    connection = session.connection()
    if untouched and connection.dialect.name == "postgresql":
        return _rows(connection.execute(_insert_and_read(kind), parameters))
    connection.execute(_insert(kind, connection.dialect.name), parameters)
    return _rows(connection.execute(_addressed(), parameters))


def _rows(result: CursorResult[Any]) -> list[Person]:
    """The driver's own tuples: a Row of SQLAlchemy costs as much again."""
    cursor: Any = result.cursor
    rows: list[Person] = cursor.fetchall()
    result.close()
    return rows


@lru_cache(KINDS_KEPT)
def _insert(kind: _Readers, dialect: str) -> Executable:
    people = _readers(kind).with_only_columns(*_new(Subscription.subscriber_id))
    if dialect == "sqlite":
        return sqlite.insert(Delivery).from_select(_COLUMNS, people).on_conflict_do_nothing()
    return postgresql.insert(Delivery).from_select(_COLUMNS, people).on_conflict_do_nothing()


@lru_cache(KINDS_KEPT)
def _insert_and_read(kind: _Readers) -> Executable:
    """Both at once, so that readers are looked up a single time: whoever is read has been written.

    Without ON CONFLICT: looking for one first costs PostgreSQL 2.5 microseconds a row, more than the row itself.
    """
    people = _readers(kind).cte("people").prefix_with("MATERIALIZED")
    new = insert(Delivery).from_select(_COLUMNS, select(*_new(people.c.subscriber_id))).cte("new")
    return select(people).add_cte(new).order_by(people.c.subscriber_id)


@cache
def _addressed() -> Executable:
    """Whoever is in the batch and of whom nothing is known: the provider proved the others' earlier copies."""
    return (
        select(Delivery.subscriber_id, Subscription.id, Subscriber.email, Subscriber.name)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .join(Subscription, and_(Subscription.subscriber_id == Delivery.subscriber_id, _OF_NEWSLETTER))
        .where(Delivery.issue_id == bindparam("issue"), Delivery.subscriber_id.between(*_RANGE))
        .where(Delivery.batch_id == bindparam("batch"), Delivery.status == DeliveryStatus.BATCH)
        .order_by(Delivery.subscriber_id)
    )


_COLUMNS = ["issue_id", "subscriber_id", "batch_id", "status", "reason"]
_RANGE: tuple[ColumnElement[int], ColumnElement[int]] = (bindparam("first"), bindparam("last"))
_SENDABLE = text("subscriptions.sendable")  # SQLite uses a partial index for its very words only, and not for "= 1"
_OF_NEWSLETTER = Subscription.newsletter_id == bindparam("newsletter")


def _readers(kind: _Readers) -> Select[int, int, str, str]:
    """Who may be written to at this moment, in the words of the partial index on `sendable`."""
    query = (
        select(Subscription.subscriber_id, Subscription.id, Subscriber.email, Subscriber.name)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(_OF_NEWSLETTER, _SENDABLE, Subscription.subscriber_id.between(*_RANGE))
        .where(Subscriber.id.between(*_RANGE), reads(kind.copy, dict(kind.tellings)))
        .order_by(Subscription.subscriber_id)
    )
    if kind.correcting:
        query = query.where(HAS_WRONG_COPY)
    return query.where(Subscriber.zone.in_(bindparam("zones", expanding=True))) if kind.zoned else query


def _new(subscriber_id: Any) -> list[ColumnElement[Any]]:
    """The values of `_COLUMNS`."""
    status: list[ColumnElement[Any]] = [literal(DeliveryStatus.BATCH.value), literal("")]
    return [bindparam("issue"), subscriber_id, bindparam("batch"), *status]
