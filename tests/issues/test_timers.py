"""Exactly one issue a period, however many timers tick at once and however often they are started again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from service.db import Database, SilentDoorbell
from service.issues.compose import compose_due
from service.issues.model import Issue, IssueState, Newsletter, WhenThin
from tests.cast import NOW
from tests.conftest import Clock
from tests.issues.paper import a_newsletter, a_story, an_article

TIMERS = 4


@pytest.fixture
def timers(database_url: str) -> Iterator[list[Database]]:
    """Timers on machines of their own: each has its own connections."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(Database(database_url, SilentDoorbell(), pool_size=1))) for _ in range(TIMERS)
        ]


def tick_together(timers: list[Database], clock: Clock) -> int:
    """All timers tick at the same moment; gives how many issues they say they made."""
    start = Barrier(len(timers))

    def tick(database: Database) -> int:
        start.wait()
        with database.unit() as uow:
            return len(compose_due(uow, clock()))

    with ThreadPoolExecutor(len(timers)) as hands:
        return sum(hands.map(tick, timers))


def count(database: Database) -> int:
    """How many issues there are."""
    with database.read() as session:
        return session.scalar(select(func.count(Issue.id))) or 0


def test_timers_that_tick_at_once_make_one_issue(timers: list[Database], clock: Clock) -> None:
    """The database decides, not luck: twenty newsletters, four timers, one draft each."""
    with timers[0].unit() as uow:
        for number in range(20):
            a_newsletter(uow.session, f"paper-{number}")

    tick_together(timers, clock)

    assert count(timers[0]) == 20


def test_a_rule_runs_through_three_periods_with_timers_that_are_started_again(
    timers: list[Database], database_url: str, clock: Clock
) -> None:
    """Every hour of three months, and never a second issue of a period."""
    with timers[0].unit() as uow:
        a_newsletter(uow.session, lead_days=7)

    for _day in range(96):
        tick_together(timers[:2], clock)
        clock.move(days=1)
        timers[1].close()  # its next tick opens new connections, as a timer that was started again does

    with timers[0].read() as session:
        periods = session.scalars(select(Issue.period).order_by(Issue.period)).all()
    assert periods == ["2026-07-07", "2026-08-04", "2026-09-01"]


def test_a_date_that_passed_while_nothing_ran_still_gets_its_draft(database: Database, clock: Clock) -> None:
    """For as long as it could leave without asking; after that the date stays without an issue."""
    with database.unit() as uow:
        a_newsletter(uow.session, "late", created_at=NOW, lead_days=0)
        a_newsletter(uow.session, "strict", created_at=NOW, lead_days=0, latest_hours=1)
    clock.at = NOW.replace(month=7, day=7, hour=13)  # five hours after nine o'clock in London

    with database.unit() as uow:
        made = compose_due(uow, clock())

    assert [issue.newsletter.slug for issue in made] == ["late"]


def test_no_draft_is_made_for_a_time_before_the_newsletter_was(database: Database) -> None:
    """Set up at noon, it does not begin with nine o'clock of the same day."""
    with database.unit() as uow:
        a_newsletter(uow.session, rrule="FREQ=DAILY", created_at=NOW, lead_days=1)

        made = compose_due(uow, NOW + timedelta(minutes=5))

    assert [issue.period for issue in made] == ["2026-06-11"]


@pytest.mark.parametrize(("policy", "state"), [(WhenThin.ASK, IssueState.DRAFT), (WhenThin.SKIP, IssueState.CANCELLED)])
def test_a_thin_issue_is_skipped_or_goes_to_the_editors(
    database: Database, policy: WhenThin, state: IssueState
) -> None:
    """Both say why."""
    with database.unit() as uow:
        a_newsletter(uow.session, thin_below=3, when_thin=policy)
        a_story(uow.session, "the-bench")
        an_article(uow.session, "remission")

        issue = compose_due(uow, NOW)[0]

    assert issue.state is state
    assert issue.thin == "Only 2 of at least 3 stories and articles were ready on the day it was composed."


def test_a_skipped_issue_leaves_its_stories_for_the_next(database: Database) -> None:
    """And its date stays without an issue."""
    with database.unit() as uow:
        a_newsletter(uow.session, thin_below=2, when_thin=WhenThin.SKIP, lead_days=60)
        a_story(uow.session, "the-bench")

        first, second = compose_due(uow, NOW)
        assert compose_due(uow, NOW) == []

    assert [item.story_id for item in first.items if item.story_id] == [1]
    assert [item.story_id for item in second.items if item.story_id] == [1]


@pytest.mark.parametrize(
    ("changed", "fits"),
    [
        ({"topics": ["work"]}, True),
        ({"topics": ["school"]}, False),
        ({"lang": "fr"}, False),
        ({"lang": "fr", "more_languages": ["en"]}, True),
    ],
)
def test_topics_and_languages_say_what_may_be_in_it(database: Database, changed: dict[str, Any], fits: bool) -> None:
    """A story has to have one of the topics and one of the languages."""
    with database.unit() as uow:
        a_newsletter(uow.session, **changed)
        a_story(uow.session, "the-bench").topics = ["work", "hope"]

        issue = compose_due(uow, NOW)[0]

    assert any(item.story_id for item in issue.items) is fits


def test_newsletters_do_not_wait_for_each_other(database: Database) -> None:
    """One whose rule cannot be read holds nobody up."""
    with database.unit() as uow:
        a_newsletter(uow.session, "broken", rrule="FREQ=NEVER")
        a_newsletter(uow.session, "whole")

        assert [issue.newsletter.slug for issue in compose_due(uow, NOW)] == ["whole"]
        assert uow.session.scalars(select(Newsletter)).all()
