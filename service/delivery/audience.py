"""Who is to get an issue: the readers of its newsletter, grouped by the variant they read."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Insert, and_, case, func, insert, literal, select, true

from service.delivery.model import Batch, BatchStatus, Delivery
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


WAITING = frozenset({BatchStatus.READY, BatchStatus.CLAIMED})
"""Batches in these will still reach the readers of their range."""


def left_over(issue_id: int, keys: Collection[str], reached_by: Collection[BatchStatus]) -> ColumnElement[bool]:
    """The condition on Subscription (joined to Subscriber) for readers without a delivery who are in no range of a
    batch in one of the statuses `reached_by`.
    """
    has_one = (
        select(Delivery.id)
        .where(Delivery.issue_id == issue_id, Delivery.subscriber_id == Subscription.subscriber_id)
        .exists()
    )
    will_be_reached = (
        select(Batch.id)
        .where(Batch.issue_id == issue_id, Batch.status.in_(reached_by))
        .where(Batch.reader_key == reader_key(keys))
        .where(Subscription.subscriber_id.between(Batch.first_subscriber, Batch.last_subscriber))
        .exists()
    )
    return and_(~has_one, ~will_be_reached)


def cut(
    issue_id: int,
    newsletter_id: int,
    variants: Mapping[str, int],
    size: int,
    *,
    number: int = 0,
    only: ColumnElement[bool] | None = None,
) -> Insert:
    """One INSERT … SELECT that makes the batches of an issue: ranges of at most `size` subscriber ids a variant.

    `variants` maps reader keys to variant ids. The highest id at this moment freezes the audience. A cutting with a
    higher `number` is for `only` some of the readers.
    """
    key = reader_key(variants).label("reader_key")
    place = func.row_number().over(partition_by=key, order_by=Subscription.subscriber_id) - 1
    numbered = (
        select(key, Subscription.subscriber_id.label("subscriber"), (place // size).label("part"))
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(readers(newsletter_id), true() if only is None else only)
        .subquery()
    ).c
    variant = case(*((numbered.reader_key == name, row) for name, row in variants.items()))
    first = func.min(numbered.subscriber)
    rows = (
        select(
            literal(issue_id), variant, numbered.reader_key, literal(number), first, func.max(numbered.subscriber),
            literal(BatchStatus.READY.value), literal(0), literal(""), literal(""), literal(""),
        )
        .group_by(numbered.reader_key, numbered.part)
        .order_by(first)
    )  # fmt: skip
    columns = [
        Batch.issue_id, Batch.variant_id, Batch.reader_key, Batch.cut, Batch.first_subscriber, Batch.last_subscriber,
        Batch.status, Batch.attempt, Batch.worker, Batch.message_id, Batch.reason,
    ]  # fmt: skip
    return insert(Batch).from_select(columns, rows)
