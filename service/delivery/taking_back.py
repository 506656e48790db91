"""Mails in which a story stood that its teller took back: those that wait to leave, and those that have left.

Every place there is stands in `surfaces`, the one list the fan-out works through.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.audience import WAITING
from service.delivery.model import Batch, BatchStatus, Recall, RecallState, ShownStory, Variant
from service.delivery.recall import wanted
from service.delivery.start import freeze_again
from service.issues.model import Issue, Item
from service.issues.taking_back import issue_places
from service.mail.letterhead import Letterhead
from service.stories.model import Story
from service.stories.take_backs import Place
from service.stories.taking_back import Outcome, Surface
from service.stories.web_places import web_places

LEFT = frozenset({BatchStatus.HANDED_OVER, BatchStatus.UNKNOWN})
"""Their readers have the mail, or may have it."""
ON_ITS_WAY = "Some mails are leaving at this very moment."
ASKED_BACK = "Our mail service was asked to give back what it holds. It has not said yes to all of it yet."
RENDERED_ANEW = "Whoever had not got the newsletter yet gets it without your story."


def surfaces(head: Letterhead) -> Sequence[Surface]:
    """Every place a story can be in, in the order of the receipt."""

    def clear_sending(uow: UnitOfWork, story: Story, now: datetime) -> Outcome:
        return _clear_sending(uow, story, head, now)

    return [
        *web_places(),
        *issue_places(),
        Surface(Place.SENDING, _has_begun, clear_sending),
        Surface(Place.SENT_COPIES, _has_begun, _empty_copies),
    ]


def mailed_to(session: Session, story: Story) -> list[dict[str, object]]:
    """The issues that left with the story: {"on": the date, "readers": how many have it, or may have it}, by date."""
    query = (
        select(Issue.started_at, func.coalesce(func.sum(Batch.recipients), 0))
        .join(Batch, Batch.issue_id == Issue.id)
        .where(Batch.variant_id.in_(_variants(session, story)), Batch.status.in_(LEFT))
        .group_by(Issue.id, Issue.started_at)
        .order_by(Issue.started_at)
    )
    return [
        {"on": at.date().isoformat(), "readers": int(readers)}
        for at, readers in session.execute(query)
        if at and readers
    ]


def _has_begun(session: Session, story: Story) -> bool:
    return bool(_variants(session, story))


def _clear_sending(uow: UnitOfWork, story: Story, head: Letterhead, now: datetime) -> Outcome:
    """A new edition for every batch that has not left, and a call to the provider for what it only holds."""
    session = uow.session
    variants = _variants(session, story)
    waiting = select(Batch.issue_id).where(Batch.variant_id.in_(variants), Batch.status.in_(WAITING)).distinct()
    for issue_id in session.scalars(waiting).all():
        freeze_again(uow, issue_id, head, now=now)
    if any(batch.variant_id in variants for batch in wanted(session, now)):
        uow.enqueue("delivery.call_back", 0)
        return Outcome(clean=False, said=ASKED_BACK)
    if _count(session, variants, BatchStatus.POSTING):
        return Outcome(clean=False, said=ON_ITS_WAY)
    asked = select(Recall.id).join(Batch, Batch.id == Recall.batch_id).where(Recall.state == RecallState.ASKED)
    if session.scalar(asked.where(Batch.variant_id.in_(variants)).limit(1)) is not None:
        return Outcome(clean=False, said=ASKED_BACK)
    return Outcome(clean=True, said=RENDERED_ANEW)


def _empty_copies(uow: UnitOfWork, story: Story, now: datetime) -> Outcome:  # noqa: ARG001
    """Empty the mails as we keep them, once nothing leaves from them any more."""
    session, variants = uow.session, _variants(uow.session, story)
    if _count(session, variants, BatchStatus.POSTING, *WAITING):
        return Outcome(clean=False, said=ON_ITS_WAY)
    session.execute(update(Variant).where(Variant.id.in_(variants)).values(text="", html=""))
    return Outcome(clean=True)


def _variants(session: Session, story: Story) -> list[int]:
    """The rendered mails that show the story, as an item or in its place; a correction of it is one of them."""
    shown = select(ShownStory.variant_id).where(ShownStory.story_id == story.id)
    corrections = select(Item.issue_id).where(Item.story_id == story.id)
    rows = session.execute(
        select(Variant.id, Variant.stories).where(or_(Variant.id.in_(shown), Variant.issue_id.in_(corrections)))
    )
    return [row for row, stories in rows if any(one["id"] == story.id for one in stories)]


def _count(session: Session, variants: Sequence[int], *statuses: BatchStatus) -> int:
    query = select(func.count(Batch.id)).where(Batch.variant_id.in_(variants), Batch.status.in_(statuses))
    return session.scalar(query) or 0
