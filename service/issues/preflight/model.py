"""What preflight keeps: how links and senders' domains answered, and what is to be sent in spite of a finding."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base


class PreflightOverride(Base):
    """A blocking finding that somebody wants to send in spite of; it counts once a second person agrees."""

    __tablename__ = "preflight_overrides"
    __table_args__ = (UniqueConstraint("issue_id", "finding", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    finding: Mapped[str]
    """`Finding.key`."""
    content_hash: Mapped[str]
    """It counts for this content only."""
    reason: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("editors.id"))
    asked_at: Mapped[datetime]
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("editors.id"), default=None)
    agreed_at: Mapped[datetime | None] = mapped_column(default=None)


class LinkVerdict(StrEnum):
    """What became of trying an address."""

    ANSWERS = "answers"
    BROKEN = "broken"
    REFUSED = "refused"
    """We do not go there: not https, a private address, or a redirect to one."""
    SILENT = "silent"
    """It did not answer in time, or its name could not be found."""


class LinkCheck(Base):
    """How an address that stands in a mail answered when a worker last tried it."""

    __tablename__ = "link_checks"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    url: Mapped[str] = mapped_column(unique=True)
    verdict: Mapped[LinkVerdict]
    detail: Mapped[str]
    """The rest of the sentence "This link …"."""
    checked_at: Mapped[datetime]


class SenderCheck(Base):
    """What the DNS said about a domain that we send as."""

    __tablename__ = "sender_checks"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    domain: Mapped[str] = mapped_column(unique=True)
    missing: Mapped[list[str]] = mapped_column(default_factory=list)
    """Plain sentences about what mailboxes will miss."""
    unsure: Mapped[list[str]] = mapped_column(default_factory=list)
    """Plain sentences about what could not be looked up."""
    checked_at: Mapped[datetime]
