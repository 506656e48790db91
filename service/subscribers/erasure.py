"""Erasure (GDPR Art. 17): the rows go, the ledger keeps a number, and a suppression stays only if its reader asks."""

from datetime import datetime

from service.db import UnitOfWork
from service.subscribers.actions import suppress
from service.subscribers.errors import NothingHeld
from service.subscribers.locking import locked_subscriber_of
from service.subscribers.model import Subscriber, SuppressionReason
from service.tokens import Tokens


def erase(uow: UnitOfWork, tokens: Tokens, subscription_id: int, *, never_again: bool = False, now: datetime) -> None:
    """Forget the reader behind a subscription; with `never_again`, keep the hash of the address to refuse sign-ups.

    Raises NothingHeld.
    """
    subscriber = locked_subscriber_of(uow.session, subscription_id)
    if subscriber is None:
        raise NothingHeld
    if never_again:
        suppress(uow, subscriber.email, SuppressionReason.NEVER_AGAIN, tokens=tokens, now=now)
    forget(uow, subscriber)


def forget(uow: UnitOfWork, subscriber: Subscriber) -> None:
    """Delete a subscriber with everything that hangs on it."""
    uow.session.delete(subscriber)
    uow.session.flush()
