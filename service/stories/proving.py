"""Walking the consent ledger from its first record to its head, and naming the first thing that is wrong."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Enum, Row, Select, Text, select, type_coerce
from sqlalchemy.orm import Session

from service.stories.ledger import (
    GENESIS,
    KEPT,
    PERSONAL,
    ConsentChain,
    StoryConsent,
    personal_digest,
    record_hash,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the walk found. `record` is the row id and `sequence` the place of the first broken record."""

    checked: int
    head: str
    why: str = ""
    sequence: int | None = None
    record: int | None = None
    found_anchor: bool = True

    @property
    def holds(self) -> bool:
        """Whether every record is as it was given, and none is missing."""
        return not self.why


def verify(session: Session, anchor: str = "") -> Verdict:
    """Walk the whole chain; `anchor` is a head that was written down earlier and must still be in it."""
    checked, head, found = 0, GENESIS, not anchor or anchor == GENESIS
    for row in session.execute(_all_records()).yield_per(1000):
        why = _fault(row, checked + 1, head)
        if why:
            return Verdict(checked, head, why, row.sequence, row.id, found)
        checked, head = checked + 1, row.hash
        found = found or head == anchor
    why = _end_fault(session, checked, head) or ("" if found else "the head that was written down is not in the chain")
    return Verdict(checked, head, why, found_anchor=found)


def _all_records() -> Select[Any]:
    """Every field as it is stored: a value that is no member of its enum is a finding, not a crash."""
    names = ("id", *KEPT, *PERSONAL, "salt", "personal", "hash", "erased_at")
    columns = [StoryConsent.__table__.c[name] for name in names]
    plain = [type_coerce(one, Text).label(one.name) if isinstance(one.type, Enum) else one for one in columns]
    return select(*plain).order_by(StoryConsent.sequence, StoryConsent.id)


def _fault(row: Row[Any], place: int, before: str) -> str:
    if row.sequence != place:
        return f"record {place} is missing" if row.sequence > place else f"there are two records {row.sequence}"
    if row.previous != before:
        return "it does not follow the record before it"
    if row.erased_at is None and personal_digest(row) != row.personal:
        return "its words are not those that were agreed to"
    if record_hash(row) != row.hash:
        return "it is not as it was given"
    return ""


def _end_fault(session: Session, checked: int, head: str) -> str:
    chain = session.get(ConsentChain, 1)
    length, last = (chain.length, chain.head) if chain is not None else (0, GENESIS)
    if length > checked:
        return f"record {checked + 1} is missing: the chain had {length}"
    return "" if (length, last) == (checked, head) else "the head of the chain is not its last record"
