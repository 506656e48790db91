"""What ends the mail to somebody, and what lets it begin again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from service.db import UnitOfWork
from service.subscribers.address import email_key
from service.subscribers.consents import add_consent
from service.subscribers.errors import AddressSuppressed, NothingHeld, TooLateToReturn
from service.subscribers.locking import locked_subscribers, locked_subscription
from service.subscribers.model import (
    Subscriber,
    Subscription,
    SubscriptionStatus,
    SuppressionReason,
    UnsubscribeRoute,
)
from service.subscribers.questions import close_questions
from service.subscribers.suppression import is_suppressed, keep_suppressions
from service.subscribers.wording import Wording
from service.tokens import Purpose, Tokens

RETURN_WITHIN = timedelta(days=30)
"""How long the link in a mail may put its reader back. Later, a forwarded old mail could do so against their will."""

UNSUBSCRIBED = "unsubscribed"
"""The kind of an unsubscription's line in the journal; its key is the subscription's id."""
SUPPRESSION = "suppression"
"""The kind of a suppression's line in the journal: a restored backup must not write to the address again."""

ENDS: dict[SuppressionReason, UnsubscribeRoute] = {
    SuppressionReason.COMPLAINT: UnsubscribeRoute.COMPLAINT,
    SuppressionReason.NOT_ME: UnsubscribeRoute.NOT_ME,
    SuppressionReason.NEVER_AGAIN: UnsubscribeRoute.PREFERENCES,
    SuppressionReason.UNSUBSCRIBED_AT_PROVIDER: UnsubscribeRoute.PROVIDER,
}
"""Suppressions that are the reader's own word end the subscriptions too; the others only stop the mail."""


def unsubscribe(uow: UnitOfWork, subscription_id: int, route: UnsubscribeRoute, *, now: datetime) -> None:
    """Take a subscription off the list. Harmless to repeat, also when the subscription has been erased (RFC 8058)."""
    subscription = locked_subscription(uow.session, subscription_id)
    if subscription is not None:
        uow.journal_erasure(UNSUBSCRIBED, str(subscription_id), now=now, route=route.value)
        close_questions(uow.session, subscription, now=now)
        subscription.end(route, now)


def unsubscribe_all(uow: UnitOfWork, subscription_id: int, route: UnsubscribeRoute, *, now: datetime) -> None:
    """Take every subscription of the reader behind one of them off its list."""
    subscription = locked_subscription(uow.session, subscription_id)
    for other in subscription.subscriber.subscriptions if subscription else []:
        unsubscribe(uow, other.id, route, now=now)


def come_back(uow: UnitOfWork, tokens: Tokens, subscription_id: int, wording: Wording, *, now: datetime) -> None:
    """Undo an unsubscription. Raises NothingHeld, TooLateToReturn (after thirty days) or AddressSuppressed."""
    subscription = locked_subscription(uow.session, subscription_id)
    if subscription is None:
        raise NothingHeld
    if subscription.status is SubscriptionStatus.CONFIRMED:
        return
    if not may_come_back(subscription, now):
        raise TooLateToReturn
    refuse_suppressed(uow, tokens, subscription, now)
    add_consent(uow.session, subscription, wording, "come-back", given_at=now)
    subscription.start(now)


def may_come_back(subscription: Subscription, now: datetime) -> bool:
    """Whether the link in a mail may still put its reader back: they were on the list, and left it lately."""
    left = subscription.unsubscribed_at
    return subscription.confirmed_at is not None and left is not None and now - left <= RETURN_WITHIN


def suppress(
    uow: UnitOfWork,
    email: str,
    reason: SuppressionReason,
    *,
    tokens: Tokens,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Never write to `email` again, or not before `until`. An earlier suppression that lasts longer stays as it is."""
    suppress_many(uow, [(email, reason)], tokens=tokens, now=now, until=until)


def suppress_many(
    uow: UnitOfWork,
    people: Iterable[tuple[str, SuppressionReason]],
    *,
    tokens: Tokens,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """`suppress` for as many as a post or a page speaks of (at most a few thousand), in a handful of statements."""
    told = sorted((email_key(email), reason) for email, reason in people)
    subscribers = locked_subscribers(uow.session, (key for key, _ in told))
    for key, reason in told:
        facts = {"reason": reason.value} | ({"until": until.isoformat()} if until else {})
        uow.journal_erasure(SUPPRESSION, tokens.keyed_hash(Purpose.SUPPRESSION, key), now=now, **facts)
    keep_suppressions(uow.session, tokens, told, now=now, until=until)
    for key, reason in told:
        if key in subscribers:
            _silence(uow, subscribers[key], reason, now)


def _silence(uow: UnitOfWork, subscriber: Subscriber, reason: SuppressionReason, now: datetime) -> None:
    subscriber.suppressed = True
    for subscription in subscriber.subscriptions if reason in ENDS else []:
        close_questions(uow.session, subscription, now=now)
        subscription.end(ENDS[reason], now)
    subscriber.refresh(now)


def refuse_suppressed(uow: UnitOfWork, tokens: Tokens, subscription: Subscription, now: datetime) -> None:
    """Raise AddressSuppressed if the reader must not be written to; note it on the subscriber if that has run out."""
    if is_suppressed(uow.session, tokens, subscription.subscriber.email, now):
        raise AddressSuppressed
    subscription.subscriber.suppressed = False
