"""Stories, the people who told them, every revision of the words, and what somebody has typed so far.

Beside these stand the ledger (`ledger.py`), the papers of the work on a story (`papers.py`) and the way in for
storytellers (`entries.py`); all of it can be imported from here.
"""

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base
from service.stories.entries import PortalEntry, PortalSession
from service.stories.kinds import Act, Assent, GivenBy, HoldKind, Method, Naming, Scope, StoryState
from service.stories.ledger import ConsentChain, StoryConsent
from service.stories.papers import (
    StoryChange,
    StoryComment,
    StoryHold,
    StoryPhoto,
    StoryPhotoPerson,
    StoryReminder,
    StoryStep,
)
from service.stories.take_backs import TakeBack, TakeBackPlace
from service.stories.triggers import refuse_on
from service.vault import Sealed, SealedJson

__all__ = [
    "Act", "Assent", "ConsentChain", "GivenBy", "HoldKind", "Method", "Naming", "PortalEntry", "PortalSession",
    "Revision", "Scope", "Story", "StoryChange", "StoryComment", "StoryConsent", "StoryDraft", "StoryHold",
    "StoryPhoto", "StoryPhotoPerson", "StoryReminder", "StoryState", "StoryStep", "Storyteller", "TakeBack",
    "TakeBackPlace", "words_hash",
]  # fmt: skip


class Storyteller(Base):
    """The person behind a story: known to the story team, never shown. Name and address lie in the vault."""

    __tablename__ = "storytellers"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    email: Mapped[str] = mapped_column(Sealed())
    email_key: Mapped[str] = mapped_column(index=True)
    """The keyed hash of the comparable address (Purpose.STORYTELLER): finds the row again without reading addresses."""
    name: Mapped[str] = mapped_column(Sealed(), default="")
    """The real name, where we were told it; what readers see is the story's `display_name`."""
    email_proven_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]


class Story(Base):
    """One story. Its last revision is the one in hand; the revision with `shown_hash` is the one the public sees."""

    __tablename__ = "stories"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(unique=True)
    """Random until the first publication, then made from the title and kept."""
    storyteller_id: Mapped[int | None] = mapped_column(ForeignKey("storytellers.id"), index=True, default=None)
    state: Mapped[StoryState] = mapped_column(default=StoryState.DRAFT, index=True)
    state_since: Mapped[datetime | None] = mapped_column(default=None)
    hidden_from: Mapped[StoryState | None] = mapped_column(default=None)
    """The state a hidden story goes back to."""
    hidden_by: Mapped[str] = mapped_column(default="")
    """`storyteller`, `editor:<id>` or `timer`: who hid it brings it back."""
    role: Mapped[str] = mapped_column(default="patient")
    """Who tells it: patient, carer, parent, partner, bereaved, donor, professional."""
    told_by: Mapped[GivenBy] = mapped_column(default=GivenBy.SELF)
    """In which role its teller answers for it."""
    relation: Mapped[str] = mapped_column(Sealed(), default="")
    """What a guardian, next of kin or proxy is to the person told about."""
    of_age_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the child told about comes of age; from then on only the child's own yes counts."""
    format: Mapped[str] = mapped_column(default="text")
    """text, interview, postcard, memoriam, video."""
    naming: Mapped[Naming] = mapped_column(default=Naming.FIRST)
    display_name: Mapped[str] = mapped_column(default="")
    """The name to show, `naming.NAMELESS` for somebody who asked for none."""
    age_band: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    topics: Mapped[list[str]] = mapped_column(default_factory=list)
    content_notes: Mapped[list[str]] = mapped_column(default_factory=list)
    """Short neutral words for what the story mentions, such as `relapse`."""
    lang: Mapped[str] = mapped_column(default="en-GB")
    shown_hash: Mapped[str] = mapped_column(default="")
    shown_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the words shown were put up. The database holds the web answer against it (`triggers.py`)."""
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    cool_off_until: Mapped[datetime | None] = mapped_column(default=None)
    """A day to think again after an approval given in the portal, before the first publication."""
    claimed_by: Mapped[str] = mapped_column(default="")
    """`editor:<id>` of who works on it until `claimed_until`."""
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    needs_fact_check: Mapped[bool] = mapped_column(default=False)
    """It makes medical claims: a reviewer signs the exact words off before readers see them."""
    fact_checked_hash: Mapped[str] = mapped_column(default="")
    fact_checked_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    """The first time."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    erase_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the words go for good: after a withdrawal at once or 30 days later, as the teller chose."""
    declined_at: Mapped[datetime | None] = mapped_column(default=None)
    decline_rule: Mapped[str] = mapped_column(default="")
    """A key of `declining.RULES`."""
    decline_note: Mapped[str] = mapped_column(default="")
    """The editor's own words to the storyteller."""
    version: Mapped[int] = mapped_column(default=1)
    revisions: Mapped[list["Revision"]] = relationship(
        init=False, order_by="Revision.number", cascade="all, delete-orphan"
    )
    consents: Mapped[list[StoryConsent]] = relationship(init=False, order_by="StoryConsent.id")
    changes: Mapped[list[StoryChange]] = relationship(
        init=False, order_by="StoryChange.id", cascade="all, delete-orphan"
    )
    comments: Mapped[list[StoryComment]] = relationship(init=False, order_by="StoryComment.id", cascade="all")
    holds: Mapped[list[StoryHold]] = relationship(init=False, order_by="StoryHold.id", cascade="all")
    photos: Mapped[list[StoryPhoto]] = relationship(init=False, order_by="StoryPhoto.position", cascade="all")
    steps: Mapped[list[StoryStep]] = relationship(init=False, order_by="StoryStep.id", cascade="all")
    storyteller: Mapped[Storyteller | None] = relationship(init=False)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - two editors at once: the second is told

    @property
    def words(self) -> "Revision":
        """The revision in hand, the newest."""
        return self.revisions[-1]

    @property
    def submitted(self) -> "Revision":
        """The words as the storyteller sent them."""
        return self.revisions[0]

    @property
    def was_public(self) -> bool:
        """Whether readers may have seen it, now or earlier."""
        return self.published_at is not None

    @property
    def open_holds(self) -> list[StoryHold]:
        """What keeps it from every reader until somebody has looked."""
        return [hold for hold in self.holds if hold.resolved_at is None]


class Revision(Base):
    """One exact wording of a story: the thing a storyteller approves, by its hash."""

    __tablename__ = "story_revisions"
    __table_args__ = (UniqueConstraint("story_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True, init=False)
    number: Mapped[int]
    title: Mapped[str]
    teaser: Mapped[str]
    body: Mapped[str]
    """CommonMark."""
    author: Mapped[str]
    """`storyteller`, or `editor:<id>`."""
    created_at: Mapped[datetime]
    hash: Mapped[str] = mapped_column(init=False, index=True)
    """Outlives the words: an erased revision has the hash it always had."""

    def __post_init__(self) -> None:
        self.hash = words_hash(self.title, self.teaser, self.body)


class StoryDraft(Base):
    """What somebody has typed so far: the answers by field, kept in the vault after every page."""

    __tablename__ = "story_drafts"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    answers: Mapped[dict[str, Any]] = mapped_column(SealedJson(), default_factory=dict)
    token_hash: Mapped[str | None] = mapped_column(unique=True, default=None)
    """The hash of the link that proves the address, once the draft was sent."""
    token_expires_at: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was last sent; the mail that proves the address is owed from then on."""
    warned_days: Mapped[int] = mapped_column(default=0)
    """The newest warning that it will go, in days after it was last saved: 30 or 53; 0 before any."""
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id", ondelete="SET NULL"), default=None)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    expires_on: Mapped[date]


def words_hash(title: str, teaser: str, body: str) -> str:
    """The SHA-256 of a wording; NUL separates the parts because no text of ours may hold one."""
    return hashlib.sha256("\0".join((title, teaser, body)).encode()).hexdigest()


assert isinstance(StoryConsent.__table__, Table)  # noqa: S101 - for the type checker
refuse_on(StoryConsent.__table__)
