"""Who gets a correction: those alone who, by the ledger, have a copy that showed the wrong item.

It is asked again at every hand-over, as everything about readers is: whoever has unsubscribed, been suppressed or been
erased since is no reader any more.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, false, func, select, true
from sqlalchemy.orm import Session

from service.delivery.model import Batch, Delivery, ShownStory, Variant
from service.delivery.standing import STANDS, Standing
from service.issues.model import Issue, Item, StoodIn
from service.subscribers.model import Subscriber, Subscription


class Wrong(NamedTuple):
    """What a correction puts right: those copies that carried the wrong item, and the issues that they belong to."""

    issues: Sequence[int]
    copies: Sequence[int]
    """Ids of variants."""


def wrong_of(session: Session, correction_id: int) -> Wrong:
    """What the correction `correction_id` puts right; nothing once its item is gone."""
    mine = Item.issue_id == correction_id
    items = session.scalars(select(Item).where(Item.id.in_(select(Item.corrects_id).where(mine))))
    others = session.scalars(select(StoodIn).where(StoodIn.id.in_(select(Item.corrects_stood_in_id).where(mine))))
    return _wrong({place for wrong in (*items, *others) for place in _carrying(session, wrong)})


def may_get(session: Session, issue: Issue) -> ColumnElement[bool]:
    """The condition on Subscription for those who may get this issue: everybody, unless it is a correction."""
    if issue.corrects_id is None:
        return true()
    wrong = wrong_of(session, issue.id)
    return has_copy(wrong.issues, wrong.copies) if wrong.copies else false()


def has_copy(issues: Any, copies: Any) -> ColumnElement[bool]:
    """The condition on Subscription that its subscriber has one of these copies of these issues: handed over, and not
    come back. Of a copy of which nobody can tell whether it was taken, nobody can tell whether it was read either."""
    mine = (Delivery.issue_id.in_(issues), Delivery.subscriber_id == Subscription.subscriber_id)
    got = (STANDS[Standing.HANDED_OVER], Batch.variant_id.in_(copies))
    return select(Delivery.issue_id).join(Batch, Batch.id == Delivery.batch_id).where(*mine, *got).exists()


HAS_WRONG_COPY = has_copy(bindparam("corrected", expanding=True), bindparam("copies", expanding=True))
"""The same with its values left open, for statements that are built once."""


def readers_with(session: Session, item: Item | StoodIn) -> int:
    """How many readers of today would get a correction of an item, or of what stood in for one."""
    wrong = _wrong(set(_carrying(session, item)))
    if not wrong.copies:
        return 0
    query = (
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.newsletter_id == item.issue.newsletter_id, Subscription.sendable, has_copy(*wrong))
    )
    return session.scalar(query) or 0


def _wrong(places: Collection[tuple[int, int]]) -> Wrong:
    return Wrong(sorted({issue for issue, _ in places}), sorted({copy for _, copy in places}))


def copies_with(session: Session, issue_id: int, those: Sequence[StoodIn]) -> dict[int, int]:
    """Id of each of those that stood in -> in how many of the issue's copies; later editions are the same copy."""
    copies = _copies(session, issue_id)
    return {wrong.id: len({copy.key for copy in copies if _shows(copy, wrong)}) for wrong in those}


def _carrying(session: Session, item: Item | StoodIn) -> list[tuple[int, int]]:
    """(issue id, variant id) of the copies that carried an item: those of its issue that showed it, and where it is a
    story, those of the newsletter's other issues in which the same words stood in for something, or were caught up on.
    """
    copies = _copies(session, item.issue_id)
    own = [(item.issue_id, copy.id) for copy in copies if _shows(copy, item)]
    if item.story_id is None:
        return own
    words = {_words(copy.stories, item.story_id) for copy in copies} - {""}
    elsewhere = session.execute(
        select(Variant.issue_id, Variant.id, Variant.stories)
        .join(ShownStory, ShownStory.variant_id == Variant.id)
        .join(Issue, Issue.id == Variant.issue_id)
        .where(ShownStory.story_id == item.story_id, Issue.newsletter_id == item.issue.newsletter_id)
    )
    return own + [(issue, copy) for issue, copy, stories in elsewhere if _words(stories, item.story_id) in words]


def _copies(session: Session, issue_id: int) -> Sequence[Any]:
    shown = select(Variant.id, Variant.key, Variant.items, Variant.stories, Variant.articles)
    return session.execute(shown.where(Variant.issue_id == issue_id)).all()


def _shows(copy: Any, wrong: Item | StoodIn) -> bool:
    """Whether a copy (a row of `_copies`) showed it. One that does not say which items it showed is taken to have shown
    them all."""
    if isinstance(wrong, Item):
        return not copy.items or wrong.id in copy.items
    if wrong.story_id is not None:
        return any(story["id"] == wrong.story_id for story in copy.stories)
    return wrong.article_id in copy.articles


def _words(stories: Sequence[Mapping[str, Any]], story_id: int) -> str:
    """The hash of the words that a copy showed of a story; empty when it showed none."""
    return next((story["hash"] for story in stories if story["id"] == story_id), "")
