"""The ledger: variants, batches, deliveries, and the events the provider reports.

A delivery's state is its batch's state until an event says more, so nothing updates a row per recipient on the way out.
There is a delivery for every reader of every issue for years, so it is kept small: no id of its own, no foreign keys
(checking two for each person costs more than the row), no index but its key. A batch names its issue and its range.
"""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from service.db import Base

MOST_ATTEMPTS = 20

SUBSCRIBER_BITS = 40
"""Of a delivery's number: room for 2^40 subscribers (a million million) and 2^23 issues (eight million)."""


class BatchStatus(StrEnum):
    """Where one hand-over to the transport stands. docs/glossary.md and `transitions` say what may follow what."""

    HELD = "held"
    """It waits until the canary has shown that all is well."""
    READY = "ready"
    CLAIMED = "claimed"
    POSTING = "posting"
    HANDED_OVER = "handed_over"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    CALLED_BACK = "called_back"
    """It was given ahead of time, and the provider throws it away. Another batch took its readers over."""


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
    """Its name among the copies of the issue: `default`, `2`, `3` … Later editions keep it."""
    edition: Mapped[int] = mapped_column(default=1)
    lang: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    stories: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    """The stories it shows, as {"id", "hash"}: what consent is checked for again before every hand-over."""
    created_at: Mapped[datetime]
    items: Mapped[list[int]] = mapped_column(default_factory=list)
    """The items it shows: who has to hear of it when one of them turns out to be wrong."""
    articles: Mapped[list[int]] = mapped_column(default_factory=list)
    """The articles it shows, as items or in the place of one, for the same."""
    crowds: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    """Which readers it is for (`crowds.Crowd`)."""
    discreet: Mapped[bool] = mapped_column(default=False)
    """Whether its sender and list name are the newsletter's discreet ones."""
    about: Mapped[str] = mapped_column(default="")
    """How it differs from the standard copy, in words for editors."""
    frame: Mapped[str] = mapped_column(default="en")
    """The language of the words around what the editors wrote: a key of `issues.frames`."""


class ShownStory(Base):
    """A story that a variant shows: how an issue finds out who has had one of its stories before."""

    __tablename__ = "shown_stories"
    __table_args__ = (PrimaryKeyConstraint("story_id", "variant_id"),)

    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"), index=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), index=True)


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
    """Which cutting of the audience it comes from: 0 at the start, higher for those who were left or put off. Ranges of
    a later one may overlap those of older ones: the deliveries keep people single."""
    first_subscriber: Mapped[int]
    last_subscriber: Mapped[int]
    status: Mapped[BatchStatus] = mapped_column(default=BatchStatus.READY)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    recipients: Mapped[int | None] = mapped_column(default=None)
    """How many deliveries the intend step wrote; empty until then."""
    resent: Mapped[bool] = mapped_column(default=False)
    """A person had it sent again. Its readers may hold an earlier copy, so what the provider reports of one of them
    proves nothing for the others."""
    send_at: Mapped[datetime | None] = mapped_column(default=None)
    """The instant at which its readers are to get it; empty means as soon as it is handed over."""
    zones: Mapped[list[str]] = mapped_column(default_factory=list)
    """It is for readers of these zones only; empty means all of its range."""
    provider_batch: Mapped[str] = mapped_column(default="")
    """The provider's id under which it was given ahead of time, and can be called back; empty when it was not."""
    message_id: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    """Why it is not handed over, in the transport's words; or what proved that it was."""
    posted_at: Mapped[datetime | None] = mapped_column(default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)


class RecallState(StrEnum):
    """What became of a call."""

    ASKED = "asked"
    CALLED_BACK = "called_back"
    """Proven: nothing under the id leaves."""
    NOT_POSSIBLE = "not_possible"
    """It leaves, or has left."""
    DOUBTFUL = "doubtful"
    """The provider says that it holds it back, but was asked too late to be certain."""


class Recall(Base):
    """One hand-over called back from the provider. Written before the provider is asked, and kept as the proof."""

    __tablename__ = "recalls"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    provider_batch: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), index=True)
    people: Mapped[int]
    worker: Mapped[str]
    """Who gave it to the provider."""
    send_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    state: Mapped[RecallState] = mapped_column(default=RecallState.ASKED)
    reason: Mapped[str] = mapped_column(default="")
    """Why it is not done (yet), in the provider's words."""
    forgotten_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the provider was told that it need not remember it any longer: it remembers few at one time."""


class Delivery(Base):
    """One issue to one subscriber, once."""

    __tablename__ = "deliveries"
    __table_args__ = (
        PrimaryKeyConstraint("issue_id", "subscriber_id"),
        {"sqlite_with_rowid": False},  # there the table is its own index
    )

    subscriber_id: Mapped[int]
    """The first column, being the widest: PostgreSQL would fill a gap before it. The proof outlives the subscriber."""
    issue_id: Mapped[int] = mapped_column(Integer)
    batch_id: Mapped[int] = mapped_column(Integer)
    status: Mapped[DeliveryStatus] = mapped_column(DeliveryStatusColumn, default=DeliveryStatus.BATCH)
    reason: Mapped[str] = mapped_column(default="")

    @property
    def number(self) -> int:
        """Issue and subscriber as one number: what the sealed key in a mail and its events holds."""
        return delivery_number(self.issue_id, self.subscriber_id)


def delivery_number(issue_id: int, subscriber_id: int) -> int:
    """Both ids in 63 bits. Raises OverflowError where one does not fit (see SUBSCRIBER_BITS)."""
    if subscriber_id >> SUBSCRIBER_BITS or issue_id >> (63 - SUBSCRIBER_BITS):
        raise OverflowError("an id is too large for a delivery's number")
    return issue_id << SUBSCRIBER_BITS | subscriber_id


def of_number(number: int) -> tuple[int, int]:
    """(issue id, subscriber id) of a delivery's number."""
    return number >> SUBSCRIBER_BITS, number & ((1 << SUBSCRIBER_BITS) - 1)


IN_BATCH: ColumnElement[bool] = and_(
    Delivery.issue_id == Batch.issue_id,
    Delivery.subscriber_id.between(Batch.first_subscriber, Batch.last_subscriber),
    Delivery.batch_id == Batch.id,
)
"""The condition on a Delivery to belong to a Batch, in the words that its key can serve."""


class EventPost(Base):
    """The raw body of one verified webhook post, kept before it is answered and applied afterwards."""

    __tablename__ = "event_posts"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]


class Event(Base):
    """One thing the provider reported, once, by its own id."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    provider_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    delivery_id: Mapped[int | None] = mapped_column(index=True)
    """The delivery's number (`delivery_number`); empty when the provider lost it."""
    happened_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """Reason and classification words; never the address."""
