"""Export of subscribers: one line a subscription, streamed, in columns that `import` reads."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from service.subscribers.cells import to_cell
from service.subscribers.consents import ABOUT_HEALTH
from service.subscribers.model import Subscriber, Subscription, SubscriptionConsent

COLUMNS = (
    "email", "name", "locale", "status", "created_at", "confirmed_at", "unsubscribed_at",
    "consent_text", "consent_version", "consent_at", "consent_source",
)  # fmt: skip
_AT_A_TIME = 2000


def export_subscribers(session: Session, newsletter_id: int, out: IO[str]) -> int:
    """Write the subscriptions of a newsletter as CSV with a header, times in ISO 8601; gives how many there were."""
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    written = 0
    for row in _rows(session, newsletter_id):
        table.writerow([_cell(value) for value in row])
        written += 1
    return written


def _rows(session: Session, newsletter_id: int) -> Iterator[Row[*tuple[object, ...]]]:
    """Every subscription with its subscriber and the newest consent to it, a few thousand in memory at a time."""
    of_this = and_(SubscriptionConsent.subscription_id == Subscription.id, SubscriptionConsent.basis != ABOUT_HEALTH)
    newest = select(func.max(SubscriptionConsent.id)).where(of_this).correlate(Subscription).scalar_subquery()
    query = (
        select(
            Subscriber.email, Subscriber.name, Subscriber.locale, Subscription.status, Subscription.created_at,
            Subscription.confirmed_at, Subscription.unsubscribed_at, SubscriptionConsent.wording,
            SubscriptionConsent.wording_version, SubscriptionConsent.given_at, SubscriptionConsent.source,
        )
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .outerjoin(SubscriptionConsent, SubscriptionConsent.id == newest)
        .where(Subscription.newsletter_id == newsletter_id)
        .order_by(Subscription.id)
        .execution_options(yield_per=_AT_A_TIME)
    )  # fmt: skip
    yield from session.execute(query)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else to_cell(str(value))
