"""The rest: readers of an issue's newsletter who have no delivery of it, and whom no batch will reach."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from service.delivery.audience import WAITING, cut, left_over, readers
from service.delivery.model import Batch, BatchStatus, Variant
from service.issues.model import Issue
from service.subscribers.model import Subscriber, Subscription


def rest_size(session: Session, issue: Issue) -> int:
    """How many readers "send to the rest" would write to now; nobody before the issue has begun to leave."""
    keys = _newest_variants(session, issue.id)
    if not keys:
        return 0
    rest = (
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(readers(issue.newsletter_id), left_over(issue.id, keys, WAITING))
    )
    return session.scalar(rest) or 0


def cut_rest(session: Session, issue: Issue, *, batch_size: int) -> int:
    """Cut batches of at most `batch_size` for the rest; gives how many. Again, it finds nobody and cuts none."""
    return _cut(session, issue, batch_size, WAITING, true())


def cut_missed(session: Session, issue: Issue, *, batch_size: int) -> int:
    """Cut batches for the rest of those who were readers when the issue began; gives how many.

    Somebody who changes to plain text between the cut and the hand-over has left one range and is in no other. Ranges
    that a person cancelled stay cancelled.
    """
    began = issue.started_at or issue.created_at
    return _cut(session, issue, batch_size, WAITING | {BatchStatus.CANCELLED}, _reader_since(began))


def _reader_since(at: datetime) -> ColumnElement[bool]:
    return func.coalesce(Subscription.confirmed_at, Subscription.created_at) <= at


def _cut(
    session: Session, issue: Issue, size: int, reached_by: Collection[BatchStatus], also: ColumnElement[bool]
) -> int:
    variants = _newest_variants(session, issue.id)
    if not variants:
        return 0
    number = (session.scalar(select(func.max(Batch.cut)).where(Batch.issue_id == issue.id)) or 0) + 1
    only = left_over(issue.id, variants, reached_by) & also
    session.execute(cut(issue.id, issue.newsletter_id, variants, size, number=number, only=only))
    made = select(func.count()).select_from(Batch).where(Batch.issue_id == issue.id, Batch.cut == number)
    return session.scalar(made) or 0


def _newest_variants(session: Session, issue_id: int) -> dict[str, int]:
    """Reader key -> the id of its newest edition."""
    rows = session.execute(
        select(Variant.key, Variant.id).where(Variant.issue_id == issue_id).order_by(Variant.edition)
    )
    return dict(rows.all())
