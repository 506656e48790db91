"""Notices: one transactional mail to one person each, kept as a row until it has left."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base


class NoticeStatus(StrEnum):
    """Where a notice stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    NOT_NEEDED = "not_needed"


class Notice(Base):
    """A transactional mail that is owed: a template's name and the row it is about, no address and no text."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_due", "status", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    template: Mapped[str]
    subject_id: Mapped[int]
    status: Mapped[NoticeStatus] = mapped_column(default=NoticeStatus.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    """When to look at it (again): now, after a back-off, or after a lease has run out."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
