"""What the receipt of a take-back is written from: the act, and each place the story was in with when it was clean."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base


class Place(StrEnum):
    """Where a story can be, as the fan-out of a take-back goes through it."""

    PAGE = "page"
    CARD = "card"
    """What a messenger or a social network shows for a link to the page (Open Graph)."""
    LISTS = "lists"
    HOME = "home"
    LATEST = "latest"
    NEIGHBOURS = "neighbours"
    SEARCH = "search"
    SITEMAP = "sitemap"
    FEED = "feed"
    """Atom."""
    JSON_FEED = "json_feed"
    PICTURES = "pictures"
    COMING = "coming"
    """Issues that have not begun to leave: drafts, approved and scheduled ones."""
    SENDING = "sending"
    ARCHIVE = "archive"
    SENT_COPIES = "sent_copies"


class TakeBack(Base):
    """One story taken back. Written with the withdrawal itself; the fan-out works it off, however often it dies."""

    __tablename__ = "take_backs"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), unique=True)
    at: Mapped[datetime]
    """When readers stopped seeing it: the instant of the withdrawal."""
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the fan-out goes on: a lease while somebody works on it; empty once every place is clean."""
    listed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the places were written down."""
    clean_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the last of them was clean."""
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the mail with the receipt was owed to its teller."""
    mailed: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    """Issues that some readers had already, as {"on": date, "readers": number}: what no fan-out can undo."""
    places: Mapped[list["TakeBackPlace"]] = relationship(
        init=False, order_by="TakeBackPlace.id", cascade="all, delete-orphan"
    )


class TakeBackPlace(Base):
    """One place the story was in."""

    __tablename__ = "take_back_surfaces"
    __table_args__ = (UniqueConstraint("take_back_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    take_back_id: Mapped[int] = mapped_column(ForeignKey("take_backs.id", ondelete="CASCADE"), init=False)
    place: Mapped[Place]
    look_at: Mapped[datetime]
    clean_at: Mapped[datetime | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(default="")
    """What was done there, or why it is not clean yet: plain words without any of the story's."""
