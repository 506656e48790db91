"""Addresses that must not be written to. Kept as keyed hashes, found under every key, stronger than anything else."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.subscribers.address import email_key
from service.subscribers.model import Suppression, SuppressionReason
from service.tokens import Purpose, Tokens


def is_suppressed(session: Session, tokens: Tokens, email: str, now: datetime) -> bool:
    """Whether the address must not be written to at this moment."""
    return bool(suppressed_among(session, tokens, [email], now))


def suppressed_among(session: Session, tokens: Tokens, emails: list[str], now: datetime) -> set[str]:
    """Those of `emails` (as given, at most a few thousand) that must not be written to."""
    hashes = {h: email for email in emails for h in tokens.keyed_hashes(Purpose.SUPPRESSION, email_key(email))}
    query = select(Suppression.address_hash).where(
        Suppression.address_hash.in_(hashes), or_(Suppression.until.is_(None), Suppression.until > now)
    )
    return {hashes[found] for found in session.scalars(query)}


def keep_suppressions(
    session: Session,
    tokens: Tokens,
    people: Iterable[tuple[str, SuppressionReason]],
    *,
    now: datetime,
    until: datetime | None,
) -> None:
    """Write suppressions down. An earlier one that lasts as long or longer stays as it is, and so does the first of
    two about one address. New ones take two statements; those that were there already are looked at one by one.

    In the order of their hashes, so that two posts about the same addresses do not wait for each other in a circle.
    """
    reasons: dict[str, SuppressionReason] = {}
    for email, reason in people:
        reasons.setdefault(email_key(email), reason)
    hashed = sorted((tokens.keyed_hashes(Purpose.SUPPRESSION, key), reason) for key, reason in reasons.items())
    every = [one for hashes, _ in hashed for one in hashes]
    known = set(session.scalars(select(Suppression.address_hash).where(Suppression.address_hash.in_(every))))
    there = [(hashes, reason) for hashes, reason in hashed if not known.isdisjoint(hashes)]
    new = [(hashes[0], reason) for hashes, reason in hashed if known.isdisjoint(hashes)]
    try:
        with session.begin_nested():
            session.add_all(
                Suppression(address_hash=newest, reason=reason, created_at=now, until=until) for newest, reason in new
            )
    except IntegrityError:  # somebody else is about one of them at this moment
        there = hashed
    for hashes, reason in there:
        keep_hash(session, hashes, reason, now=now, until=until)


def keep_hash(
    session: Session, hashes: list[str], reason: SuppressionReason, *, now: datetime, until: datetime | None
) -> None:
    """`keep_suppressions` for an address of which only the hashes are known, one for each key, the newest first."""
    known = select(Suppression).where(Suppression.address_hash.in_(hashes)).with_for_update()
    old = session.scalar(known)
    if old is None:
        try:
            with session.begin_nested():
                session.add(Suppression(address_hash=hashes[0], reason=reason, created_at=now, until=until))
            return
        except IntegrityError:  # two reports about one address at the same moment
            old = session.scalars(known).one()
    if old.until is not None and (until is None or until > old.until):
        old.reason, old.created_at, old.until = reason, now, until
