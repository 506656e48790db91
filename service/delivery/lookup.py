"""Looking a batch up in the provider's log, when nobody knows whether it was taken and no event came.

A message in the log that carries the key of one of its deliveries proves the whole request. That there is none proves
nothing: entries come late, and not every plan has them. A few people of a few batches are asked for, and rarely.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from service.db import Database
from service.delivery.model import IN_BATCH, Batch, BatchStatus, Delivery, DeliveryStatus, delivery_number
from service.delivery.transitions import TRANSITIONS
from service.mail.schedule import ProviderAway, ProviderLog
from service.subscribers.model import Subscriber
from service.tokens import Purpose, Tokens

FIRST_LOOK = timedelta(minutes=2)
LOOK_AGAIN = timedelta(minutes=10)
LAST_LOOK = timedelta(days=3)
"""The provider keeps its log for few days, and tries no mail for longer."""
MOST_BATCHES, MOST_PEOPLE = 5, 3

log = structlog.get_logger()


def lookups_due(session: Session, now: datetime) -> bool:
    """Whether `look_up` has anything to do."""
    return session.execute(_due(now).limit(1)).first() is not None


def look_up(database: Database, record: ProviderLog, tokens: Tokens, *, clock: Callable[[], datetime]) -> int:
    """Ask for a few people of a few unknown batches; gives how many batches that proved.

    They are put off before anybody asks, so that a log that is slow to answer keeps one worker busy, and not all.
    """
    with database.unit() as uow:
        taken = _take(uow.session, clock())
    proven = 0
    for batch, people in taken:
        try:
            if any(_is_in(record, tokens, batch, person, email) for person, email in people):
                proven += _believe(database, batch.id, now=clock())
        except ProviderAway as away:
            log.warning("lookup.away", why=str(away))
            break
    return proven


def _take(session: Session, now: datetime) -> list[tuple[Batch, list[tuple[int, str]]]]:
    """The next batches that are due and a few people of each; nobody else looks for them soon."""
    due = _due(now).order_by(Batch.not_before, Batch.id).limit(MOST_BATCHES).with_for_update(skip_locked=True)
    taken = [(batch, _some_people(session, batch)) for batch in session.scalars(due).all()]
    for batch, _ in taken:
        batch.not_before = now + LOOK_AGAIN
    return taken


def _due(now: datetime) -> Select[Batch]:
    """Not one that was sent again: its readers may be in the log with their first copy."""
    return select(Batch).where(
        Batch.status == BatchStatus.UNKNOWN,
        ~Batch.resent,
        Batch.posted_at.between(now - LAST_LOOK, now - FIRST_LOOK),
        or_(Batch.send_at.is_(None), Batch.send_at < now - FIRST_LOOK),
        or_(Batch.not_before.is_(None), Batch.not_before <= now),
    )


def _some_people(session: Session, batch: Batch) -> list[tuple[int, str]]:
    query = (
        select(Delivery.subscriber_id, Subscriber.email)
        .select_from(Delivery)
        .join(Batch, IN_BATCH)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Batch.id == batch.id, Delivery.status == DeliveryStatus.BATCH)
        .order_by(Delivery.subscriber_id)
    )
    return [(person, email) for person, email in session.execute(query.limit(MOST_PEOPLE))]


def _is_in(record: ProviderLog, tokens: Tokens, batch: Batch, person: int, email: str) -> bool:
    keys = record.deliveries_to(email, batch.posted_at - FIRST_LOOK) if batch.posted_at else ()
    return delivery_number(batch.issue_id, person) in tokens.open_many(Purpose.DELIVERY, keys).values()


def _believe(database: Database, batch_id: int, *, now: datetime) -> int:
    """Write down that it was taken; 0 when somebody else has settled it meanwhile."""
    sources, target = TRANSITIONS["accepted"]
    with database.unit() as uow:
        changed = uow.session.execute(
            update(Batch)
            .where(Batch.id == batch_id, Batch.status.in_(sources & {BatchStatus.UNKNOWN}), ~Batch.resent)
            .values(status=target, settled_at=now, reason="proven by the provider's log")
            .execution_options(synchronize_session=False)
        )
    return changed.rowcount  # type: ignore[attr-defined,no-any-return]
