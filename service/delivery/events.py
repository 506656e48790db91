"""What the provider reports: kept raw, then applied. Order and repeats do not matter: a status is a maximum."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.event_rows import keep_new, raise_statuses
from service.delivery.model import Delivery, EventPost, delivery_number, of_number
from service.delivery.reports import Report, read_reports
from service.subscribers.actions import suppress_many
from service.subscribers.model import Subscriber, SuppressionReason
from service.tokens import Tokens

MOST_AT_ONCE = 1000
"""Events in one statement."""


def keep_post(uow: UnitOfWork, body: bytes, *, now: datetime) -> EventPost:
    """Keep a verified post before it is answered; a worker applies it after the commit."""
    post = EventPost(body=body, received_at=now)
    uow.session.add(post)
    uow.session.flush()
    uow.enqueue("delivery.apply_events", post.id)
    return post


def waiting_posts(session: Session, *, most: int = 200) -> list[int]:
    """Ids of posts that are not applied yet, oldest first."""
    query = select(EventPost.id).order_by(EventPost.id).limit(most)
    return list(session.scalars(query))


def apply_post(uow: UnitOfWork, post_id: int, tokens: Tokens, *, now: datetime) -> int:
    """Apply one post and forget its raw body, which holds addresses; gives how many events were new."""
    post = uow.session.get(EventPost, post_id, with_for_update=True)
    if post is None:
        return 0
    reports = read_reports(post.body, tokens, now)
    new: list[Report] = []
    for start in range(0, len(reports), MOST_AT_ONCE):
        new += (part := keep_new(uow.session, reports[start : start + MOST_AT_ONCE]))
        raise_statuses(uow.session, part)
    if found := _to_suppress(uow.session, new):
        suppress_many(uow, found, tokens=tokens, now=now)
    uow.session.execute(delete(EventPost).where(EventPost.id == post_id))
    return len(new)


def _to_suppress(session: Session, reports: Iterable[Report]) -> set[tuple[str, SuppressionReason]]:
    """Addresses and why: as we hold them, by the delivery; or as the provider wrote them, when it lost our id."""
    telling = [(report, reason) for report in reports if (reason := report.suppresses) is not None]
    ours = _addresses(session, [report.delivery_id for report, _ in telling if report.delivery_id is not None])
    found = ((ours.get(report.delivery_id or 0, report.email), reason) for report, reason in telling)
    return {(email, reason) for email, reason in found if "@" in email}


def _addresses(session: Session, deliveries: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(deliveries), MOST_AT_ONCE):
        part = deliveries[start : start + MOST_AT_ONCE]
        query = (
            select(Delivery.issue_id, Delivery.subscriber_id, Subscriber.email)
            .join(Subscriber, Delivery.subscriber_id == Subscriber.id)
            .where(tuple_(Delivery.issue_id, Delivery.subscriber_id).in_([of_number(number) for number in part]))
        )
        found.update((delivery_number(*key), email) for *key, email in session.execute(query))
    return found
