"""The consent ledger: one record an answer, never changed, never deleted, each chained to the record before it.

One chain for the installation. `consent_chain` holds its length and newest hash in one row; adding a record locks that
row, so that two answers at the same time stand one after the other and the chain cannot fork. Because the length is
kept apart, a record cut off the end is missed as surely as one taken out of the middle. The head that `storywell
consent verify` prints can be written down elsewhere: whoever owns the database can rewrite a chain, but not a head
that somebody else has on paper.

**The canonical form** of a record is JSON (RFC 8259) with sorted keys, no blanks, and every character beyond ASCII as
`\\u` escapes, encoded as ASCII. Instants are UTC, ISO 8601 with six decimals; enums are their values. It holds every
field of KEPT, and `personal`: the SHA-256 of the salt and the canonical form of the fields of PERSONAL. A record's
`hash` is the SHA-256 of its canonical form, in which `previous` is the hash of the record before, or GENESIS. Erasure
empties the personal fields and the salt; their digest stays, so the chain still verifies, and without the salt nobody
can try out what the words were.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, Row, UniqueConstraint, event, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from service.db import Base
from service.stories.kinds import Act, Assent, GivenBy, Method, Scope

GENESIS = "0" * 64
"""What stands before the first record."""

KEPT = (
    "sequence", "previous", "story_id", "scope", "act", "granted", "revision_hash", "photo_person_id",
    "statement_version", "lang", "given_by", "assent", "parental_responsibility", "method", "given_at", "expires_at",
)  # fmt: skip
"""Fields that outlive erasure: hashes, choices and dates."""
PERSONAL = ("statement", "relation", "recorded_by", "witness", "proven_by")
"""Fields that erasure empties."""


class StoryConsent(Base):
    """One explicit answer for one scope, about the story's words or about one person on a photo. The newest counts."""

    __tablename__ = "story_consents"
    __table_args__ = (Index("ix_story_consents_newest", "story_id", "scope", "id"), UniqueConstraint("sequence"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    sequence: Mapped[int] = mapped_column(init=False)
    """The place in the chain, from 1 without gaps."""
    previous: Mapped[str] = mapped_column(init=False)
    hash: Mapped[str] = mapped_column(init=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), init=False)
    photo_person_id: Mapped[int | None] = mapped_column(ForeignKey("story_photo_people.id"), default=None)
    """The person on a photo who is asked; empty for the words of the story."""
    scope: Mapped[Scope]
    granted: Mapped[bool]
    act: Mapped[Act | None] = mapped_column(default=None)
    """By default what a first answer does: give or decline."""
    revision_hash: Mapped[str]
    """The exact words the answer was given for; empty for `read_and_contact`, which is asked before there are any."""
    statement: Mapped[str]
    """The rendered text that stood before the answer."""
    statement_version: Mapped[str]
    lang: Mapped[str]
    given_by: Mapped[GivenBy] = mapped_column(default=GivenBy.SELF)
    relation: Mapped[str] = mapped_column(default="")
    """What a guardian, next of kin or proxy is to the person told about: `mother`."""
    parental_responsibility: Mapped[bool | None] = mapped_column(default=None)
    """What a guardian said about it; empty for everybody else."""
    assent: Mapped[Assent] = mapped_column(default=Assent.NOT_ASKED)
    """The child's own word."""
    method: Mapped[Method] = mapped_column(default=Method.WEB)
    recorded_by: Mapped[str] = mapped_column(default="")
    """`editor:<id>` of whoever wrote the answer down; empty when the storyteller gave it here."""
    witness: Mapped[str] = mapped_column(default="")
    """The colleague who listened in, for an answer given by phone."""
    proven_by: Mapped[str] = mapped_column(default="")
    """What proved the address: `draft:<id>` or `portal_session:<id>`."""
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    salt: Mapped[str] = mapped_column(init=False, default_factory=lambda: secrets.token_hex(16))
    personal: Mapped[str] = mapped_column(init=False, default="")
    """The digest of the personal fields."""
    erased_at: Mapped[datetime | None] = mapped_column(init=False, default=None)

    def __post_init__(self) -> None:
        self.act = self.act or (Act.GIVE if self.granted else Act.DECLINE)


class ConsentChain(Base):
    """The head of the chain: one row."""

    __tablename__ = "consent_chain"

    id: Mapped[int] = mapped_column(primary_key=True)
    length: Mapped[int]
    head: Mapped[str]


def canonical(fields: Mapping[str, Any]) -> bytes:
    """The canonical form of some fields."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain).encode("ascii")


def personal_digest(record: StoryConsent | Row[Any]) -> str:
    """The digest that stands for the personal fields."""
    return _sha256(record.salt.encode() + canonical(_fields(record, PERSONAL)))


def record_hash(record: StoryConsent | Row[Any]) -> str:
    """The hash of a record whose place, previous hash and personal digest are set."""
    return _sha256(canonical(_fields(record, (*KEPT, "personal"))))


def erase_personal(record: StoryConsent, now: datetime) -> None:
    """Empty the personal fields: the one change that the database lets through, and once."""
    for name in (*PERSONAL, "salt"):
        setattr(record, name, "")
    record.erased_at = now


@event.listens_for(StoryConsent, "before_insert")
def _chain(_mapper: Mapper[StoryConsent], connection: Connection, record: StoryConsent) -> None:
    """Nobody adds a record beside the chain: whatever is flushed takes its place in it here."""
    kind = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = kind.insert(ConsentChain).values(id=1, length=0, head=GENESIS)
    connection.execute(first.on_conflict_do_nothing(index_elements=["id"]))
    chain = connection.execute(
        select(ConsentChain.length, ConsentChain.head).where(ConsentChain.id == 1).with_for_update()
    ).one()
    record.sequence, record.previous = chain.length + 1, chain.head
    record.personal = personal_digest(record)
    record.hash = record_hash(record)
    values = {"length": record.sequence, "head": record.hash}
    connection.execute(update(ConsentChain).where(ConsentChain.id == 1).values(**values))


def _fields(record: StoryConsent | Row[Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, StrEnum):
        return value.value
    raise TypeError(f"a {type(value).__name__} has no canonical form")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
