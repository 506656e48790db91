"""Who is to get an issue: the readers of its newsletter, grouped by the variant they read."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Insert, and_, case, func, insert, literal, select

from service.delivery.model import Batch, BatchStatus
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


def cut(issue_id: int, newsletter_id: int, variants: Mapping[str, int], size: int) -> Insert:
    """One INSERT … SELECT that makes the batches of an issue: ranges of at most `size` subscriber ids a variant.

    `variants` maps reader keys to variant ids. The highest id at this moment freezes the audience.
    """
    key = reader_key(variants).label("reader_key")
    place = func.row_number().over(partition_by=key, order_by=Subscription.subscriber_id) - 1
    numbered = (
        select(key, Subscription.subscriber_id.label("subscriber"), (place // size).label("part"))
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(readers(newsletter_id))
        .subquery()
    ).c
    variant = case(*((numbered.reader_key == name, row) for name, row in variants.items()))
    first = func.min(numbered.subscriber)
    rows = (
        select(
            literal(issue_id), variant, numbered.reader_key, first, func.max(numbered.subscriber),
            literal(BatchStatus.READY.value), literal(0), literal(""), literal(""), literal(""),
        )
        .group_by(numbered.reader_key, numbered.part)
        .order_by(first)
    )  # fmt: skip
    columns = [
        Batch.issue_id, Batch.variant_id, Batch.reader_key, Batch.first_subscriber, Batch.last_subscriber,
        Batch.status, Batch.attempt, Batch.worker, Batch.message_id, Batch.reason,
    ]  # fmt: skip
    return insert(Batch).from_select(columns, rows)
