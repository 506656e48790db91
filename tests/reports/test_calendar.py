"""The content calendar: every subject's days in one list, on the days of the house's own zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from service.db import Database
from service.issues.model import Issue, IssueState, Newsletter
from service.reports.calendar import Entry, Kind, entries, house_zone
from service.reports.ics import feed
from service.stories.model import Scope, StoryState
from tests.cast import NOW
from tests.library.shelf import a_section, an_article
from tests.stories.tales import a_published_story, a_revision, an_answer, an_approved_story

RULE = "FREQ=MONTHLY;BYDAY=1TU"
LEAP_DAY = {
    "name": "Rare Disease Day",
    "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
    "url": "https://example.org/rare",
}


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """First Tuesday at half past eleven in the evening in Auckland, with one awareness day."""
    with database.unit() as uow:
        row = Newsletter(
            slug="monthly", name="Monthly letter", rrule=RULE, wall_time="23:30", zone="Pacific/Auckland",
            recipe={"awareness_days": [LEAP_DAY]}, created_at=datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")),
        )  # fmt: skip
        uow.session.add(row)
    return row


def during(database: Database, first: date, last: date) -> list[Entry]:
    """What the calendar has."""
    with database.read() as session:
        return entries(session, first, last, NOW)


def test_dates_of_a_rule_stand_on_the_day_of_the_house(database: Database, newsletter: Newsletter) -> None:
    """Half past eleven in Auckland is the same day there, and still the day before in UTC terms of noon."""
    found = during(database, date(2027, 3, 1), date(2027, 4, 30))

    assert [(entry.day, entry.kind) for entry in found] == [
        (date(2027, 3, 2), Kind.ISSUE_TO_COME),
        (date(2027, 4, 6), Kind.ISSUE_TO_COME),
    ]
    assert found[0].address == f"/desk/newsletters/{newsletter.id}"


def test_an_issue_takes_the_place_of_its_date(database: Database, newsletter: Newsletter) -> None:
    """Once an issue exists for a period, the calendar leads to it and no longer to the rule."""
    at = datetime(2027, 3, 2, 10, 30, tzinfo=ZoneInfo("UTC"))
    with database.unit() as uow:
        uow.session.add(
            Issue(newsletter=uow.session.merge(newsletter), period="2027-03-02", slug="march", subject="March",
                  planned_for=at, created_at=NOW)
        )  # fmt: skip

    assert [entry.kind for entry in during(database, date(2027, 3, 1), date(2027, 3, 31))] == [Kind.ISSUE]


def test_a_cancelled_issue_is_not_shown(database: Database, newsletter: Newsletter) -> None:
    """It does not happen."""
    at = datetime(2027, 3, 2, 10, 30, tzinfo=ZoneInfo("UTC"))
    with database.unit() as uow:
        uow.session.add(
            Issue(newsletter=uow.session.merge(newsletter), period="2027-03-02", slug="march", subject="March",
                  planned_for=at, created_at=NOW, state=IssueState.CANCELLED)
        )  # fmt: skip

    assert during(database, date(2027, 3, 1), date(2027, 3, 31)) == []


@pytest.mark.parametrize(("year", "day"), [(2027, 28), (2028, 29), (2030, 28)])
def test_awareness_days_know_leap_years(database: Database, newsletter: Newsletter, year: int, day: int) -> None:
    """The last day of February."""
    found = [entry for entry in during(database, date(year, 2, 20), date(year, 3, 1)) if entry.kind is Kind.AWARENESS]

    assert [(entry.day, entry.title) for entry in found] == [
        (date(year, 2, day), newsletter.recipe["awareness_days"][0]["name"])
    ]


def test_reviews_publications_and_the_end_of_consents(database: Database) -> None:
    """An article on the day of its next review; a story on the day it was put up, and the day its consent ends."""
    ends, review = NOW + timedelta(days=30), NOW.date() + timedelta(days=10)
    with database.unit() as uow:
        an_article(a_section(uow.session)).next_review = review
        story = a_published_story(uow.session)
        story.consents.append(an_answer(Scope.WEB, story.words, expires_at=ends))
    kinds = {(entry.kind, entry.day) for entry in during(database, NOW.date(), ends.date())}

    assert kinds >= {(Kind.REVIEW, review), (Kind.PUBLISHED, NOW.date()), (Kind.CONSENT, ends.date())}


@pytest.mark.parametrize("state", [StoryState.APPROVED, StoryState.WITHDRAWN])
def test_a_story_that_is_not_to_come_before_a_day_stands_on_it(
    database: Database, newsletter: Newsletter, state: StoryState
) -> None:
    """The day of the house: ten past eleven in the morning in UTC is the next day in Auckland. A story that is gone
    stands on none."""
    day = datetime(2027, 3, 8, 11, 10, tzinfo=ZoneInfo("UTC"))
    with database.unit() as uow:
        story = an_approved_story(uow.session, words=a_revision())
        story.state, story.not_before = state, day
    held = [entry for entry in during(database, date(2027, 3, 1), date(2027, 3, 31)) if entry.kind is Kind.EMBARGO]

    wanted = [(date(2027, 3, 9), f"/desk/stories/{story.id}")] if state is StoryState.APPROVED else []
    assert [(entry.day, entry.address) for entry in held] == wanted


def test_without_newsletters_the_days_are_utc(database: Database) -> None:
    """Some zone has to be the house's."""
    with database.read() as session:
        assert house_zone(session).key == "UTC"


def test_the_feed_keeps_titles_of_stories_to_itself() -> None:
    """A calendar program may be anybody's server: a story is a kind and a link, a newsletter has its name."""
    story = Entry(NOW.date(), Kind.CONSENT, "My relapse", "/desk/stories/4", "consent:4", NOW)
    letter = Entry(NOW.date(), Kind.ISSUE_TO_COME, "Monthly letter", "/desk/newsletters/1", "newsletter:1:x", NOW)
    raw = feed([story, letter], site_url="https://news.example.org", host="news.example.org", name="Desk", now=NOW)

    events = Calendar.from_ical(raw).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Consent ends", "Issue to come: Monthly letter"]
    assert events[0]["url"] == "https://news.example.org/desk/stories/4"
    assert b"relapse" not in raw


def test_whole_days_have_no_time_in_the_feed() -> None:
    """RFC 5545, 3.8.2.4: a DATE, and an end on the day after."""
    day = Entry(date(2028, 2, 29), Kind.AWARENESS, "Rare Disease Day", "", "awareness:x")
    raw = feed([day], site_url="https://news.example.org", host="news.example.org", name="Desk", now=NOW)

    assert b"DTSTART;VALUE=DATE:20280229" in raw
    assert b"DTEND;VALUE=DATE:20280301" in raw
