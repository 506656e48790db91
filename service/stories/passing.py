"""What time does to stories: it reminds, it publishes what its teller lets go, it hides. It never approves anything."""

from datetime import datetime

from sqlalchemy import select

from service.db import UnitOfWork
from service.stories.consent import grants
from service.stories.errors import ConsentMissing, FactCheckMissing, HeldBack, PhotoConsentMissing, TooEarly
from service.stories.guards import TIMER
from service.stories.model import Scope, Story, StoryState
from service.stories.moderation import publish
from service.stories.reminding import remind
from service.stories.reviewing import release_claims
from service.stories.visibility import visible_stories
from service.stories.workflow import Action, move

_NOT_YET = (TooEarly, ConsentMissing, PhotoConsentMissing, HeldBack, FactCheckMissing)


def pass_time(uow: UnitOfWork, *, now: datetime) -> None:
    """Everything that is due by now. Harmless to repeat."""
    release_claims(uow, now=now)
    publish_due(uow, now=now)
    retire_ended(uow, now=now)
    remind(uow, now=now)


def publish_due(uow: UnitOfWork, *, now: datetime) -> None:
    """Publish scheduled stories whose time has come and who still may; the others stay where they are."""
    scheduled = select(Story).where(Story.state == StoryState.SCHEDULED).order_by(Story.id)
    for story in uow.session.scalars(scheduled.with_for_update(skip_locked=True)).all():
        try:
            publish(uow, story, seen=story.words.hash, now=now, by=TIMER)
        except _NOT_YET:
            continue


def retire_ended(uow: UnitOfWork, *, now: datetime) -> None:
    """Say of published stories without a living yes for the website that they are retired; readers saw it already."""
    seen = visible_stories(Scope.WEB, now).with_only_columns(Story.id)
    unseen = select(Story).where(Story.state == StoryState.PUBLISHED, Story.id.not_in(seen))
    for story in uow.session.scalars(unseen.with_for_update(of=Story, skip_locked=True)).all():
        if Scope.WEB not in grants(story, story.shown_hash, now):
            move(story, Action.RETIRE, now, TIMER)
