"""What readers choose for themselves. Every choice here changes what is sent; there are no others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.db import UnitOfWork
from service.subscribers.actions import refuse_suppressed, unsubscribe
from service.subscribers.consents import add_consent
from service.subscribers.errors import BadPause, NothingHeld
from service.subscribers.locking import locked_subscriber_of
from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus, UnsubscribeRoute
from service.subscribers.newsletters import open_newsletters
from service.subscribers.wording import SWITCH_ON, Wording
from service.tokens import Tokens

LONGEST_PAUSE = timedelta(days=731)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the form said. `newsletters` are the ids that are switched on; None when the form did not ask."""

    name: str
    plain_text_only: bool
    newsletters: Collection[int] | None = None


def save_preferences(
    uow: UnitOfWork, tokens: Tokens, subscription_id: int, choices: Choices, organisation: str, *, now: datetime
) -> None:
    """Keep the choices of the reader behind a subscription. Raises NothingHeld or AddressSuppressed."""
    reader = _reader(uow, subscription_id)
    reader.name, reader.plain_text_only = choices.name, choices.plain_text_only
    if choices.newsletters is None:
        return
    for newsletter in open_newsletters(uow.session):
        if newsletter.id in choices.newsletters:
            _switch_on(uow, tokens, reader, newsletter.id, SWITCH_ON.named(organisation), now)
        else:
            _switch_off(uow, reader, newsletter.id, now)


def pause(uow: UnitOfWork, subscription_id: int, until: datetime, *, now: datetime) -> None:
    """Be quiet until an instant. Raises NothingHeld, or BadPause for one in the past or more than two years off."""
    if not timedelta() < until - now <= LONGEST_PAUSE:
        raise BadPause
    reader = _reader(uow, subscription_id)
    reader.paused_until = until
    reader.refresh(now)


def resume(uow: UnitOfWork, subscription_id: int, *, now: datetime) -> None:
    """End a pause early. Raises NothingHeld."""
    reader = _reader(uow, subscription_id)
    reader.paused_until = None
    reader.refresh(now)


def _reader(uow: UnitOfWork, subscription_id: int) -> Subscriber:
    reader = locked_subscriber_of(uow.session, subscription_id)
    if reader is None:
        raise NothingHeld
    return reader


def _switch_on(
    uow: UnitOfWork, tokens: Tokens, reader: Subscriber, newsletter_id: int, wording: Wording, now: datetime
) -> None:
    subscription = _place(reader, newsletter_id)
    if subscription is None:
        subscription = Subscription(newsletter_id=newsletter_id, subscriber=reader, created_at=now)
        uow.session.add(subscription)
        uow.session.flush()
    if subscription.status is SubscriptionStatus.CONFIRMED:
        return
    refuse_suppressed(uow, tokens, subscription, now)
    add_consent(uow.session, subscription, wording, "preferences", given_at=now)
    subscription.start(now)


def _switch_off(uow: UnitOfWork, reader: Subscriber, newsletter_id: int, now: datetime) -> None:
    subscription = _place(reader, newsletter_id)
    if subscription is not None and subscription.status is SubscriptionStatus.CONFIRMED:
        unsubscribe(uow, subscription.id, UnsubscribeRoute.PREFERENCES, now=now)


def _place(reader: Subscriber, newsletter_id: int) -> Subscription | None:
    return next((one for one in reader.subscriptions if one.newsletter_id == newsletter_id), None)
