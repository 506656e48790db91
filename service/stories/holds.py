"""Cases: while one is open, no reader sees the story, and nothing of it is published or sent to its teller."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.stories.errors import NoSuchStory
from service.stories.model import HoldKind, Story, StoryDraft, StoryHold, StoryPhoto


def open_hold(
    uow: UnitOfWork, kind: HoldKind, about: Story | StoryDraft, *, opened_by: str, note: str = "", now: datetime
) -> StoryHold:
    """Open a case about a story or a draft; the open one again if the same kind is open already."""
    uow.session.flush()
    mine = StoryHold.story_id == about.id if isinstance(about, Story) else StoryHold.draft_id == about.id
    is_open = select(StoryHold).where(mine, StoryHold.kind == kind, StoryHold.resolved_at.is_(None))
    known = uow.session.scalar(is_open)
    if known is not None:
        return known
    hold = StoryHold(kind=kind, opened_at=now, opened_by=opened_by, note=note)
    if isinstance(about, Story):
        about.holds.append(hold)
    else:
        hold.draft_id = about.id
        uow.session.add(hold)
    uow.session.flush()
    return hold


def resolve(uow: UnitOfWork, hold_id: int, *, by: str, resolution: str, now: datetime) -> StoryHold:
    """Close a case, with what was done; closing it again changes nothing. Raises NoSuchStory."""
    hold = uow.session.get(StoryHold, hold_id, with_for_update=True)
    if hold is None:
        raise NoSuchStory
    if hold.resolved_at is None:
        hold.resolved_at, hold.resolved_by, hold.resolution = now, by, resolution
    return hold


def open_cases(session: Session, *kinds: HoldKind) -> Sequence[StoryHold]:
    """Cases nobody has resolved, oldest first; of some kinds, or of all."""
    query = select(StoryHold).where(StoryHold.resolved_at.is_(None))
    if kinds:
        query = query.where(StoryHold.kind.in_(kinds))
    return session.scalars(query.order_by(StoryHold.opened_at, StoryHold.id)).all()


def take_over(uow: UnitOfWork, draft: StoryDraft, story: Story) -> None:
    """What was opened about a draft, and what was added to it, is the story's from now on."""
    story.holds.extend(uow.session.scalars(select(StoryHold).where(StoryHold.draft_id == draft.id)))
    story.photos.extend(uow.session.scalars(select(StoryPhoto).where(StoryPhoto.draft_id == draft.id)))
