"""The ledger: variants, batches, deliveries, and the events the provider reports.

A delivery's state is its batch's state until an event says more, so nothing updates a row per recipient on the way out.
"""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from service.db import Base, BigId

MOST_ATTEMPTS = 20


class BatchStatus(StrEnum):
    """Where one hand-over to the transport stands. docs/glossary.md and `transitions` say what may follow what."""

    READY = "ready"
    CLAIMED = "claimed"
    POSTING = "posting"
    HANDED_OVER = "handed_over"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class DeliveryStatus(IntEnum):
    """What is known of one delivery. The order is the rule: a later report can only raise it."""

    BATCH = 0
    """No event yet: the batch's state is this delivery's state."""
    DEFERRED = 10
    PROCESSED = 20
    DELIVERED = 30
    REJECTED = 40
    DROPPED = 50
    SOFT_BOUNCED = 60
    BOUNCED = 70
    UNSUBSCRIBED = 80
    COMPLAINED = 90


class DeliveryStatusColumn(TypeDecorator[DeliveryStatus]):
    """A DeliveryStatus kept as a small number, so that the database can take the maximum."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: object) -> int | None:  # noqa: ARG002
        """The number."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: object) -> DeliveryStatus | None:  # noqa: ARG002
        """The name of the number."""
        return None if value is None else DeliveryStatus(value)


class Variant(Base):
    """The frozen, rendered content that a group of readers gets. A withdrawal makes a new edition, never a change."""

    __tablename__ = "variants"
    __table_args__ = (UniqueConstraint("issue_id", "key", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    key: Mapped[str]
    """Which readers it is for: `default`, `plain` …"""
    edition: Mapped[int] = mapped_column(default=1)
    lang: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    stories: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    """The stories it shows, as {"id", "hash"}: what consent is checked for again before every hand-over."""
    created_at: Mapped[datetime]


class Batch(Base):
    """One hand-over: a range of subscriber ids of one variant, given to the transport in one go."""

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("issue_id", "reader_key", "cut", "first_subscriber"),
        Index("ix_batches_work", "issue_id", "status", "id"),
        CheckConstraint(f"attempt <= {MOST_ATTEMPTS}", name="attempts_capped"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    reader_key: Mapped[str]
    cut: Mapped[int] = mapped_column(default=0)
    """Which cutting of the audience it comes from: 0 at the start, higher for those who were left. In one, ranges of a
    reader key never overlap; those of a later one may overlap older ones, and the deliveries keep people single."""
    first_subscriber: Mapped[int]
    last_subscriber: Mapped[int]
    status: Mapped[BatchStatus] = mapped_column(default=BatchStatus.READY)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    recipients: Mapped[int | None] = mapped_column(default=None)
    """How many deliveries the intend step wrote; empty until then."""
    message_id: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    """Why it is not handed over, in the transport's words; or what proved that it was."""
    posted_at: Mapped[datetime | None] = mapped_column(default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)


class Delivery(Base):
    """One issue to one subscriber, once."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("issue_id", "subscriber_id"),
        {"sqlite_autoincrement": True},  # an event carries the id of a delivery: none may come back
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    subscriber_id: Mapped[int]
    """No foreign key: the proof outlives the subscriber."""
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), index=True)
    status: Mapped[DeliveryStatus] = mapped_column(DeliveryStatusColumn, default=DeliveryStatus.BATCH)
    reason: Mapped[str] = mapped_column(default="")


class EventPost(Base):
    """The raw body of one verified webhook post, kept before it is answered and applied afterwards."""

    __tablename__ = "event_posts"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None] = mapped_column(default=None, index=True)


class Event(Base):
    """One thing the provider reported, once, by its own id."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    provider_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    delivery_id: Mapped[int | None] = mapped_column(index=True)
    happened_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """Reason and classification words; never the address."""
