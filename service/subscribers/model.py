"""Subscribers, their subscriptions, what they agreed to, and the addresses that must never be written to."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base
from service.vault import Sealed

UNTIL_I_SAY = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a pause without an end: its reader says when."""


class SubscriptionStatus(StrEnum):
    """Where one subscription stands. Only `confirmed` ones are ever mailed an issue."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class Cadence(StrEnum):
    """How often one newsletter comes to one reader."""

    EACH = "each"
    QUARTERLY = "quarterly"
    BIG_NEWS = "big-news"


class UnsubscribeRoute(StrEnum):
    """The way on which a subscription ended."""

    ONE_CLICK = "one_click"
    PAGE = "page"
    PREFERENCES = "preferences"
    MAILTO = "mailto"
    NOT_ME = "not_me"
    COMPLAINT = "complaint"
    PROVIDER = "provider"
    STAFF = "staff"


class SuppressionReason(StrEnum):
    """Why an address must not be written to."""

    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    NOT_ME = "not_me"
    NEVER_AGAIN = "never_again"
    UNSUBSCRIBED_AT_PROVIDER = "unsubscribed_at_provider"
    DROPPED = "dropped"


class SignUpMail(StrEnum):
    """What a sign-up had us mail; each value but the empty one is the template's name."""

    CONFIRM = "confirm_subscription"
    ALREADY = "already_subscribed"
    NONE = ""


class Subscriber(Base):
    """One address, kept as typed; `email_key` is its comparable form, and unique."""

    __tablename__ = "subscribers"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - a link outlives its row: no id may come back

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="en-GB")
    zone: Mapped[str] = mapped_column(default="Europe/London")
    reading: Mapped[str] = mapped_column(default="", server_default="")
    """The key of the profile with their choices of reading; empty for the standard (`reading`)."""
    paused_until: Mapped[datetime | None] = mapped_column(default=None, index=True)
    rested_from: Mapped[datetime | None] = mapped_column(default=None)
    """When the pause that runs, or else the last one, began."""
    rested_until: Mapped[datetime | None] = mapped_column(default=None)
    """When the last pause ended: from then on mail may come again. Empty while one runs."""
    suppressed: Mapped[bool] = mapped_column(default=False)
    """A mirror of the suppressions, whose hashes cannot be joined; `suppress` keeps it true."""
    created_at: Mapped[datetime]
    subscriptions: Mapped[list["Subscription"]] = relationship(
        back_populates="subscriber", init=False, cascade="all, delete-orphan", order_by="Subscription.id"
    )

    def is_paused(self, now: datetime) -> bool:
        """Whether they asked us to be quiet for now."""
        return self.paused_until is not None and self.paused_until > now

    @property
    def rests_until_told(self) -> bool:
        """Whether the pause has no end of its own."""
        return self.paused_until == UNTIL_I_SAY

    def rest(self, until: datetime, now: datetime) -> None:
        """Be quiet until an instant. A pause that runs goes on, with another end."""
        if not self.is_paused(now):
            self.rested_from, self.rested_until = now, None
        self.paused_until = until
        self.refresh(now)

    def wake(self, now: datetime) -> None:
        """End the pause. What was sent meanwhile does not come; `rested_from` and `rested_until` say what it was."""
        if self.paused_until is not None:
            self.paused_until, self.rested_until = None, now
        self.refresh(now)

    def refresh(self, now: datetime) -> None:
        """Work out anew which of the subscriptions may be sent to. The only place where `sendable` is decided."""
        quiet = self.suppressed or self.is_paused(now)
        for subscription in self.subscriptions:
            subscription.sendable = subscription.status is SubscriptionStatus.CONFIRMED and not quiet

    @property
    def on_a_list(self) -> bool:
        """Whether any newsletter comes to them, or will after a pause."""
        return any(one.status is SubscriptionStatus.CONFIRMED for one in self.subscriptions)

    def forget_reading(self) -> None:
        """Without a newsletter there is nothing to leave out, so nothing to know about it (GDPR Art. 5(1)(c))."""
        if not self.on_a_list:
            self.reading = ""


class Subscription(Base):
    """One subscriber's place on one newsletter. `sendable` is the one flag that the delivery engine reads."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "subscriber_id"),
        Index(
            "ix_subscriptions_sendable",
            "newsletter_id",
            "subscriber_id",
            postgresql_where=text("sendable"),
            sqlite_where=text("sendable"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"), index=True, init=False)
    subscriber: Mapped[Subscriber] = relationship(back_populates="subscriptions")
    status: Mapped[SubscriptionStatus] = mapped_column(default=SubscriptionStatus.PENDING)
    sendable: Mapped[bool] = mapped_column(default=False)
    cadence: Mapped[Cadence] = mapped_column(default=Cadence.EACH, server_default="each")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    unsubscribed_at: Mapped[datetime | None] = mapped_column(default=None)
    unsubscribed_by: Mapped[UnsubscribeRoute | None] = mapped_column(default=None)

    @property
    def last_word(self) -> datetime | None:
        """When its reader last proved that the mailbox is theirs: they confirmed, or they left."""
        return max((at for at in (self.confirmed_at, self.unsubscribed_at) if at), default=None)

    def start(self, now: datetime) -> None:
        """Put it on the list; the first time stays when it is on already. `refresh` says whether it may be sent to."""
        if self.status is not SubscriptionStatus.CONFIRMED:
            self.status, self.confirmed_at = SubscriptionStatus.CONFIRMED, now
        self.unsubscribed_at = self.unsubscribed_by = None
        self.subscriber.refresh(now)

    def end(self, route: UnsubscribeRoute, now: datetime) -> None:
        """Take it off the list; the first route and time stay when it is off already. The last end wipes `reading`."""
        if self.status is not SubscriptionStatus.UNSUBSCRIBED:
            self.status, self.unsubscribed_at, self.unsubscribed_by = SubscriptionStatus.UNSUBSCRIBED, now, route
        self.subscriber.refresh(now)
        self.subscriber.forget_reading()


class ReadingProfile(Base):
    """One way of reading, shared by everybody who chose just this (`reading`). What readers avoid tells of their
    health: it stands here under the vault, and everywhere else there is only `key`, which is random.
    """

    __tablename__ = "reading_profiles"

    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(index=True)
    """A keyed hash of the choices, by which the next reader with the same ones finds this profile."""
    sealed: Mapped[str] = mapped_column(Sealed())
    created_at: Mapped[datetime]


class SubscriptionConsent(Base):
    """What a subscriber was shown and agreed to: the proof that GDPR Art. 7(1) and CASL ask for. Never changed."""

    __tablename__ = "subscription_consents"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscriptions.id", ondelete="CASCADE"), index=True)
    wording: Mapped[str]
    wording_version: Mapped[str]
    lang: Mapped[str]
    source: Mapped[str]
    """The placement of the form (`footer`, `article`, `import` …) and, after a blank, the path it stood on."""
    basis: Mapped[str] = mapped_column(default="consent")
    given_at: Mapped[datetime]


class Confirmation(Base):
    """The question "is this you?": the hash of a fresh token, single use, for seven days."""

    __tablename__ = "confirmations"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscriptions.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column(default=None)

    def is_open(self, now: datetime) -> bool:
        """Whether it may still be answered."""
        return self.used_at is None and now < self.expires_at


class SignUp(Base):
    """One press of the sign-up button: what it made us mail, to which mailbox (a keyed hash). Kept for thirty days."""

    __tablename__ = "sign_ups"
    __table_args__ = (Index("ix_sign_ups_mailbox", "mailbox_hash", "newsletter_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    mailbox_hash: Mapped[str]
    newsletter_id: Mapped[int]
    mail: Mapped[SignUpMail]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Suppression(Base):
    """An address that must not be written to, as a keyed hash, so that it outlives the address itself."""

    __tablename__ = "suppressions"

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[SuppressionReason]
    created_at: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)
    """When it ends; empty means never."""
