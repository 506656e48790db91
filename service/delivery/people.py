"""Who has an issue, who has not, and why: the deliveries person by person, and the batches nobody can speak for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import Session

from service.delivery.model import IN_BATCH, Batch, BatchStatus, Delivery, DeliveryStatus
from service.delivery.standing import STANDS, Standing
from service.subscribers.address import masked
from service.subscribers.model import Subscriber

PAGE = 50
"""People on a page."""


@dataclass(frozen=True)
class Person:
    """One delivery. `address` is masked, and empty when the subscriber was deleted."""

    subscriber_id: int
    address: str
    standing: Standing
    status: DeliveryStatus
    at: datetime | None
    """When the request left, or when it was settled; empty for one that a person let go before."""
    request: str
    """The transport's word for the request."""
    batch_id: int
    reason: str
    """Why they have not got it, or what came back."""


@dataclass(frozen=True)
class UnknownBatch:
    """A hand-over of which nobody can tell whether it was taken."""

    id: int
    people: int
    posted_at: datetime | None
    worker: str
    request: str
    reason: str


def people(
    session: Session, issue_id: int, *, standing: Standing | None = None, after: int = 0, most: int = PAGE
) -> list[Person]:
    """A page of an issue's deliveries in the order of subscriber ids, beginning behind the id `after`."""
    query = _deliveries().where(Delivery.issue_id == issue_id, Delivery.subscriber_id > after)
    if standing is not None:
        query = query.where(STANDS[standing])
    return [_person(row) for row in session.execute(query.order_by(Delivery.subscriber_id).limit(most))]


def unknown_batches(session: Session, issue_id: int) -> list[UnknownBatch]:
    """The batches that wait for a person's decision, the oldest first."""
    query = (
        select(Batch, func.count(Delivery.subscriber_id))
        .outerjoin(Delivery, IN_BATCH)
        .where(Batch.issue_id == issue_id, Batch.status == BatchStatus.UNKNOWN)
        .group_by(Batch.id)
        .order_by(Batch.id)
    )
    return [
        UnknownBatch(batch.id, count, batch.posted_at, batch.worker, batch.message_id, batch.reason)
        for batch, count in session.execute(query)
    ]


def _deliveries() -> Select[Delivery, str, datetime, str, str, str]:
    standing = case(*((condition, standing.value) for standing, condition in STANDS.items()))
    return (
        select(
            Delivery,
            Subscriber.email,
            func.coalesce(Batch.posted_at, Batch.settled_at),
            Batch.message_id,
            Batch.reason,
            standing,
        )
        .join(Batch, Batch.id == Delivery.batch_id)
        .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
    )


def _person(row: Row[Delivery, str, datetime, str, str, str]) -> Person:
    delivery, email, at, request, said, standing = row
    has_it = standing == Standing.HANDED_OVER
    return Person(
        subscriber_id=delivery.subscriber_id,
        address=masked(email) if email else "",
        standing=Standing(standing),
        status=delivery.status,
        at=at,
        request=request,
        batch_id=delivery.batch_id,
        reason=delivery.reason or ("" if has_it else said),
    )
