"""Newsletters (the recurring publication), their issues (one edition), and the items of an issue."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
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
    RESOURCE = "resource"
    PROMPT = "prompt"
    ASK = "ask"
    CORRECTION = "correction"
    """What was wrong in an item of an earlier issue, and what is right, in the editors' words alone."""


class WhenThin(StrEnum):
    """What happens on a date for which too little is ready."""

    ASK = "ask"
    SKIP = "skip"


class Newsletter(Base):
    """A recurring publication: a rule (RRULE, wall time, IANA zone) and a recipe."""

    __tablename__ = "newsletters"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    sender: Mapped[str] = mapped_column(default="")
    """`Name <box@example.org>`; empty means MAIL_FROM."""
    discreet_name: Mapped[str] = mapped_column(default="")
    """What it is called for discreet readers: a name without an illness in it; empty means `discretion.NAME`."""
    discreet_sender: Mapped[str] = mapped_column(default="")
    """Who writes to them: a name, or `Name <box@example.org>`; empty means `discretion.SENDER` at the usual mailbox."""
    lang: Mapped[str] = mapped_column(default="en-GB")
    """The language of the letter itself, and of what is in it unless `more_languages` names others."""
    more_languages: Mapped[list[str]] = mapped_column(default_factory=list)
    """Further languages of stories and articles that may be in it (BCP 47)."""
    topics: Mapped[list[str]] = mapped_column(default_factory=list)
    """A story must have one of them; empty means any story."""
    rrule: Mapped[str]
    """RFC 5545 recurrence rule without DTSTART, such as FREQ=MONTHLY;BYDAY=1TU."""
    wall_time: Mapped[str]
    """HH:MM on the clock of `zone`."""
    zone: Mapped[str]
    lead_days: Mapped[int] = mapped_column(default=7)
    """How many days before its date an issue is composed: the time there is to review it."""
    starts_on: Mapped[date | None] = mapped_column(default=None)
    """The first day it may come out, from which "every second week" counts; empty means the day it was made."""
    exceptions: Mapped[list[str]] = mapped_column(default_factory=list)
    """The dates of the rule (`period`) on which no issue comes out."""
    moves: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """period -> the wall time at which that one issue comes out instead, such as 2026-07-08T10:00."""
    approvals: Mapped[int] = mapped_column(default=2)
    """How many people must approve an issue, where the team is large enough."""
    approver_roles: Mapped[list[str]] = mapped_column(default_factory=list)
    """Roles of which one person each must be among them, such as `reviewer`."""
    schedules_itself: Mapped[bool] = mapped_column(default=False)
    """Whether an issue goes onto the schedule for its date with its last approval."""
    thin_below: Mapped[int] = mapped_column(default=1)
    """An issue with fewer stories and articles than this is thin."""
    when_thin: Mapped[WhenThin] = mapped_column(default=WhenThin.ASK)
    latest_hours: Mapped[int] = mapped_column(default=6)
    """How late an issue may leave without asking, after a night in which nothing ran."""
    seeds: Mapped[list[str]] = mapped_column(default_factory=list)
    """Addresses that get a test copy besides the editor, such as a screen reader user's or another mail program's."""
    recipe: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """What an issue is composed from; `recipe.read_recipe` knows its shape."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - two editors at once: the second is told


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
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("editors.id"), default=None)
    """Who changed it last; empty for a draft as it was composed."""
    thin: Mapped[str] = mapped_column(default="")
    """Why there is too little in it, as one sentence; empty when there is enough."""
    skipped: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    """The slots of the recipe that stayed empty, as {"slot", "reason"}."""
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("editors.id"), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    """The last of the approvals it needs; IssueApproval has all of them."""
    approved_hash: Mapped[str] = mapped_column(default="")
    """The content that was approved (`fingerprint.content_hash`)."""
    audience: Mapped[int | None] = mapped_column(default=None)
    """How many readers it had when it began to leave."""
    accessibility: Mapped[list[str] | None] = mapped_column(default=None)
    """The faults that the accessibility check found in it as it left; empty (not None) means none."""
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"), index=True, default=None)
    """The issue that this one corrects: then only those get it who received the wrong item (`corrections`)."""
    big_news: Mapped[bool] = mapped_column(default=False)
    """Whether readers who want only big news get it too."""
    local_time: Mapped[bool] = mapped_column(default=False)
    """Whether each reader gets it when the clocks of their own zone show the time that `send_at` is on the newsletter's
    clock."""
    canary_percent: Mapped[int] = mapped_column(default=0)
    """How many of a hundred readers get it before the others, who wait until all is well; 0 means that nobody waits."""
    canary_minutes: Mapped[int] = mapped_column(default=10)
    """How long the others wait."""
    canary_judged_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the others were let go, or the issue was paused instead."""
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
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resources.id"), index=True, default=None)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("issue_items.id"), index=True, default=None)
    """The wrong item of an earlier issue that this one puts right."""
    corrects_stood_in_id: Mapped[int | None] = mapped_column(ForeignKey("stood_in.id"), index=True, default=None)
    """Or what was wrong in it and stood there for some readers only."""


class StoodIn(Base):
    """A story or an article that an issue showed to some readers, and that is none of its items."""

    __tablename__ = "stood_in"
    __table_args__ = (
        UniqueConstraint("issue_id", "story_id"),
        UniqueConstraint("issue_id", "article_id"),
        CheckConstraint("(story_id IS NULL) <> (article_id IS NULL)", name="one_of_them"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    issue: Mapped[Issue] = relationship(init=False)
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))

    @property
    def kind(self) -> ItemKind:
        """What it is."""
        return ItemKind.STORY if self.story_id is not None else ItemKind.ARTICLE


class IssueApproval(Base):
    """One person's yes to one exact content. An edit ends it; the row stays as the proof."""

    __tablename__ = "issue_approvals"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), index=True)
    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id"))
    content_hash: Mapped[str]
    needed: Mapped[int]
    """How many people had to say yes at that moment; 1 where the team was one."""
    stand_ins: Mapped[list[str]]
    """The hashes of the words that they were shown besides: of the stories and articles that may stand in for others
    (`standing_in`)."""
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class IssueTest(Base):
    """A test copy of an issue that an editor asked for: to the editor's own address, and the newsletter's seeds."""

    __tablename__ = "issue_tests"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), index=True)
    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    to: Mapped[str] = mapped_column(default="")
    """The address of a seed; empty means the editor's own."""
