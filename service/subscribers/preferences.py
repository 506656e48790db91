"""What readers choose for themselves. Every choice here changes what is sent; there are no others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.db import UnitOfWork
from service.subscribers.actions import refuse_suppressed, unsubscribe
from service.subscribers.consents import ABOUT_HEALTH, add_consent
from service.subscribers.errors import BadPause, NothingHeld
from service.subscribers.locking import locked_subscriber_of
from service.subscribers.model import (
    UNTIL_I_SAY,
    Cadence,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    UnsubscribeRoute,
)
from service.subscribers.newsletters import open_newsletters
from service.subscribers.reading import Reading, choose_reading, reading_of
from service.subscribers.wording import LEAVE_OUT, SWITCH_ON, Wording
from service.tokens import Tokens

LONGEST_PAUSE = timedelta(days=731)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the form said. `newsletters` are the ids that are switched on, `cadences` says how often each of some
    comes; what is None the form did not ask.
    """

    name: str
    reading: Reading | None = None
    newsletters: Collection[int] | None = None
    cadences: Mapping[int, Cadence] = field(default_factory=dict)


def save_preferences(
    uow: UnitOfWork, tokens: Tokens, subscription_id: int, choices: Choices, organisation: str, *, now: datetime
) -> None:
    """Keep the choices of the reader behind a subscription. Raises NothingHeld or AddressSuppressed."""
    reader = _reader(uow, subscription_id)
    reader.name = choices.name
    if choices.newsletters is not None:
        _switch(uow, tokens, reader, choices.newsletters, organisation, now)
    for place in reader.subscriptions:
        place.cadence = choices.cadences.get(place.newsletter_id, place.cadence)
    if choices.reading is not None and reader.on_a_list:
        _read_like(uow, tokens, subscription_id, choices.reading, organisation, now)


def _switch(
    uow: UnitOfWork, tokens: Tokens, reader: Subscriber, chosen: Collection[int], organisation: str, now: datetime
) -> None:
    for newsletter in open_newsletters(uow.session):
        if newsletter.id in chosen:
            _switch_on(uow, tokens, reader, newsletter.id, SWITCH_ON.named(organisation), now)
        else:
            _switch_off(uow, reader, newsletter.id, now)


def _read_like(
    uow: UnitOfWork, tokens: Tokens, subscription_id: int, reading: Reading, organisation: str, now: datetime
) -> None:
    """Keep the way of reading, and for whatever is left out from now on, the words that were agreed to."""
    place = uow.session.get_one(Subscription, subscription_id)
    if reading.avoid - reading_of(uow.session, place.subscriber).avoid:
        agreed = LEAVE_OUT.named(organisation)
        add_consent(uow.session, place, agreed, "preferences", given_at=now, basis=ABOUT_HEALTH)
    choose_reading(uow, tokens, place.subscriber, reading, now=now)


def pause(uow: UnitOfWork, subscription_id: int, until: datetime, *, now: datetime) -> None:
    """Be quiet until an instant, or with UNTIL_I_SAY until the reader comes back.

    Raises NothingHeld, or BadPause for a time in the past or more than two years off.
    """
    if until != UNTIL_I_SAY and not timedelta() < until - now <= LONGEST_PAUSE:
        raise BadPause
    _reader(uow, subscription_id).rest(until, now)


def resume(uow: UnitOfWork, subscription_id: int, *, now: datetime) -> None:
    """End a pause early. Raises NothingHeld."""
    _reader(uow, subscription_id).wake(now)


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
