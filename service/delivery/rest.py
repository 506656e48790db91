"""The rest: readers of an issue's newsletter who have no delivery of it, and whom no batch will reach."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from service.delivery.audience import (
    WAITING,
    audience,
    copies_of,
    cut,
    has_none,
    keyed_readers,
    told_before,
    unreached,
)
from service.delivery.content import freeze_for_strangers
from service.delivery.model import Batch, BatchStatus
from service.issues.model import Issue
from service.mail.letterhead import Letterhead
from service.subscribers.model import Subscription


def rest_size(session: Session, issue: Issue) -> int:
    """How many readers "send to the rest" would write to now; nobody before the issue has begun to leave."""
    copies = copies_of(session, issue.id)
    if not copies:
        return 0
    tellings = told_before(session, issue.id, copies)
    keyed = keyed_readers(copies, tellings, audience(session, issue), has_none(issue.id))
    rest = select(func.count()).select_from(keyed).where(unreached(issue.id, keyed, WAITING))
    return session.scalar(rest) or 0


def cut_rest(session: Session, issue: Issue, head: Letterhead, *, batch_size: int, now: datetime) -> int:
    """Cut batches of at most `batch_size` for the rest; gives how many. Again, it finds nobody and cuts none."""
    return _cut(session, issue, head, batch_size, WAITING, true(), now)


def cut_missed(session: Session, issue: Issue, head: Letterhead, *, batch_size: int, now: datetime) -> int:
    """Cut batches for the rest of those who were readers when the issue began; gives how many.

    Somebody who chooses otherwise between the cut and the hand-over has left one range and is in no other; a copy is
    made for them if nobody had chosen so before. Ranges that a person cancelled stay cancelled.
    """
    began = issue.started_at or issue.created_at
    return _cut(session, issue, head, batch_size, WAITING | {BatchStatus.CANCELLED}, _reader_since(began), now)


def _reader_since(at: datetime) -> ColumnElement[bool]:
    return func.coalesce(Subscription.confirmed_at, Subscription.created_at) <= at


def _cut(
    session: Session,
    issue: Issue,
    head: Letterhead,
    size: int,
    reached_by: Collection[BatchStatus],
    also: ColumnElement[bool],
    now: datetime,
) -> int:
    who = and_(audience(session, issue), has_none(issue.id), also)
    if session.scalar(select(Subscription.id).where(who).limit(1)) is None:
        return 0
    freeze_for_strangers(session, issue, head, now)
    copies = copies_of(session, issue.id)
    if not copies:
        return 0
    number = (session.scalar(select(func.max(Batch.cut)).where(Batch.issue_id == issue.id)) or 0) + 1
    tellings = told_before(session, issue.id, copies)
    session.execute(cut(issue.id, who, copies, tellings, size, number=number, reached_by=reached_by))
    made = select(func.count()).select_from(Batch).where(Batch.issue_id == issue.id, Batch.cut == number)
    return session.scalar(made) or 0
