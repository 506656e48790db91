"""How long everything is kept, in one table that the timer runs and the desk shows (DOMAIN 2.4).

A row without an action is kept for the reason it gives, or is looked after where it says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.model import Delivery, Event
from service.delivery.settling_figures import forget_deliveries
from service.issues.model import Issue
from service.stories import keeping
from service.stories.drafts import LASTS as DRAFTS_KEPT
from service.stories.drafts import drop_old_drafts
from service.stories.model import PortalSession, StoryDraft
from service.stories.portal import IDLE, forget_sessions
from service.subscribers.model import Confirmation, Subscriber, Subscription, SubscriptionStatus, Suppression
from service.subscribers.upkeep import UNCONFIRMED_KEPT
from service.subscribers.upkeep import upkeep as keep_subscribers

EVENTS_KEPT = timedelta(days=396)
"""13 months."""
DELIVERIES_KEPT = timedelta(days=731)
"""24 months: so long no reader gets the same story twice."""
SOON = timedelta(days=30)
"""How far the desk looks ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """One row: what is kept, for how long, counted from when, and what is done then."""

    what: str
    keep: timedelta | None
    since: str
    then: str
    waiting: Callable[[], Select[Any]] | None = None
    """Selects the instant from which each thing that waits is counted."""
    clear: Callable[..., object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What waits in one row: how many things, how many of them go within SOON, and when the first goes."""

    row: Keeping
    waiting: int
    soon: int
    first_at: datetime | None


def drop_old_events(uow: UnitOfWork, *, now: datetime) -> None:
    """Forget what the provider reported 13 months ago; the status of a delivery stays."""
    uow.session.execute(delete(Event).where(Event.happened_at <= now - EVENTS_KEPT))


def drop_old_deliveries(uow: UnitOfWork, *, now: datetime) -> None:
    """Forget who got which issue two years ago, once it is over."""
    forget_deliveries(uow, now - DELIVERIES_KEPT, now=now)


def _drafts() -> Select[Any]:
    return select(StoryDraft.saved_at).where(StoryDraft.story_id.is_(None))


def _unconfirmed() -> Select[Any]:
    theirs = Subscription.subscriber_id == Subscriber.id
    decided = select(Subscription.id).where(theirs, Subscription.status != SubscriptionStatus.PENDING)
    asked = select(Confirmation.id).join(Subscription, Subscription.id == Confirmation.subscription_id).where(theirs)
    return select(Subscriber.created_at).where(~decided.exists(), asked.exists())


def _deliveries() -> Select[Any]:
    return select(Issue.planned_for).where(select(Delivery.issue_id).where(Delivery.issue_id == Issue.id).exists())


RETENTION = (
    Keeping(
        what="Stories that somebody has begun and not sent", keep=DRAFTS_KEPT, since="they were last saved",
        then="Deleted. Their teller is told twice before.", waiting=_drafts, clear=drop_old_drafts,
    ),
    Keeping(
        what="Sign-ups that nobody confirmed", keep=UNCONFIRMED_KEPT, since="we asked", then="Deleted.",
        waiting=_unconfirmed, clear=keep_subscribers,
    ),
    Keeping(
        what="Stories that we declined", keep=keeping.DECLINED_KEPT, since="we declined them",
        then="Erased; a row without words stays. Their tellers have a copy.", waiting=keeping.declined_stories,
        clear=keeping.erase_declined,
    ),
    Keeping(
        what="Stories that were taken back", keep=timedelta(0),
        since="",
        then="Erased when their teller chose: within an hour, or after 30 days. A row without words stays, so that "
        "the old address can say so.",
        waiting=keeping.withdrawn_stories, clear=keeping.erase_withdrawn,
    ),
    Keeping(
        what="Changes, comments and older words of a story", keep=keeping.WORKING_FILES_KEPT, since="it came down",
        then="Deleted.", waiting=keeping.working_files, clear=keeping.drop_working_files,
    ),
    Keeping(
        what="What storytellers agreed to, in words", keep=keeping.PROOF_KEPT, since="the story was erased",
        then="Emptied; hashes and dates stay.", waiting=keeping.proofs, clear=keeping.drop_proofs,
    ),
    Keeping(
        what="Open pages of storytellers", keep=IDLE, since="they were last used", then="Closed.",
        waiting=lambda: select(PortalSession.seen_at), clear=forget_sessions,
    ),
    Keeping(
        what="Bounces and complaints", keep=EVENTS_KEPT, since="they were reported", then="Deleted.",
        waiting=lambda: select(Event.happened_at), clear=drop_old_events,
    ),
    Keeping(
        what="Who got which issue", keep=DELIVERIES_KEPT, since="the issue was due",
        then="Deleted. How many they were stays.", waiting=_deliveries, clear=drop_old_deliveries,
    ),
    Keeping(
        what="Addresses that must not be written to", keep=None, since="", then="Kept as a keyed hash, for ever.",
        waiting=lambda: select(Suppression.created_at),
    ),
    Keeping(
        what="What readers would rather not read", keep=timedelta(0), since="",
        then="Sealed while a newsletter comes to them; wiped at once when none does.",
    ),
    Keeping(
        what="Posts of the mail provider as they came", keep=timedelta(0), since="",
        then="Deleted at once.",
    ),
    Keeping(
        what="Backups", keep=timedelta(days=35), since="they were made",
        then="Yours to delete: they lie where you put them. What was erased is erased again after a restore.",
    ),
)  # fmt: skip


def keep_house(uow: UnitOfWork, *, now: datetime) -> None:
    """Do what is due in every row. Harmless to repeat."""
    for row in RETENTION:
        if row.clear is not None:
            row.clear(uow, now=now)


def outlook(session: Session, now: datetime) -> list[Outlook]:
    """What will go when, row by row."""
    return [_look(session, row, now) for row in RETENTION]


def _look(session: Session, row: Keeping, now: datetime) -> Outlook:
    if row.waiting is None:
        return Outlook(row=row, waiting=0, soon=0, first_at=None)
    at = row.waiting().subquery()
    [since] = at.c
    waiting, first = session.execute(select(func.count(), func.min(since)).select_from(at)).one()
    if row.keep is None:
        return Outlook(row=row, waiting=waiting, soon=0, first_at=None)
    soon = session.scalar(select(func.count()).select_from(at).where(since <= now + SOON - row.keep)) or 0
    return Outlook(row=row, waiting=waiting, soon=soon, first_at=first + row.keep if first is not None else None)
