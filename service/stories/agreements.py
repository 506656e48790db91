"""The life of one agreement (a story, a place, and for photos a person) as one table: DOMAIN 2.6.

What stands in the ledger are acts; where an agreement stands follows from them and from the time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.stories.errors import NotFromHere
from service.stories.kinds import Act
from service.stories.ledger import StoryConsent

EXPIRES_SOON = timedelta(days=60)
"""From then on its teller is asked whether it goes on."""


class Standing(StrEnum):
    """Where an agreement stands. Only `active` and `expiring` allow anything."""

    REQUESTED = "requested"
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    DECLINED = "declined"
    NARROWED = "narrowed"
    VOID = "void"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the table."""

    act: Act
    sources: tuple[Standing, ...]
    target: Standing


_A_YES = (Standing.ACTIVE, Standing.EXPIRING, Standing.EXPIRED)
_NO_YES = (Standing.REQUESTED, Standing.DECLINED, Standing.NARROWED, Standing.VOID)

TURNS = (
    Turn(Act.GIVE, _NO_YES + _A_YES, Standing.ACTIVE),
    Turn(Act.RENEW, _A_YES, Standing.ACTIVE),
    Turn(Act.DECLINE, _NO_YES, Standing.DECLINED),
    Turn(Act.NARROW, _A_YES, Standing.NARROWED),
    Turn(Act.VOID, _A_YES, Standing.VOID),
    Turn(Act.WITHDRAW, _NO_YES + _A_YES, Standing.WITHDRAWN),
)
"""Withdrawn is the end; a yes after that is another story."""

_TABLE: Mapping[tuple[Standing, Act], Standing] = {
    (source, turn.act): turn.target for turn in TURNS for source in turn.sources
}


def after(standing: Standing, act: Act) -> Standing:
    """Where an agreement stands after an act. Raises NotFromHere."""
    try:
        return _TABLE[standing, act]
    except KeyError:
        raise NotFromHere(f"{act} is not possible while an agreement is {standing}") from None


def standing(records: Iterable[StoryConsent], now: datetime) -> Standing:
    """Where an agreement stands at `now`, from its records in the order they were added."""
    found, newest = Standing.REQUESTED, None
    for newest in records:
        found = after(found, newest.act or Act.GIVE)
    if found is not Standing.ACTIVE or newest is None or newest.expires_at is None:
        return found
    if newest.expires_at <= now:
        return Standing.EXPIRED
    return Standing.EXPIRING if newest.expires_at - now <= EXPIRES_SOON else Standing.ACTIVE


def act_of(answer: bool, before: Iterable[StoryConsent], about: str) -> Act:
    """What a yes or no does to an agreement with these records; `about` is the hash the answer is for."""
    records = list(before)
    has_yes = bool(records) and records[-1].granted
    if not answer:
        return Act.NARROW if has_yes else Act.DECLINE
    return Act.RENEW if has_yes and records[-1].revision_hash == about else Act.GIVE
