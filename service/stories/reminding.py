"""Which mails time owes to storytellers, as one table. A mail is owed once for a date; a date that moves is a new one.

After a timer that stood still only the newest of a row's mails is owed, not all that were missed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.stories.model import GivenBy, Scope, Story, StoryConsent, StoryReminder
from service.stories.model import StoryState as S


def _end_of_web_yes() -> ColumnElement[datetime | None]:
    """When the newest answer for the website ends; empty for a no."""
    other = aliased(StoryConsent)
    newest = select(func.max(other.id)).where(
        other.story_id == Story.id, other.scope == Scope.WEB, other.photo_person_id.is_(None)
    )
    query = select(StoryConsent.expires_at).where(
        StoryConsent.id == newest.correlate(Story).scalar_subquery(), StoryConsent.granted.is_(True)
    )
    return query.correlate(Story).scalar_subquery()


When = ColumnElement[datetime | None] | InstrumentedAttribute[datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One row: the mail, the date it is about, and how many days before (negative) or after that date it is owed."""

    template: str
    about: When
    days: tuple[int, ...]
    states: tuple[S, ...]
    also: tuple[ColumnElement[bool], ...] = ()
    until: int | None = None
    """Days from the date on which it is too late to say anything; empty for never."""


REMINDERS = (
    Reminder(template="story_waiting", about=Story.state_since, days=(3, 7, 14), states=(S.WITH_STORYTELLER,)),
    Reminder(template="story_renewal", about=_end_of_web_yes(), days=(-60, -30, -7), states=(S.PUBLISHED,), until=0),
    Reminder(
        template="story_of_age",
        about=Story.of_age_at,
        days=(-60, 0),
        states=(S.PUBLISHED, S.RETIRED),
        also=(Story.told_by != GivenBy.SELF,),
    ),
    Reminder(template="story_aftercare", about=Story.published_at, days=(7, 365), states=(S.PUBLISHED,)),
)


def remind(uow: UnitOfWork, *, now: datetime) -> None:
    """Owe the mails that are due. Harmless to repeat."""
    for reminder in REMINDERS:
        for kind, due in _due(reminder, now):
            for story_id, about in uow.session.execute(due).all():
                if about is not None:
                    uow.session.add(StoryReminder(story_id=story_id, kind=kind, about=about, at=now))
                    leave_notice(uow, reminder.template, story_id, now=now)


def _due(reminder: Reminder, now: datetime) -> Iterator[tuple[str, Select[int, datetime | None]]]:
    """For each of its days: the kind, and the stories for which that day has come and the next one has not."""
    for days, next_days in zip(reminder.days, (*reminder.days[1:], reminder.until), strict=True):
        kind = f"{reminder.template}_{abs(days)}"
        owed = select(StoryReminder.id).where(
            StoryReminder.story_id == Story.id, StoryReminder.kind == kind, StoryReminder.about == reminder.about
        )
        query = select(Story.id, reminder.about).where(
            Story.state.in_(reminder.states),
            reminder.about <= now - timedelta(days=days),
            *reminder.also,
            ~owed.exists(),
        )
        if next_days is not None:
            query = query.where(reminder.about > now - timedelta(days=next_days))
        yield kind, query.order_by(Story.id).with_for_update(of=Story, skip_locked=True)
