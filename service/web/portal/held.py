"""Everything the service holds about a reader, gathered from the subjects that hold it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.delivery.model import Delivery
from service.issues.model import Issue
from service.subscribers.holdings import holdings
from service.subscribers.model import Subscription


def everything_held(session: Session, subscription_id: int) -> dict[str, Any]:
    """What we hold about the reader behind a subscription, ready for JSON. Raises NothingHeld."""
    held = holdings(session, subscription_id)
    theirs = Delivery.subscriber_id == session.get_one(Subscription, subscription_id).subscriber_id
    issues = select(Issue.slug, Issue.subject).join(Delivery, Delivery.issue_id == Issue.id).where(theirs)
    sent = [{"issue": slug, "subject": subject} for slug, subject in session.execute(issues.order_by(Issue.id))]
    return held | {"sent_to_you": sent}
