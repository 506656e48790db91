"""Who is to get an issue: the readers of its newsletter, grouped by the variant they read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Insert, Label, and_, case, false, func, insert, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.delivery.model import Batch, BatchStatus, Delivery
from service.issues.model import Issue
from service.issues.render import DEFAULT, PLAIN
from service.subscribers.model import Subscriber, Subscription


def readers(newsletter_id: int) -> ColumnElement[bool]:
    """The condition on Subscription for everybody who may be sent an issue of this newsletter now."""
    return and_(Subscription.newsletter_id == newsletter_id, Subscription.sendable)


def reader_key(keys: Collection[str]) -> ColumnElement[str]:
    """Which of the rendered variants a subscriber reads; `default` when there is none for their choice."""
    if PLAIN not in keys:
        return literal(DEFAULT)
    return case((Subscriber.plain_text_only, literal(PLAIN)), else_=literal(DEFAULT))


def reads(keys: Collection[str], key: str) -> ColumnElement[bool]:
    """The condition on Subscriber that `reader_key` is `key`, in words whose odds a query planner can guess."""
    if PLAIN not in keys:
        return true() if key == DEFAULT else false()
    return and_(Subscriber.plain_text_only) if key == PLAIN else ~Subscriber.plain_text_only


WAITING = frozenset({BatchStatus.HELD, BatchStatus.READY, BatchStatus.CLAIMED})
"""Batches in these will still reach the readers of their range."""


def left_over(issue_id: int, keys: Collection[str], reached_by: Collection[BatchStatus]) -> ColumnElement[bool]:
    """The condition on Subscription (joined to Subscriber) for readers without a delivery who are in no range of a
    batch in one of the statuses `reached_by`.
    """
    reached = _in_range_of(issue_id, Batch.status.in_(reached_by), Batch.reader_key == reader_key(keys))
    return and_(~_has_one(issue_id), ~reached)


def waiting(session: Session, issue: Issue, *which: ColumnElement[bool]) -> int:
    """Count the readers in the ranges of some batches of an issue who have no delivery yet."""
    people = select(func.count()).select_from(Subscription).where(readers(issue.newsletter_id))
    return session.scalar(people.where(_in_range_of(issue.id, *which), ~_has_one(issue.id))) or 0


def _in_range_of(issue_id: int, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition on Subscription that some batch of `which` covers it."""
    covers = Subscription.subscriber_id.between(Batch.first_subscriber, Batch.last_subscriber)
    return select(Batch.id).where(Batch.issue_id == issue_id, *which, covers).exists()


def _has_one(issue_id: int) -> ColumnElement[bool]:
    one = select(Delivery.issue_id)
    return one.where(Delivery.issue_id == issue_id, Delivery.subscriber_id == Subscription.subscriber_id).exists()


@dataclass(frozen=True, slots=True)
class Sample:
    """The first readers of every stretch of `stride` go ahead of the others: `head` of them, counted from `shift`."""

    stride: int
    head: int
    shift: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """When a part of an audience leaves, and who is in it: readers of `zones`, or everybody when there are none."""

    send_at: datetime | None = None
    not_before: datetime | None = None
    zones: tuple[str, ...] = ()
    sample: Sample | None = None


AT_ONCE = Leaving()


def cut(
    issue_id: int,
    newsletter_id: int,
    variants: Mapping[str, int],
    size: int,
    *,
    number: int = 0,
    only: ColumnElement[bool] | None = None,
    leaving: Leaving = AT_ONCE,
) -> Insert:
    """One INSERT … SELECT that makes the batches of an issue: ranges of at most `size` subscriber ids a variant.

    `variants` maps reader keys to variant ids. The highest id at this moment freezes the audience. A cutting with a
    higher `number` is for `only` some of the readers. With a sample, all but its heads are held.
    """
    key = reader_key(variants).label("reader_key")
    part, held = _parts(key, size, leaving.sample)
    zoned = Subscriber.zone.in_(leaving.zones) if leaving.zones else true()
    numbered = (
        select(key, Subscription.subscriber_id.label("subscriber"), *part, held.label("held"))
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(readers(newsletter_id), zoned, true() if only is None else only)
        .subquery()
    ).c
    variant = case(*((numbered.reader_key == name, row) for name, row in variants.items()))
    first = func.min(numbered.subscriber)
    values: dict[InstrumentedAttribute[Any], ColumnElement[Any]] = {
        Batch.issue_id: literal(issue_id),
        Batch.variant_id: variant,
        Batch.reader_key: numbered.reader_key,
        Batch.cut: literal(number),
        Batch.first_subscriber: first,
        Batch.last_subscriber: func.max(numbered.subscriber),
        Batch.status: case((numbered.held, BatchStatus.HELD.value), else_=BatchStatus.READY.value),
        Batch.attempt: literal(0),
        Batch.resent: literal(False),
        Batch.send_at: literal(leaving.send_at, Batch.send_at.type),
        Batch.not_before: literal(leaving.not_before, Batch.not_before.type),
        Batch.zones: literal(list(leaving.zones), Batch.zones.type),
        Batch.worker: literal(""),
        Batch.provider_batch: literal(""),
        Batch.message_id: literal(""),
        Batch.reason: literal(""),
    }
    groups = [numbered.reader_key, numbered.held, *(numbered[label.name] for label in part)]
    return insert(Batch).from_select(list(values), select(*values.values()).group_by(*groups).order_by(first))


def _parts(key: ColumnElement[str], size: int, sample: Sample | None) -> tuple[list[Label[int]], ColumnElement[bool]]:
    """What the readers of one batch have in common besides their key, and whether it is held."""
    by_id = Subscription.subscriber_id
    if sample is None:
        place = func.row_number().over(partition_by=key, order_by=by_id) - 1
        return [(place // size).label("part")], literal(False)
    place = func.row_number().over(order_by=(key, by_id)) - 1 + sample.shift
    inside = place % sample.stride
    held = inside >= sample.head
    part = case((held, (inside - sample.head) // size), else_=inside // size)
    return [(place // sample.stride).label("stretch"), part.label("part")], held
