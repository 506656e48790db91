"""Rows to be changed. Everybody locks the subscriber first, so that nobody waits in a circle."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from service.subscribers.model import Subscriber, Subscription


def locked_subscriber(session: Session, email_key: str) -> Subscriber | None:
    """The subscriber with this address, as it is now."""
    return _locked(session, Subscriber.email_key == email_key)


def locked_subscribers(session: Session, email_keys: Iterable[str]) -> dict[str, Subscriber]:
    """Those with these addresses, as they are now, by the key of their address; locked in its order."""
    query = (
        select(Subscriber)
        .where(Subscriber.email_key.in_(set(email_keys)))
        .order_by(Subscriber.email_key)
        .options(selectinload(Subscriber.subscriptions))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {subscriber.email_key: subscriber for subscriber in session.scalars(query)}


def locked_subscriber_of(session: Session, subscription_id: int) -> Subscriber | None:
    """The subscriber behind a subscription, as it is now."""
    return _locked(session, Subscriber.subscriptions.any(Subscription.id == subscription_id))


def locked_subscription(session: Session, subscription_id: int) -> Subscription | None:
    """A subscription, as it is now, with its subscriber locked."""
    if locked_subscriber_of(session, subscription_id) is None:
        return None
    return session.get(Subscription, subscription_id, populate_existing=True)


def _locked(session: Session, condition: ColumnElement[bool]) -> Subscriber | None:
    query = select(Subscriber).where(condition).with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)
