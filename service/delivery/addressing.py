"""Who is addressed by a batch at this moment, and a delivery for each of them.

Nothing here makes an object of a person: a reader is a row of the driver.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    Select,
    and_,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.delivery.audience import Copy, reads
from service.delivery.correcting import HAS_WRONG_COPY
from service.delivery.model import Delivery, DeliveryStatus
from service.delivery.tellings import Tellings
from service.subscribers.model import Subscriber, Subscription

KINDS_KEPT = 128
"""Kinds of batches whose statements are kept: those of a few issues."""

Person = tuple[int, int, str, str]
"""(subscriber id, subscription id, address, name)"""


class Readers(NamedTuple):
    """Which readers a batch is for. Each kind of batch has statements of its own, built once."""

    copy: Copy
    tellings: tuple[tuple[int, tuple[int, ...]], ...]
    zoned: bool
    correcting: bool

    @classmethod
    def of(cls, copy: Copy, tellings: Tellings, *, zoned: bool, correcting: bool) -> "Readers":
        """With what was told before as something that can be looked up."""
        told = tuple((story, tuple(issues)) for story, issues in sorted(tellings.items()))
        return cls(copy, told, zoned, correcting)


def write_deliveries(
    session: Session, kind: Readers, parameters: Mapping[str, object], *, untouched: bool
) -> list[Person]:
    """One delivery for every reader of a range who may be written to and has none yet; those readers, in order.

    `parameters`: issue, newsletter, batch, first and last (subscriber ids); zones, where `kind` is zoned; corrected and
    copies, where it is correcting. `untouched` says that nobody in the range has a delivery, which is the rule and
    saves a second look-up; it is an IntegrityError when somebody has.
    """
    connection = session.connection()
    if not untouched:
        connection.execute(_insert(kind, connection.dialect.name), parameters)
        return _rows(connection.execute(_addressed(), parameters))
    if connection.dialect.name == "postgresql":
        return _rows(connection.execute(_insert_and_read(kind), parameters))
    people = _rows(connection.execute(_readers(kind), parameters))
    listed = orjson.dumps([person[0] for person in people]).decode()
    connection.execute(_insert_listed(), {**parameters, "people": listed})
    return people


def _rows(result: CursorResult[Any]) -> list[Person]:
    """The driver's own tuples: a Row of SQLAlchemy costs as much again."""
    cursor: Any = result.cursor
    rows: list[Person] = cursor.fetchall()
    result.close()
    return rows


@lru_cache(KINDS_KEPT)
def _insert(kind: Readers, dialect: str) -> Executable:
    people = _readers(kind).with_only_columns(*_new(Subscription.subscriber_id))
    if dialect == "sqlite":
        return sqlite.insert(Delivery).from_select(_COLUMNS, people).on_conflict_do_nothing()
    return postgresql.insert(Delivery).from_select(_COLUMNS, people).on_conflict_do_nothing()


@lru_cache(KINDS_KEPT)
def _insert_and_read(kind: Readers) -> Executable:
    """Both at once, so that readers are looked up a single time: whoever is read has been written.

    Without ON CONFLICT: looking for one first costs PostgreSQL 2.5 microseconds a row, more than the row itself.
    """
    people = _readers(kind).cte("people").prefix_with("MATERIALIZED")
    new = insert(Delivery).from_select(_COLUMNS, select(*_new(people.c.subscriber_id))).cte("new")
    return select(people).add_cte(new).order_by(people.c.subscriber_id)


@cache
def _insert_listed() -> Executable:
    """For SQLite, which inserts whom it has just read: nobody else writes meanwhile."""
    listed = func.json_each(bindparam("people")).table_valued("value", name="listed")
    return insert(Delivery).from_select(_COLUMNS, select(*_new(listed.c.value)))


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


@lru_cache(KINDS_KEPT)
def _readers(kind: Readers) -> Select[int, int, str, str]:
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
