"""What time does to subscribers: pauses end, and what nobody confirmed is forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from service.db import UnitOfWork
from service.subscribers.model import Confirmation, SignUp, Subscriber, Subscription, SubscriptionStatus, Suppression
from service.subscribers.reading import sweep_profiles

UNCONFIRMED_KEPT = timedelta(days=14)
SIGN_UPS_KEPT = timedelta(days=30)
QUESTIONS_KEPT = timedelta(days=30)
"""So long after its end a confirmation link still says kindly what has become of it."""


def upkeep(uow: UnitOfWork, *, now: datetime, most: int = 1000) -> None:
    """End pauses and forget what is past keeping, at most `most` readers of each kind at a time. Harmless to repeat."""
    _end_pauses(uow, now, most)
    _forget_unconfirmed(uow, now, most)
    sweep_profiles(uow, most=most)
    uow.session.execute(delete(SignUp).where(SignUp.created_at <= now - SIGN_UPS_KEPT))
    uow.session.execute(delete(Confirmation).where(Confirmation.expires_at <= now - QUESTIONS_KEPT))
    uow.session.execute(delete(Suppression).where(Suppression.until <= now))


def _end_pauses(uow: UnitOfWork, now: datetime, most: int) -> None:
    query = select(Subscriber).where(Subscriber.paused_until <= now).limit(most).with_for_update(skip_locked=True)
    for subscriber in uow.session.scalars(query):
        subscriber.wake(now)


def _forget_unconfirmed(uow: UnitOfWork, now: datetime, most: int) -> None:
    """Subscribers we asked, who have nothing but pending subscriptions, and whose newest question is two weeks old.

    Who came by an import and was never asked stays: the editors have not decided yet.
    """
    theirs = Subscription.subscriber_id == Subscriber.id
    asked = select(Confirmation.id).join(Subscription, Subscription.id == Confirmation.subscription_id).where(theirs)
    query = (
        select(Subscriber)
        .where(
            Subscriber.created_at <= now - UNCONFIRMED_KEPT,
            ~select(Subscription.id).where(theirs, Subscription.status != SubscriptionStatus.PENDING).exists(),
            asked.exists(),
            ~asked.where(Confirmation.created_at > now - UNCONFIRMED_KEPT).exists(),
        )
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    for subscriber in uow.session.scalars(query).all():
        uow.session.delete(subscriber)
