"""How a reader wants to be written to. Equal choices are one sealed profile, so an issue renders once for each.

SQL groups readers by `Subscriber.reading`, the key of their profile: random, so that it means nothing to anybody who
reads a table, a log or an old variant, also after a key was lost. A keyed hash finds the profile again for the next
reader with the same choices; rotation renews it with the seal.
"""

import json
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.subscribers.model import ReadingProfile, Subscriber
from service.tokens import Purpose, Tokens

_SIZE = 512
"""Characters that every profile is filled up to, so that its length does not tell how much somebody avoids."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of reading. `avoid` holds names of groups (`avoiding`); `lang` is a BCP 47 tag, or empty for the
    newsletter's own.
    """

    plain_text: bool = False
    large_text: bool = False
    discreet: bool = False
    avoid: frozenset[str] = frozenset()
    lang: str = ""


STANDARD = Reading()
"""What everybody reads who has chosen nothing. Its key is the empty text, and it has no row."""


def choose_reading(uow: UnitOfWork, tokens: Tokens, subscriber: Subscriber, reading: Reading, *, now: datetime) -> None:
    """Let a subscriber, whose row is locked, read like this from now on."""
    if reading == STANDARD:
        subscriber.reading = ""
    elif reading != reading_of(uow.session, subscriber):
        subscriber.reading = _profile(uow.session, tokens, reading, now).key


def reading_of(session: Session, subscriber: Subscriber) -> Reading:
    """How a subscriber reads now."""
    return readings(session, [subscriber.reading])[subscriber.reading]


def readings(session: Session, keys: Collection[str]) -> dict[str, Reading]:
    """The choices behind each of `keys`; the standard for the empty key, and for one whose profile is gone."""
    stored = select(ReadingProfile.key, ReadingProfile.sealed).where(ReadingProfile.key.in_(set(keys) - {""}))
    found = {key: from_text(text) for key, text in session.execute(stored)}
    return {key: found.get(key, STANDARD) for key in keys}


def sweep_profiles(uow: UnitOfWork, *, most: int = 1000) -> None:
    """Forget profiles that nobody reads by. Harmless to repeat.

    Held first and looked at again afterwards: somebody may be choosing one of them at this moment.
    """
    unused = ReadingProfile.key.not_in(select(Subscriber.reading).where(Subscriber.reading != ""))
    held = select(ReadingProfile.key).where(unused).limit(most).with_for_update(skip_locked=True)
    keys = uow.session.scalars(held).all()
    uow.session.execute(delete(ReadingProfile).where(ReadingProfile.key.in_(keys), unused))


def to_text(reading: Reading) -> str:
    """The one spelling of a reading: what differs from the standard, sorted. Every reading is of the same length."""
    chosen: dict[str, Any] = {name: value for name, value in asdict(reading).items() if value}
    if reading.avoid:
        chosen["avoid"] = sorted(reading.avoid)
    return json.dumps(chosen, sort_keys=True).ljust(_SIZE)


def from_text(text: str) -> Reading:
    """The reading that `to_text` spelled."""
    chosen = json.loads(text)
    return Reading(**chosen | {"avoid": frozenset(chosen.get("avoid", ()))})


def fingerprint(tokens: Tokens, reading: Reading) -> str:
    """The keyed hash by which a profile is found, under the first key."""
    return tokens.keyed_hash(Purpose.READING, to_text(reading))


def _profile(session: Session, tokens: Tokens, reading: Reading, now: datetime) -> ReadingProfile:
    """The profile of just these choices, held against the sweep. Two readers who are first at once make two of them,
    which costs one more rendering and nothing else.
    """
    same = ReadingProfile.fingerprint.in_(tokens.keyed_hashes(Purpose.READING, to_text(reading)))
    oldest = select(ReadingProfile).where(same).order_by(ReadingProfile.created_at, ReadingProfile.key).limit(1)
    profile = session.scalar(oldest.with_for_update())
    if profile is None:
        profile = ReadingProfile(
            key=secrets.token_hex(8), fingerprint=fingerprint(tokens, reading), sealed=to_text(reading), created_at=now
        )
        session.add(profile)
        session.flush()
    return profile
