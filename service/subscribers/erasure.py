"""Erasure (GDPR Art. 17): the rows go, the ledger keeps a number, and a suppression stays only if its reader asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.subscribers.actions import SUPPRESSION, UNSUBSCRIBED, suppress, unsubscribe
from service.subscribers.errors import NothingHeld
from service.subscribers.locking import locked_subscriber_of
from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus, SuppressionReason, UnsubscribeRoute
from service.subscribers.suppression import keep_hash
from service.tokens import Purpose, Tokens
from service.tombstones import Tombstone

SUBSCRIBER = "subscriber"
"""The kind of a reader's tombstone in the journal; its key is the hash of `email_key`."""

_PAGE = 5000


def erase(uow: UnitOfWork, tokens: Tokens, subscription_id: int, *, never_again: bool = False, now: datetime) -> None:
    """Forget the reader behind a subscription; with `never_again`, keep the hash of the address to refuse sign-ups.

    Raises NothingHeld.
    """
    subscriber = locked_subscriber_of(uow.session, subscription_id)
    if subscriber is None:
        raise NothingHeld
    hashed = tokens.keyed_hash(Purpose.ERASURE, subscriber.email_key)
    uow.journal_erasure(SUBSCRIBER, hashed, now=now)
    if never_again:
        suppress(uow, subscriber.email, SuppressionReason.NEVER_AGAIN, tokens=tokens, now=now)
    forget(uow, subscriber)


def forget(uow: UnitOfWork, subscriber: Subscriber) -> None:
    """Delete a subscriber with everything that hangs on it."""
    uow.session.delete(subscriber)
    uow.session.flush()


def replay_journal(uow: UnitOfWork, tokens: Tokens, tombstones: Sequence[Tombstone], *, now: datetime) -> int:
    """Erase, suppress and unsubscribe again whom the journal names; gives how many it found. Harmless to repeat.

    Somebody who came back after that did so later than their tombstone says, and stays.
    """
    found = sum(_end_again(uow, stone) for stone in tombstones if stone.kind == UNSUBSCRIBED)
    erased = {stone.key: stone for stone in tombstones if stone.kind == SUBSCRIBER}
    stopped = {stone.key: stone for stone in tombstones if stone.kind == SUPPRESSION and _lasts(stone, now)}
    for stone in stopped.values():
        keep_hash(uow.session, [stone.key], _reason(stone), now=stone.at, until=_until(stone))
    for reader_id, email_key, created_at in _readers(uow.session) if erased or stopped else ():
        gone = _named(erased, tokens.keyed_hashes(Purpose.ERASURE, email_key))
        stop = _named(stopped, tokens.keyed_hashes(Purpose.SUPPRESSION, email_key))
        gone = gone if gone and created_at <= gone.at else None
        if not gone and not stop:
            continue
        found += 1
        reader = uow.session.get_one(Subscriber, reader_id)
        if gone:
            forget(uow, reader)
        elif stop:
            suppress(uow, reader.email, _reason(stop), tokens=tokens, now=stop.at, until=_until(stop))
    return found


def _end_again(uow: UnitOfWork, stone: Tombstone) -> bool:
    """Whether a subscription that the journal calls ended was confirmed; it is ended then."""
    place = uow.session.get(Subscription, int(stone.key))
    if place is None or place.status is not SubscriptionStatus.CONFIRMED:
        return False
    if place.confirmed_at is not None and place.confirmed_at > stone.at:
        return False
    unsubscribe(uow, place.id, UnsubscribeRoute(stone.facts["route"]), now=stone.at)
    return True


def _readers(session: Session) -> Iterator[tuple[int, str, datetime]]:
    """Every reader by id, a page at a time, so that rows may go while we look."""
    last = 0
    query = select(Subscriber.id, Subscriber.email_key, Subscriber.created_at).order_by(Subscriber.id).limit(_PAGE)
    while page := session.execute(query.where(Subscriber.id > last)).all():
        yield from page
        last = page[-1][0]


def _named(stones: Mapping[str, Tombstone], hashes: Iterable[str]) -> Tombstone | None:
    return next((stones[one] for one in hashes if one in stones), None)


def _reason(stone: Tombstone) -> SuppressionReason:
    return SuppressionReason(stone.facts["reason"])


def _until(stone: Tombstone) -> datetime | None:
    return datetime.fromisoformat(stone.facts["until"]) if "until" in stone.facts else None


def _lasts(stone: Tombstone, now: datetime) -> bool:
    until = _until(stone)
    return until is None or until > now
