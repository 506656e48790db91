"""Addresses that must not be written to. Kept as keyed hashes, found under every key, stronger than anything else."""

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


def keep_suppression(
    session: Session, tokens: Tokens, email: str, reason: SuppressionReason, *, now: datetime, until: datetime | None
) -> None:
    """Write a suppression down. An earlier one that lasts as long or longer stays as it is."""
    keep_hash(session, tokens.keyed_hashes(Purpose.SUPPRESSION, email_key(email)), reason, now=now, until=until)


def keep_hash(
    session: Session, hashes: list[str], reason: SuppressionReason, *, now: datetime, until: datetime | None
) -> None:
    """`keep_suppression` for an address of which only the hashes are known, one for each key, the newest first."""
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
