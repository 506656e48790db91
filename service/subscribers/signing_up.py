"""Sign-up: somebody types an address into a form. It may not be theirs, and they may learn nothing from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.subscribers.address import email_key
from service.subscribers.consents import add_consent
from service.subscribers.frequency import FROM_A_FORM, owe_within, record_sign_up
from service.subscribers.locking import locked_subscriber
from service.subscribers.model import SignUpMail, Subscriber, Subscription, SubscriptionStatus
from service.subscribers.suppression import is_suppressed
from service.subscribers.wording import Wording
from service.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpForm:
    """What a visitor sent: an address from `accepted`, a name from `tidy_name`, and the words they were shown."""

    email: str
    name: str
    newsletter_id: int
    locale: str
    wording: Wording
    source: str


def sign_up(uow: UnitOfWork, tokens: Tokens, form: SignUpForm, *, now: datetime, hold: timedelta = timedelta()) -> None:
    """Take a sign-up and owe the mail that fits, after `hold`. Gives nothing: nobody can tell the cases apart."""
    mail = SignUpMail.NONE
    if not is_suppressed(uow.session, tokens, form.email, now):
        subscription = _subscription(uow.session, _subscriber(uow.session, form, now), form.newsletter_id, now)
        add_consent(uow.session, subscription, form.wording, form.source, given_at=now)
        fitting = FITTING[subscription.status]
        mail = owe_within(uow, tokens, subscription, fitting, FROM_A_FORM[fitting], now=now, hold=hold)
    record_sign_up(uow.session, tokens, form.email, form.newsletter_id, mail, now=now)


FITTING: dict[SubscriptionStatus, SignUpMail] = {
    SubscriptionStatus.PENDING: SignUpMail.CONFIRM,
    SubscriptionStatus.CONFIRMED: SignUpMail.ALREADY,
    SubscriptionStatus.UNSUBSCRIBED: SignUpMail.CONFIRM,
}
"""Who left is asked again like anybody new, and stays off the list until they answer."""


def _subscriber(session: Session, form: SignUpForm, now: datetime) -> Subscriber:
    """The subscriber with this address, locked; a new one if there is none."""
    key = email_key(form.email)
    subscriber = locked_subscriber(session, key)
    if subscriber is None:
        new = Subscriber(email=form.email, email_key=key, name=form.name, locale=form.locale, created_at=now)
        try:
            with session.begin_nested():
                session.add(new)
            return new
        except IntegrityError:  # the same address, at this very moment, on another connection
            subscriber = locked_subscriber(session, key)
            if subscriber is None:
                raise
    subscriber.suppressed = False  # there was a suppression once; the caller has seen that it has run out
    if form.name and all(one.confirmed_at is None for one in subscriber.subscriptions):
        subscriber.name = form.name
    return subscriber


def _subscription(session: Session, subscriber: Subscriber, newsletter_id: int, now: datetime) -> Subscription:
    for subscription in subscriber.subscriptions:
        if subscription.newsletter_id == newsletter_id:
            return subscription
    subscription = Subscription(newsletter_id=newsletter_id, subscriber=subscriber, created_at=now)
    session.add(subscription)
    session.flush()
    return subscription
