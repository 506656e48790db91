"""Stories, the people who told them, every revision of the words, and what was agreed for which place."""

import hashlib
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base


class StoryState(StrEnum):
    """Where a story stands (docs/glossary.md). Only `published` ones can be public, and only with consent."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_EDIT = "in_edit"
    FACT_CHECK = "fact_check"
    WITH_STORYTELLER = "with_storyteller"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    RETIRED = "retired"
    HIDDEN = "hidden"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Scope(StrEnum):
    """A place in which a story may appear; each is asked for by itself."""

    READ_AND_CONTACT = "read_and_contact"
    WEB = "web"
    NEWSLETTER = "newsletter"
    ARCHIVE = "archive"
    SOCIAL = "social"
    PRESS = "press"
    PARTNERS = "partners"
    PRINT = "print"
    TRANSLATION = "translation"
    TRAINING = "training"
    AI_TRAINING = "ai_training"


class Naming(StrEnum):
    """How a storyteller wants to be named."""

    FULL = "full"
    FIRST = "first"
    PSEUDONYM = "pseudonym"
    ANONYMOUS = "anonymous"


class Method(StrEnum):
    """How an answer about consent reached us."""

    WEB = "web"
    REPLY_MAIL = "reply_mail"
    PHONE = "phone"
    PAPER = "paper"


class Storyteller(Base):
    """The person behind a story: known to the story team, never shown."""

    __tablename__ = "storytellers"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True)
    """The keyed hash of the comparable address (Purpose.STORYTELLER): finds the row again without reading addresses."""
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
    role: Mapped[str] = mapped_column(default="patient")
    """Who tells it: patient, carer, parent, partner, bereaved, donor, professional."""
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
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    declined_at: Mapped[datetime | None] = mapped_column(default=None)
    decline_rule: Mapped[str] = mapped_column(default="")
    """A key of `declining.RULES`."""
    decline_note: Mapped[str] = mapped_column(default="")
    """The editor's own words to the storyteller."""
    version: Mapped[int] = mapped_column(default=1)
    revisions: Mapped[list["Revision"]] = relationship(
        init=False, order_by="Revision.number", cascade="all, delete-orphan"
    )
    consents: Mapped[list["StoryConsent"]] = relationship(
        init=False, order_by="StoryConsent.id", cascade="all, delete-orphan"
    )
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

    def __post_init__(self) -> None:
        self.hash = words_hash(self.title, self.teaser, self.body)


class StoryConsent(Base):
    """One explicit answer for one scope. Append-only: the newest record of a scope counts."""

    __tablename__ = "story_consents"
    __table_args__ = (Index("ix_story_consents_newest", "story_id", "scope", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), init=False)
    scope: Mapped[Scope]
    granted: Mapped[bool]
    revision_hash: Mapped[str]
    """The exact words the answer was given for; empty for `read_and_contact`, which is asked before there are any."""
    statement: Mapped[str]
    statement_version: Mapped[str]
    lang: Mapped[str]
    given_by: Mapped[str] = mapped_column(default="self")
    """self, guardian, next_of_kin, proxy."""
    method: Mapped[Method] = mapped_column(default=Method.WEB)
    recorded_by: Mapped[str] = mapped_column(default="")
    """`editor:<id>` of whoever wrote the answer down; empty when the storyteller gave it here."""
    witness: Mapped[str] = mapped_column(default="")
    """The colleague who listened in, for an answer given by phone."""
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)


class StoryDraft(Base):
    """What somebody has typed so far: the answers by field, kept on the server after every page."""

    __tablename__ = "story_drafts"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    answers: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    token_hash: Mapped[str | None] = mapped_column(unique=True, default=None)
    """The hash of the link that proves the address, once the draft was sent."""
    token_expires_at: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was last sent; the mail that proves the address is owed from then on."""
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id", ondelete="SET NULL"), default=None)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    expires_on: Mapped[date]


def words_hash(title: str, teaser: str, body: str) -> str:
    """The SHA-256 of a wording; NUL separates the parts because no text of ours may hold one."""
    return hashlib.sha256("\0".join((title, teaser, body)).encode()).hexdigest()
