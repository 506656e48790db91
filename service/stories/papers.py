"""The papers beside a story: changes and why, comments, photos and who is on them, holds, steps and reminders."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base
from service.stories.kinds import HoldKind, StoryState
from service.vault import Sealed


class StoryChange(Base):
    """One change of the editors, with its reason, which the storyteller accepts or rejects by itself."""

    __tablename__ = "story_changes"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True, init=False)
    base_hash: Mapped[str]
    """The words before all changes of this round."""
    proposed_hash: Mapped[str]
    """The words with all of them."""
    field: Mapped[str]
    """title, teaser or body."""
    start: Mapped[int]
    """Where `before` begins in the field of the base, in characters."""
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str]
    """Plain words of the editor."""
    accepted: Mapped[bool | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)


class StoryComment(Base):
    """A word between the storyteller and the editors; in the vault."""

    __tablename__ = "story_comments"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True, init=False)
    author: Mapped[str]
    """`storyteller`, or `editor:<id>`."""
    words: Mapped[str] = mapped_column(Sealed())
    at: Mapped[datetime]


class StoryPhoto(Base):
    """A photo of a story: the key of its asset in the media store, and the words for those who cannot see it."""

    __tablename__ = "story_photos"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int | None] = mapped_column(
        ForeignKey("stories.id", ondelete="CASCADE"), index=True, init=False, default=None
    )
    draft_id: Mapped[int | None] = mapped_column(
        ForeignKey("story_drafts.id", ondelete="SET NULL"), index=True, default=None
    )
    """Where it was added; it gets its story when the draft becomes one."""
    asset_key: Mapped[str]
    """The SHA-256 of the largest size; answers are for exactly this picture."""
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    """Pixels of the largest size."""
    alt: Mapped[str] = mapped_column(default="")
    caption: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    """The row stays, because answers in the ledger are about it."""
    people: Mapped[list["StoryPhotoPerson"]] = relationship(
        init=False, order_by="StoryPhotoPerson.id", cascade="all, delete-orphan"
    )


class StoryPhotoPerson(Base):
    """Somebody who can be recognised on a photo. Their answers stand in the ledger, one a place."""

    __tablename__ = "story_photo_people"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    photo_id: Mapped[int] = mapped_column(ForeignKey("story_photos.id", ondelete="CASCADE"), index=True, init=False)
    who: Mapped[str] = mapped_column(Sealed())
    """As the teller says it: `me`, `my sister`."""
    created_at: Mapped[datetime]


class StoryHold(Base):
    """A case: while it is open no reader sees the story. Also opened for a draft, before there is a story."""

    __tablename__ = "story_holds"
    __table_args__ = (Index("ix_story_holds_open", "story_id", "resolved_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), init=False, default=None)
    draft_id: Mapped[int | None] = mapped_column(
        ForeignKey("story_drafts.id", ondelete="SET NULL"), index=True, default=None
    )
    kind: Mapped[HoldKind]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    """`wording:<rule>` when words were found, `editor:<id>`, `storyteller` or `timer`."""
    note: Mapped[str] = mapped_column(Sealed(), default="")
    alerted_at: Mapped[datetime | None] = mapped_column(default=None)
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
    resolved_by: Mapped[str] = mapped_column(default="")
    resolution: Mapped[str] = mapped_column(Sealed(), default="")


class StoryStep(Base):
    """One step of a story's way: what was done, by whom, from which state to which. Append-only."""

    __tablename__ = "story_steps"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True, init=False)
    action: Mapped[str]
    source: Mapped[StoryState]
    target: Mapped[StoryState]
    by: Mapped[str]
    """`storyteller`, `editor:<id>`, `editor` or `timer`."""
    at: Mapped[datetime]


class StoryReminder(Base):
    """A mail the timer owed once: about what, and for which date. A date that moves is reminded of anew."""

    __tablename__ = "story_reminders"
    __table_args__ = (UniqueConstraint("story_id", "kind", "about"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"))
    kind: Mapped[str]
    """`renew_60`, `waiting_7`, `of_age`, `aftercare` …"""
    about: Mapped[datetime]
    at: Mapped[datetime]
