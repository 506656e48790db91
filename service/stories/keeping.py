"""How long stories and what belongs to them are kept, and what happens then (DOMAIN 2.4). The figures stand here."""

from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select

from service.db import UnitOfWork
from service.stories.erasure import (
    clear_working_files,
    erase_story,
    forget_proof,
    forget_tellers_without_stories,
)
from service.stories.model import Story, StoryChange, StoryComment, StoryConsent, StoryState

DECLINED_KEPT = timedelta(days=90)
WORKING_FILES_KEPT = timedelta(days=90)
PROOF_KEPT = timedelta(days=6 * 365 + 2)
"""Six years: as long as somebody could go to court about it."""

_DOWN = (StoryState.RETIRED, StoryState.HIDDEN)


def declined_stories() -> Select[datetime | None]:
    """Since when the stories wait that were declined."""
    return select(Story.declined_at).where(Story.state == StoryState.DECLINED)


def withdrawn_stories() -> Select[datetime | None]:
    """When the words go of stories that were taken back."""
    return select(Story.erase_at).where(Story.state == StoryState.WITHDRAWN)


def working_files() -> Select[datetime | None]:
    """Since when stories are down whose changes and comments are still there."""
    papers = or_(
        select(StoryChange.id).where(StoryChange.story_id == Story.id).exists(),
        select(StoryComment.id).where(StoryComment.story_id == Story.id).exists(),
    )
    return select(Story.state_since).where(Story.state.in_(_DOWN), Story.published_at.is_not(None), papers)


def proofs() -> Select[datetime | None]:
    """Since when stories are erased whose ledger still says in words what was agreed to."""
    worded = select(StoryConsent.id).where(StoryConsent.story_id == Story.id, StoryConsent.erased_at.is_(None))
    return select(Story.state_since).where(Story.state == StoryState.ERASED, worded.exists())


def erase_declined(uow: UnitOfWork, *, now: datetime) -> None:
    """Erase what was declined long enough ago."""
    _erase(uow, declined_stories().where(Story.declined_at <= now - DECLINED_KEPT), now)


def erase_withdrawn(uow: UnitOfWork, *, now: datetime) -> None:
    """Erase what was taken back, at once or when the private copy has had its time."""
    _erase(uow, withdrawn_stories().where(Story.erase_at <= now), now)


def drop_working_files(uow: UnitOfWork, *, now: datetime) -> None:
    """Forget how stories came about that have been down long enough."""
    over = working_files().where(Story.state_since <= now - WORKING_FILES_KEPT)
    for story in _stories(uow, over):
        clear_working_files(uow, story)


def drop_proofs(uow: UnitOfWork, *, now: datetime) -> None:
    """Empty the words of the ledger about stories that were erased long enough ago."""
    for story in _stories(uow, proofs().where(Story.state_since <= now - PROOF_KEPT)):
        forget_proof(story, now=now)


def _erase(uow: UnitOfWork, which: Select[datetime | None], now: datetime) -> None:
    for story in _stories(uow, which):
        erase_story(uow, story, now=now)
    forget_tellers_without_stories(uow)


def _stories(uow: UnitOfWork, which: Select[datetime | None]) -> list[Story]:
    ids = which.with_only_columns(Story.id).limit(100)
    query = select(Story).where(Story.id.in_(uow.session.scalars(ids).all()))
    return list(uow.session.scalars(query.with_for_update(skip_locked=True)))
