"""Reading stories: for the public always through `visible_stories`, for the desk as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session, selectinload

from service.stories.errors import NoSuchStory
from service.stories.model import Revision, Scope, Story, StoryState
from service.stories.visibility import visible_stories

Shown = Row[Story, Revision]
"""A story and the revision to show."""

WAITING = (
    StoryState.SUBMITTED,
    StoryState.IN_EDIT,
    StoryState.FACT_CHECK,
    StoryState.WITH_STORYTELLER,
    StoryState.APPROVED,
    StoryState.SCHEDULED,
)
"""The states in which somebody waits for us, in the order of the work."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The stories before and after one in the list of newest first."""

    newer: Shown | None
    older: Shown | None


def newest_stories(
    session: Session, now: datetime, *, format: str = "", most: int = 20, after: int = 0
) -> Sequence[Shown]:
    """Up to `most` stories of the website, newest first, leaving out the first `after`; `format` narrows."""
    query = visible_stories(Scope.WEB, now)
    if format:
        query = query.where(Story.format == format)
    return session.execute(query.order_by(*_NEWEST_FIRST).limit(most).offset(after)).all()


def latest_story(session: Session, now: datetime) -> Shown | None:
    """The newest story of the website, for the "Latest story" block."""
    return next(iter(newest_stories(session, now, most=1)), None)


def story_by_slug(session: Session, slug: str, now: datetime) -> Shown:
    """The story at an address of the website. Raises NoSuchStory when there is none that may be seen."""
    shown = session.execute(visible_stories(Scope.WEB, now).where(Story.slug == slug)).one_or_none()
    if shown is None:
        raise NoSuchStory
    return shown


def was_taken_back(session: Session, slug: str) -> bool:
    """Whether readers may have seen a story at this address that its teller has since withdrawn."""
    state = session.scalar(select(Story.state).where(Story.slug == slug, Story.published_at.is_not(None)))
    return state in {StoryState.WITHDRAWN, StoryState.ERASED}


def taken_back(
    session: Session, *, since: datetime, most: int = 50
) -> Sequence[Row[int, datetime | None, datetime | None]]:
    """Id, first publication and withdrawal of stories that readers may have seen and that were taken back, the latest
    first: what tells reading apps to delete them."""
    query = select(Story.id, Story.published_at, Story.withdrawn_at).where(
        Story.published_at.is_not(None), Story.withdrawn_at >= since
    )
    return session.execute(query.order_by(Story.withdrawn_at.desc(), Story.id.desc()).limit(most)).all()


def neighbours(session: Session, story: Story, now: datetime) -> Neighbours:
    """The next newer and the next older story of the website."""
    here = (story.published_at, story.id)
    place = tuple_(Story.published_at, Story.id)
    visible = visible_stories(Scope.WEB, now)
    return Neighbours(
        newer=_first(session, visible.where(place > here).order_by(Story.published_at, Story.id)),
        older=_first(session, visible.where(place < here).order_by(*_NEWEST_FIRST)),
    )


def queue(session: Session, states: Sequence[StoryState] = WAITING, *, most: int = 200) -> list[Story]:
    """Stories at the desk in `states`, oldest first, with their revisions loaded."""
    oldest = func.coalesce(Story.submitted_at, Story.created_at)
    query = select(Story).where(Story.state.in_(states)).order_by(oldest, Story.id).limit(most)
    return list(session.scalars(query.options(selectinload(Story.revisions))))


def count_by_state(session: Session) -> Mapping[StoryState, int]:
    """How many stories stand where; states without any are left out."""
    query = select(Story.state, func.count().label("stories")).group_by(Story.state)
    return {row.state: row.stories for row in session.execute(query)}


def story_at_desk(session: Session, story_id: int) -> Story:
    """A story by its row id, whatever its state. Raises NoSuchStory."""
    story = session.get(Story, story_id)
    if story is None:
        raise NoSuchStory
    return story


def story_for_change(session: Session, story_id: int) -> Story:
    """The same, locked until the unit of work ends, so that two editors act one after the other."""
    story = session.get(Story, story_id, with_for_update=True, populate_existing=True)
    if story is None:
        raise NoSuchStory
    return story


_NEWEST_FIRST = (Story.published_at.desc(), Story.id.desc())


def _first(session: Session, query: Select[Story, Revision]) -> Shown | None:
    return session.execute(query.limit(1)).first()
