"""What pages ask for: lists, neighbours, the desk's queue."""

from datetime import timedelta

import pytest

from service.db import Database
from service.stories.errors import NoSuchStory
from service.stories.model import Scope, StoryState
from service.stories.queries import (
    count_by_state,
    latest_story,
    neighbours,
    newest_stories,
    queue,
    story_at_desk,
    story_by_slug,
    was_taken_back,
)
from tests.cast import NOW
from tests.stories.tales import a_published_story

DAY = timedelta(days=1)


@pytest.fixture
def three(database: Database) -> Database:
    """Three public stories, told on three days, and one that only the newsletter may show."""
    with database.unit() as uow:
        for age, slug in enumerate(["new", "middle", "old"]):
            a_published_story(uow.session, slug).published_at = NOW - age * DAY
        a_published_story(uow.session, "mail-only", scopes=[Scope.NEWSLETTER])
    return database


def test_the_newest_come_first(three: Database) -> None:
    """And only those the website may show."""
    with three.read() as session:
        assert [story.slug for story, _ in newest_stories(session, NOW)] == ["new", "middle", "old"]
        assert [story.slug for story, _ in newest_stories(session, NOW, most=1, after=1)] == ["middle"]


def test_a_format_narrows_the_list(three: Database) -> None:
    """Interviews are stories with a format."""
    with three.unit() as uow:
        a_published_story(uow.session, "talk").format = "interview"

    with three.read() as session:
        assert [story.slug for story, _ in newest_stories(session, NOW, format="interview")] == ["talk"]


def test_the_latest_story_is_one_or_none(three: Database) -> None:
    """A live question, so a story taken back is not the latest any more."""
    with three.unit() as uow:
        story_by_slug(uow.session, "new", NOW)[0].state = StoryState.WITHDRAWN

    with three.read() as session:
        latest = latest_story(session, NOW)
        assert latest is not None
        assert latest[0].slug == "middle"


def test_no_stories_no_latest(database: Database) -> None:
    """An empty house has no latest story."""
    with database.read() as session:
        assert latest_story(session, NOW) is None


def test_a_story_that_may_not_be_seen_is_not_there(three: Database) -> None:
    """The same answer as for an address that never was."""
    with three.read() as session:
        assert story_by_slug(session, "new", NOW)[0].slug == "new"
        for slug in ("mail-only", "never-was"):
            with pytest.raises(NoSuchStory):
                story_by_slug(session, slug, NOW)


def test_neighbours_are_the_next_on_both_sides(three: Database) -> None:
    """The newest has nothing newer, the oldest nothing older."""
    with three.read() as session:
        found = {}
        for slug in ("new", "middle", "old"):
            both = neighbours(session, story_by_slug(session, slug, NOW)[0], NOW)
            found[slug] = [each and each[0].slug for each in (both.newer, both.older)]

    assert found == {"new": [None, "middle"], "middle": ["new", "old"], "old": ["middle", None]}


def test_only_what_was_public_was_taken_back(database: Database) -> None:
    """A story withdrawn before anybody saw it never was, for readers."""
    with database.unit() as uow:
        a_published_story(uow.session, "seen").state = StoryState.WITHDRAWN
        unseen = a_published_story(uow.session, "unseen")
        unseen.state, unseen.published_at = StoryState.WITHDRAWN, None
        a_published_story(uow.session, "hidden").state = StoryState.HIDDEN

    with database.read() as session:
        assert [slug for slug in ("seen", "unseen", "hidden", "never") if was_taken_back(session, slug)] == ["seen"]


def test_the_queue_is_oldest_first(database: Database) -> None:
    """Whoever waits longest is first; public stories do not wait."""
    with database.unit() as uow:
        for age, slug in enumerate(["today", "yesterday"]):
            story = a_published_story(uow.session, slug)
            story.state, story.submitted_at = StoryState.SUBMITTED, NOW - age * DAY
        a_published_story(uow.session, "public")

    with database.read() as session:
        assert [story.slug for story in queue(session)] == ["yesterday", "today"]
        assert [story.slug for story in queue(session, [StoryState.PUBLISHED])] == ["public"]
        assert count_by_state(session) == {StoryState.SUBMITTED: 2, StoryState.PUBLISHED: 1}


def test_a_row_that_is_not_there_is_said_so(database: Database) -> None:
    """Not None, to be forgotten about."""
    with database.read() as session, pytest.raises(NoSuchStory):
        story_at_desk(session, 4711)
