"""The proof of what somebody was shown and agreed to."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.subscribers.model import Subscription, SubscriptionConsent
from service.subscribers.wording import Wording

ABOUT_HEALTH = "explicit consent (GDPR Art. 9)"
"""The basis of what a reader told us for themselves alone: no editor and no export sees these consents."""


def add_consent(
    session: Session,
    subscription: Subscription,
    wording: Wording,
    source: str,
    *,
    given_at: datetime,
    basis: str = "consent",
) -> None:
    """Keep the words, their version and language, where they stood, and when they were agreed to."""
    session.add(
        SubscriptionConsent(
            subscription_id=subscription.id,
            wording=wording.text,
            wording_version=wording.version,
            lang=wording.lang,
            source=source,
            basis=basis,
            given_at=given_at,
        )
    )
