"""What time does: it reminds once, it publishes what was let go, it retires; it approves nothing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service.db import Database
from service.mail.model import Notice
from service.stories.consent import LASTS
from service.stories.model import GivenBy, Scope, Story, StoryState
from service.stories.moderation import schedule
from service.stories.passing import pass_time
from service.stories.reviewing import claim, claimant, is_parked
from tests.cast import NOW
from tests.stories.tales import a_published_story, a_submitted_story, an_answer

DAY = timedelta(days=1)


def at(database: Database, *times: datetime) -> list[str]:
    """The timer runs at each of the times, twice; gives the mails that were owed in all."""
    for time in times:
        for _ in range(2):
            with database.unit() as uow:
                pass_time(uow, now=time)
    with database.read() as session:
        return list(session.scalars(select(Notice.template).order_by(Notice.id)))


def state(database: Database, story: Story) -> StoryState:
    """Where it stands."""
    with database.read() as session:
        return session.get_one(Story, story.id).state


@pytest.fixture
def ending(database: Database) -> datetime:
    """A published story's end."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.published_at = NOW - 900 * DAY
        story.consents.append(an_answer(Scope.WEB, story.words, expires_at=NOW + LASTS))
    at(database, NOW)
    return NOW + LASTS


def test_renewal_is_asked_three_times(database: Database, ending: datetime) -> None:
    """Sixty, thirty and seven days before; each once, however often the timer runs."""
    before = [ending - days * DAY for days in (61, 60, 45, 30, 7, 1)]

    assert at(database, *before).count("story_renewal") == 3


def test_a_timer_that_stood_still_asks_once(database: Database, ending: datetime) -> None:
    """Not three mails in one minute."""
    assert at(database, ending - 5 * DAY).count("story_renewal") == 1


def test_what_is_over_is_retired(database: Database, ending: datetime) -> None:
    """At the instant; readers saw nothing of it since then anyway."""
    with database.read() as session:
        story = session.scalars(select(Story)).one()
    at(database, ending - timedelta(seconds=1))
    assert state(database, story) is StoryState.PUBLISHED

    at(database, ending)
    assert state(database, story) is StoryState.RETIRED


def test_silence_is_never_a_yes(database: Database) -> None:
    """Three reminders, parked after a month, and after a year it still waits."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        story.state, story.state_since = StoryState.WITH_STORYTELLER, NOW
    owed = at(database, *(NOW + days * DAY for days in (2, 3, 6, 7, 13, 14, 30, 365)))

    assert owed == ["story_waiting"] * 3
    assert state(database, story) is StoryState.WITH_STORYTELLER
    assert [is_parked(story, NOW + days * DAY) for days in (29, 30)] == [False, True]


def test_coming_of_age_asks_and_silence_hides(database: Database) -> None:
    """Two months before and on the day."""
    birthday = NOW + 100 * DAY
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.of_age_at, story.told_by = birthday, GivenBy.GUARDIAN
    owed = at(database, birthday - 61 * DAY, birthday - 60 * DAY, birthday)

    assert owed.count("story_of_age") == 2
    assert state(database, story) is StoryState.RETIRED


def test_aftercare_comes_after_a_week_and_a_year(database: Database) -> None:
    """How does it feel to see it there?"""
    with database.unit() as uow:
        a_published_story(uow.session)

    assert at(database, *(NOW + days * DAY for days in (6, 7, 8, 364, 365))) == ["story_aftercare"] * 2


def test_a_claim_runs_out(database: Database) -> None:
    """After a day the story is free again."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        claim(story, by="editor:1", now=NOW)
    at(database, NOW + DAY)

    with database.read() as session:
        assert session.get_one(Story, story.id).claimed_by == ""
        assert claimant(story, NOW + DAY) == ""


def test_a_scheduled_story_is_published_on_its_day(database: Database) -> None:
    """Not before its teller's date, and not against a no that came meanwhile."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        story.not_before = NOW + DAY
        schedule(story, seen=story.words.hash, now=NOW)
    at(database, NOW)
    assert state(database, story) is StoryState.SCHEDULED

    at(database, NOW + DAY)
    assert state(database, story) is StoryState.PUBLISHED


def test_a_no_stops_a_scheduled_story(database: Database) -> None:
    """It stays where it is."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        schedule(story, seen=story.words.hash, now=NOW)
        story.consents.append(an_answer(Scope.WEB, story.words, granted=False))
    at(database, NOW)

    assert state(database, story) is StoryState.SCHEDULED
