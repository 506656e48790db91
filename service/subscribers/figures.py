"""Figures for editors: how many readers there are, and how that changes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ColumnExpressionArgument, case, func, select
from sqlalchemy.orm import Session

from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Counts:
    """How many subscriptions stand where. Of the confirmed ones `sendable` get the next issue."""

    pending: int
    confirmed: int
    unsubscribed: int
    sendable: int
    paused: int


def counts(session: Session, now: datetime, newsletter_id: int | None = None) -> Counts:
    """Subscriptions by status, of one newsletter or of all."""
    status = Subscription.status
    confirmed = status == SubscriptionStatus.CONFIRMED
    query = select(
        _tally(status == SubscriptionStatus.PENDING),
        _tally(confirmed),
        _tally(status == SubscriptionStatus.UNSUBSCRIBED),
        _tally(Subscription.sendable),
        _tally(confirmed & (Subscriber.paused_until > now)),
    ).join_from(Subscription, Subscriber)
    if newsletter_id is not None:
        query = query.where(Subscription.newsletter_id == newsletter_id)
    return Counts(*session.execute(query).one())


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days that begin on `start` at midnight UTC: who confirmed, and who left."""

    start: date
    joined: int
    left: int


def growth(session: Session, now: datetime, *, weeks: int = 12) -> list[Week]:
    """The last `weeks` weeks, oldest first; the last one ends with today. One pass over the table."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    starts = [midnight - timedelta(weeks=back) for back in range(weeks, 0, -1)]
    spans = [(start, start + timedelta(weeks=1)) for start in starts]
    moments = (Subscription.confirmed_at, Subscription.unsubscribed_at)
    tallies = [_tally((moment >= start) & (moment < end)) for start, end in spans for moment in moments]
    found = session.execute(select(*tallies)).one()
    return [Week(start.date(), found[2 * n], found[2 * n + 1]) for n, start in enumerate(starts)]


def _tally(condition: ColumnExpressionArgument[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
