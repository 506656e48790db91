"""How many readers would get each of an issue's copies if it left now."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.delivery.audience import reader_key, readers
from service.subscribers.model import Subscriber, Subscription


def expected_readers(session: Session, newsletter_id: int, keys: Collection[str]) -> Mapping[str, int]:
    """The number of readers for each of the rendered variants `keys`, also where it is none."""
    key = reader_key(keys).label("reader_key")
    query = (
        select(key, func.count().label("readers"))
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(readers(newsletter_id))
        .group_by(key)
    )
    return dict.fromkeys(keys, 0) | {row.reader_key: row.readers for row in session.execute(query)}
