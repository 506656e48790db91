"""Who gets a correction: those alone who, by the ledger, have a copy that showed the wrong item.

It is asked again at every hand-over, as everything about readers is: whoever has unsubscribed, been suppressed or been
erased since is no reader any more.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, false, func, select, true
from sqlalchemy.orm import Session

from service.delivery.model import Batch, Delivery, Variant
from service.delivery.standing import STANDS, Standing
from service.issues.model import Issue, Item
from service.subscribers.model import Subscriber, Subscription


class Wrong(NamedTuple):
    """What a correction puts right: the issue, and those of its copies that showed the wrong item."""

    issue_id: int
    copies: Sequence[int]
    """Ids of variants."""


def wrong_of(session: Session, correction_id: int, corrected_id: int) -> Wrong:
    """What the correction `correction_id` of the issue `corrected_id` puts right; nothing once its item is gone."""
    query = select(Item.corrects_id).where(Item.issue_id == correction_id, Item.corrects_id.is_not(None))
    copies = [
        copy for item in session.scalars(query) if item is not None for copy in _showing(session, corrected_id, item)
    ]
    return Wrong(corrected_id, copies)


def may_get(session: Session, issue: Issue) -> ColumnElement[bool]:
    """The condition on Subscription for those who may get this issue: everybody, unless it is a correction."""
    if issue.corrects_id is None:
        return true()
    wrong = wrong_of(session, issue.id, issue.corrects_id)
    return has_copy(wrong.issue_id, wrong.copies) if wrong.copies else false()


def has_copy(issue_id: Any, copies: Any) -> ColumnElement[bool]:
    """The condition on Subscription that its subscriber has one of these copies of an issue: handed over, and not come
    back. Of a copy of which nobody can tell whether it was taken, nobody can tell whether it was read either."""
    mine = (Delivery.issue_id == issue_id, Delivery.subscriber_id == Subscription.subscriber_id)
    got = (STANDS[Standing.HANDED_OVER], Batch.variant_id.in_(copies))
    return select(Delivery.issue_id).join(Batch, Batch.id == Delivery.batch_id).where(*mine, *got).exists()


HAS_WRONG_COPY = has_copy(bindparam("corrected"), bindparam("copies", expanding=True))
"""The same with its values left open, for statements that are built once."""


def readers_with(session: Session, item: Item) -> int:
    """How many readers of today would get a correction of an item."""
    wrong = Wrong(item.issue_id, _showing(session, item.issue_id, item.id))
    if not wrong.copies:
        return 0
    query = (
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.newsletter_id == item.issue.newsletter_id, Subscription.sendable, has_copy(*wrong))
    )
    return session.scalar(query) or 0


def _showing(session: Session, issue_id: int, item_id: int) -> list[int]:
    """The copies of an issue that showed an item; one that does not say what it showed is taken to have shown it."""
    rows = session.execute(select(Variant.id, Variant.items).where(Variant.issue_id == issue_id))
    return [row for row, items in rows if not items or item_id in items]
