"""Everything we hold about one reader, in words and as data (GDPR Art. 15 and 20)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.subscribers.avoiding import LABELS
from service.subscribers.errors import NothingHeld
from service.subscribers.model import Subscription, SubscriptionConsent
from service.subscribers.newsletters import newsletter_name
from service.subscribers.reading import Reading, reading_of


def holdings(session: Session, subscription_id: int) -> dict[str, Any]:
    """What we hold about the reader behind a subscription, ready for JSON; times in ISO 8601. Raises NothingHeld."""
    subscription = session.get(Subscription, subscription_id)
    if subscription is None:
        raise NothingHeld
    reader = subscription.subscriber
    return {
        "email": reader.email,
        "name": reader.name,
        "language": reader.locale,
        "time_zone": reader.zone,
        "reading": _reading(reading_of(session, reader)),
        "break": {
            "until": "until you say" if reader.rests_until_told else _iso(reader.paused_until),
            "last_from": _iso(reader.rested_from),
            "last_until": _iso(reader.rested_until),
        },
        "mail_stopped": reader.suppressed,
        "since": _iso(reader.created_at),
        "subscriptions": [_subscription(session, one) for one in reader.subscriptions],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "only_text": reading.plain_text,
        "larger_letters": reading.large_text,
        "discreet": reading.discreet,
        "left_out": [words for group, words in LABELS.items() if group in reading.avoid],
        "language": reading.lang or None,
    }


def _subscription(session: Session, subscription: Subscription) -> dict[str, Any]:
    theirs = SubscriptionConsent.subscription_id == subscription.id
    consents = session.scalars(select(SubscriptionConsent).where(theirs).order_by(SubscriptionConsent.id))
    return {
        "newsletter": newsletter_name(session, subscription.newsletter_id).name,
        "status": subscription.status.value,
        "how_often": subscription.cadence.value,
        "signed_up": _iso(subscription.created_at),
        "confirmed": _iso(subscription.confirmed_at),
        "unsubscribed": _iso(subscription.unsubscribed_at),
        "unsubscribed_by": subscription.unsubscribed_by.value if subscription.unsubscribed_by else None,
        "agreed_to": [_consent(one) for one in consents],
    }


def _consent(consent: SubscriptionConsent) -> dict[str, Any]:
    return {
        "words": consent.wording,
        "version": consent.wording_version,
        "language": consent.lang,
        "place": consent.source,
        "basis": consent.basis,
        "time": _iso(consent.given_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
