"""The storytellers' way in: a mailed link, good once and for 30 minutes, and the short session it opens."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base


class PortalEntry(Base):
    """A mailed link: the hash of a fresh token."""

    __tablename__ = "portal_entries"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    storyteller_id: Mapped[int] = mapped_column(ForeignKey("storytellers.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class PortalSession(Base):
    """A storyteller who came in: the hash of what their browser carries, and when it was last used."""

    __tablename__ = "portal_sessions"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    storyteller_id: Mapped[int] = mapped_column(ForeignKey("storytellers.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
