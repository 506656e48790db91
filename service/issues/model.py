"""Newsletters (the recurring publication), their issues (one edition), and the items of an issue."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base


class IssueState(StrEnum):
    """Where an issue stands; `transitions` says what may follow what. Only `sending` ones hand anything over."""

    IDEA = "idea"
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PREFLIGHT = "preflight"
    SENDING = "sending"
    SENT = "sent"
    REPORTED = "reported"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    CORRECTED = "corrected"


class ItemKind(StrEnum):
    """What an item shows."""

    HELLO = "hello"
    STORY = "story"
    ARTICLE = "article"
    DATES = "dates"
    NETWORK = "network"
    PROMPT = "prompt"
    ASK = "ask"


class Newsletter(Base):
    """A recurring publication: a rule (RRULE, wall time, IANA zone) and a recipe."""

    __tablename__ = "newsletters"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    sender: Mapped[str] = mapped_column(default="")
    """`Name <box@example.org>`; empty means MAIL_FROM."""
    lang: Mapped[str] = mapped_column(default="en-GB")
    rrule: Mapped[str]
    """RFC 5545 recurrence rule without DTSTART, such as FREQ=MONTHLY;BYDAY=1TU."""
    wall_time: Mapped[str]
    """HH:MM on the clock of `zone`."""
    zone: Mapped[str]
    lead_days: Mapped[int] = mapped_column(default=7)
    """How many days before its date an issue is composed."""
    recipe: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """What an issue is composed from; `recipe.read_recipe` knows its shape."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    """Also the day the rule counts from ("every second week")."""


class Issue(Base):
    """One edition of a newsletter. At most one exists for a period, however many timers tick."""

    __tablename__ = "issues"
    __table_args__ = (UniqueConstraint("newsletter_id", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id"), init=False)
    newsletter: Mapped[Newsletter] = relationship()
    period: Mapped[str]
    """The wall date of the occurrence, such as 2026-06-02."""
    slug: Mapped[str] = mapped_column(unique=True)
    state: Mapped[IssueState] = mapped_column(default=IssueState.DRAFT, index=True)
    subject: Mapped[str]
    preheader: Mapped[str] = mapped_column(default="")
    """The editors' words beside the subject; empty means the titles of what is inside."""
    planned_for: Mapped[datetime]
    """The instant the rule gives."""
    send_at: Mapped[datetime | None] = mapped_column(default=None)
    """The instant it was scheduled for; empty until then."""
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None] = mapped_column(default=None)
    skipped: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    """The slots of the recipe that stayed empty, as {"slot", "reason"}."""
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("editors.id"), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    held_because: Mapped[str] = mapped_column(default="")
    """Why a paused issue does not go on, in the transport's words, for the operator."""
    version: Mapped[int] = mapped_column(default=1)
    items: Mapped[list["Item"]] = relationship(
        init=False, back_populates="issue", order_by="Item.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - two editors at once: the second is told


class Item(Base):
    """One block of an issue, and why it is there."""

    __tablename__ = "issue_items"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), index=True, init=False)
    issue: Mapped[Issue] = relationship(back_populates="items")
    position: Mapped[int]
    kind: Mapped[ItemKind]
    slot: Mapped[str]
    why: Mapped[str]
    heading: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    """CommonMark of the editors: the hello, or the lines around a story or an article."""
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id"), index=True, default=None)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"), index=True, default=None)
    network_entry_id: Mapped[int | None] = mapped_column(ForeignKey("network_entries.id"), index=True, default=None)


class IssueTest(Base):
    """A test copy of an issue that an editor asked for, to the editor's own address."""

    __tablename__ = "issue_tests"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), index=True)
    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
