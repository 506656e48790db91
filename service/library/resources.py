"""Articles that others publish: feeds we follow, and what an editor makes of each entry.

Nothing from a feed is shown to a reader before an editor has accepted it, and then only its title, its link and the
editor's own words.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base


class ResourceState(StrEnum):
    """What has become of an entry."""

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    PASSED = "passed"


class ResourceFeed(Base):
    """An RSS or Atom feed that suggests articles."""

    __tablename__ = "resource_feeds"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    url: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(default="")
    """What the feed calls itself; empty until it was read."""
    active: Mapped[bool] = mapped_column(default=True)
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")
    """The validators of the last answer, for a conditional GET (RFC 9110, 13.1)."""
    checked_at: Mapped[datetime | None] = mapped_column(default=None)
    next_check: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    """How many checks in a row failed."""
    trouble: Mapped[str] = mapped_column(default="")
    """Why the last check failed, as one sentence; empty when it did not."""
    moved_to: Mapped[str] = mapped_column(default="")
    """Where the feed says it has moved for ever; an editor decides whether that is still the feed they chose."""
    created_at: Mapped[datetime]


class Resource(Base):
    """One article of somebody else."""

    __tablename__ = "resources"
    __table_args__ = (UniqueConstraint("feed_id", "guid"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    feed_id: Mapped[int] = mapped_column(ForeignKey("resource_feeds.id"), index=True)
    feed: Mapped[ResourceFeed] = relationship(init=False)
    guid: Mapped[str]
    """What the feed knows the entry by; its address where it names nothing else."""
    url: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    """Plain text, cut short: for the editor's eyes."""
    words: Mapped[str] = mapped_column(default="")
    """What the editor says about it, for readers."""
    lang: Mapped[str] = mapped_column(default="")
    state: Mapped[ResourceState] = mapped_column(default=ResourceState.SUGGESTED, index=True)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    good_until: Mapped[datetime | None] = mapped_column(default=None)
    """Until when an accepted one may be put into an issue."""
