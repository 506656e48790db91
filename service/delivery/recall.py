"""Calling back what the provider was given ahead of time: because nobody knows whether it has it, because the issue was
stopped, or because a story in it was taken back.

Written down, asked, recorded: whoever finds a call that was asked and not recorded asks again. A batch is called back
only when the provider itself says that it throws it away, and said so while that was still certain. Then nothing that
was, or will yet be, posted under its id can reach anybody, so the readers of even a batch that is still being posted
may be given to a new one: exactly once, proven.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from service.db import Database, UnitOfWork
from service.delivery.content import still_allowed
from service.delivery.model import IN_BATCH, Batch, BatchStatus, Delivery, DeliveryStatus, Recall, RecallState, Variant
from service.delivery.presence import Presence
from service.delivery.records import record_called_back
from service.delivery.transitions import TRANSITIONS
from service.issues.model import Issue, IssueState
from service.mail.schedule import LATEST_CALL_BACK, NoRoom, NotCalledBack, ProviderAway, Schedule

MARGIN = timedelta(minutes=1)
"""Clocks differ, and an answer takes time."""
OVER_AFTER = timedelta(hours=1)
"""So long after its time, nothing of a called-back batch is under way any more."""
MOST_AT_ONCE = 100

GIVEN = TRANSITIONS["called_back"][0]
STOPPED = frozenset({IssueState.STOPPED, IssueState.CANCELLED})

log = structlog.get_logger()


class Look(NamedTuple):
    """What the provider said of an id, and whether that was early enough to be certain."""

    is_held_back: bool
    in_time: bool
    said: str


def call_back(
    database: Database,
    schedule: Schedule,
    presence: Presence,
    *,
    clock: Callable[[], datetime],
    most: int = MOST_AT_ONCE,
) -> int:
    """Call back what should not leave, and settle older calls; gives how many batches have got new ones.

    Harmless to run twice at a time. What the provider has no room for, or cannot be asked about, comes next time.
    """
    with database.unit() as uow:
        for batch in wanted(uow.session, clock())[:most]:
            ask(uow, batch, now=clock())
    with database.read() as session:
        asked = session.scalars(select(Recall).where(Recall.state == RecallState.ASKED).order_by(Recall.send_at)).all()
    done = 0
    for recall in asked[:most]:
        try:
            done += _settle(database, schedule, recall, clock)
        except NoRoom as full:
            _wait(database, recall.id, f"the provider has no room for more calls just now: {full}")
            break
        except ProviderAway as away:
            _wait(database, recall.id, f"the provider could not be asked: {away}")
    _forget(database, schedule, presence, clock())
    return done


def calls_open(session: Session, now: datetime) -> bool:
    """Whether `call_back` has anything to do."""
    waiting = select(Recall.id).where(or_(Recall.state == RecallState.ASKED, _is_over(now))).limit(1)
    return session.scalar(waiting) is not None or bool(wanted(session, now))


def wanted(session: Session, now: datetime) -> list[Batch]:
    """The batches that should not leave and still can be kept from it, the earliest first."""
    query = (
        select(Batch)
        .join(Issue, Issue.id == Batch.issue_id)
        .where(Batch.provider_batch != "", Batch.status.in_(GIVEN), Batch.send_at > now + LATEST_CALL_BACK + MARGIN)
        .where(~exists().where(Recall.provider_batch == Batch.provider_batch))
    )
    lost_sight = or_(
        Batch.status == BatchStatus.UNKNOWN, and_(Batch.status == BatchStatus.POSTING, Batch.lease_until < now)
    )
    held_up = Issue.state.in_(STOPPED)
    shows_too_much = Batch.variant_id.in_(_withdrawn(session, now))
    found = query.where(or_(held_up, lost_sight, shows_too_much)).order_by(Batch.send_at, Batch.id)
    return list(session.scalars(found))


def ask(uow: UnitOfWork, batch: Batch, *, now: datetime) -> None:
    """Write down that a batch is going to be called back, before the provider hears of it."""
    uow.session.add(
        Recall(
            provider_batch=batch.provider_batch, batch_id=batch.id, issue_id=batch.issue_id,
            people=batch.recipients or 0, worker=batch.worker, send_at=batch.send_at or now, asked_at=now,
        )
    )  # fmt: skip


def _withdrawn(session: Session, now: datetime) -> list[int]:
    """The variants under way that show a story which may not be shown any more."""
    under_way = select(Batch.variant_id).where(
        Batch.provider_batch != "", Batch.status.in_(GIVEN), Batch.send_at > now + LATEST_CALL_BACK + MARGIN
    )
    variants = session.execute(select(Variant.id, Variant.stories).where(Variant.id.in_(under_way)))
    shown = [(row, [(story["id"], story["hash"]) for story in stories]) for row, stories in variants]
    return [row for row, stories in shown if not still_allowed(session, stories, now)]


def _settle(database: Database, schedule: Schedule, recall: Recall, clock: Callable[[], datetime]) -> int:
    """Ask, look, and write down what that means. A look after the last call only tells whether there is doubt."""
    last_call = recall.send_at - LATEST_CALL_BACK - MARGIN / 2
    said = "the provider was asked too late"
    try:
        if clock() < last_call:
            schedule.call_back(recall.provider_batch)
        is_held_back = schedule.is_called_back(recall.provider_batch)
    except NotCalledBack as refusal:
        is_held_back, said = False, str(refusal)
    except ProviderAway:
        if clock() < recall.send_at + OVER_AFTER:
            raise
        is_held_back = True  # it may be: it was asked, and nobody can look any more
    look = Look(is_held_back, clock() < last_call, said)
    with database.unit() as uow:
        state = _record(uow, recall.id, look, now=clock())
    log.info("recall.settled", recall=recall.id, batch=recall.batch_id, state=state)
    return int(state is RecallState.CALLED_BACK)


def _record(uow: UnitOfWork, recall_id: int, look: Look, *, now: datetime) -> RecallState:
    session = uow.session
    recall = session.get_one(Recall, recall_id, with_for_update=True, populate_existing=True)
    batch = session.get_one(Batch, recall.batch_id, with_for_update=True, populate_existing=True)
    if recall.state is not RecallState.ASKED:
        return recall.state
    if batch.status is not BatchStatus.POSTING:
        recall.worker = ""
    if batch.provider_batch != recall.provider_batch or batch.status not in GIVEN:
        recall.state, recall.reason = RecallState.NOT_POSSIBLE, "it was settled before"
    elif not look.is_held_back:
        recall.state, recall.reason = RecallState.NOT_POSSIBLE, look.said
    elif _has_left(session, batch):
        recall.state, recall.reason = RecallState.NOT_POSSIBLE, "it has left already"
    elif not look.in_time:
        recall.state, recall.reason = RecallState.DOUBTFUL, look.said
        batch.status, batch.reason = BatchStatus.UNKNOWN, "called back, too late to be certain"
        batch.worker = ""  # whatever its worker hears later proves nothing any more
    else:
        recall.state, recall.reason = RecallState.CALLED_BACK, ""
        record_called_back(session, batch, "called back from the provider", now=now)
        uow.enqueue("delivery.drain", batch.issue_id)
    return recall.state


def _has_left(session: Session, batch: Batch) -> bool:
    """An event of one of its people says so."""
    told = Delivery.status.not_in({DeliveryStatus.BATCH, DeliveryStatus.REJECTED})
    return bool(session.scalar(select(exists().where(IN_BATCH, Batch.id == batch.id, told))))


def _wait(database: Database, recall_id: int, reason: str) -> None:
    with database.unit() as uow:
        recall = uow.session.get_one(Recall, recall_id, with_for_update=True)
        recall.reason = reason
        batch = uow.session.get_one(Batch, recall.batch_id, with_for_update=True)
        if batch.status is BatchStatus.UNKNOWN:
            batch.reason = reason


def _forget(database: Database, schedule: Schedule, presence: Presence, now: datetime) -> None:
    """Give back the room of calls whose mail is over for good, and whose worker cannot post any more."""
    with database.read() as session:
        over = session.scalars(select(Recall).where(_is_over(now)).order_by(Recall.send_at)).all()
    for recall in over:
        if recall.worker and not presence.is_gone(recall.worker):
            continue
        try:
            schedule.forget(recall.provider_batch)
        except ProviderAway:
            return
        with database.unit() as uow:
            uow.session.get_one(Recall, recall.id, with_for_update=True).forgotten_at = now


def _is_over(now: datetime) -> ColumnElement[bool]:
    held = Recall.state.in_({RecallState.CALLED_BACK, RecallState.DOUBTFUL})
    return and_(held, Recall.forgotten_at.is_(None), Recall.send_at < now - OVER_AFTER)
