"""A rule that runs through three periods: real timers and a worker, whose clock is moved on from date to date."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from service.editors.model import Editor
from service.issues.approvals import approve, submit
from service.issues.model import Issue, IssueState, Newsletter
from service.issues.schedule import Occurrence, occurrences
from service.issues.scheduling import schedule
from service.library.model import Article, Section
from tests.journeys.content import a_newsletter, confirmed_readers
from tests.journeys.house import ROOT, House, wait_for
from tests.standins.sendgrid import SendGridStandin

PERIODS, READERS = 3, 4
RECIPE = {"slots": [{"slot": "learn", "source": "articles", "count": 1, "order": "least_recently_featured"}]}
BEFORE = timedelta(days=3)
"""A draft is there by then, and somebody has time to read it."""
pytestmark = pytest.mark.journey


def now(clock: Path) -> datetime:
    """By the moved clock."""
    return datetime.now(UTC) + timedelta(hours=float(clock.read_text()))


def move_to(clock: Path, moment: datetime) -> None:
    """The clock of every process goes on to a moment."""
    new = clock.with_suffix(".new")
    new.write_text(str((moment - datetime.now(UTC)).total_seconds() / 3600))
    new.rename(clock)


def begin(place: House, *names: str) -> None:
    """Start a worker or timers by the moved clock."""
    for name in names:
        command = [sys.executable, "-m", "tests.journeys.moved", name.rstrip("0123456789")]
        with place.log.open("ab") as log:
            place.processes[name] = subprocess.Popen(
                command, env=dict(place.environment), cwd=ROOT, stdout=log, stderr=log, process_group=0
            )


def furnish(place: House) -> tuple[list[Occurrence], list[str]]:
    """A newsletter that is drafted from articles, its readers, and somebody who approves; gives its next dates."""
    newsletter_id = a_newsletter(place.services)
    readers = confirmed_readers(place.services, newsletter_id, READERS)
    today = place.services.clock()
    with place.services.database.unit() as uow:
        paper = uow.session.get_one(Newsletter, newsletter_id)
        paper.recipe, paper.lead_days = RECIPE, 7
        section = Section(slug="understanding", title="Understanding")
        for number in range(PERIODS):
            uow.session.add(
                Article(
                    section=section, slug=f"article-{number}", title=f"Article {number}", summary="What it is about.",
                    position=number, next_review=today.date() + timedelta(days=700), published_at=today,
                    updated_at=today,
                )
            )  # fmt: skip
        uow.session.add(Editor(email="eve@example.test", created_at=today))
        return occurrences(paper, today + timedelta(days=14), PERIODS), readers


def of_period(place: House, period: str) -> Issue | None:
    """The issue of a period; MultipleResultsFound when there are two."""
    with place.services.database.read() as session:
        return session.scalars(select(Issue).where(Issue.period == period)).one_or_none()


def approve_for(place: House, issue_id: int, at: datetime, moment: datetime) -> None:
    """Eve reads it, says yes, and puts it on the schedule for its date."""
    with place.services.database.unit() as uow:
        eve = uow.session.scalars(select(Editor)).one()
        submit(uow, issue_id, eve, now=moment)
        approve(uow, issue_id, eve, now=moment)
        schedule(uow, issue_id, at, eve, head=place.services.head, now=moment)


def is_sent(place: House, period: str) -> bool:
    """Whether everybody has it."""
    issue = of_period(place, period)
    return issue is not None and issue.state is IssueState.SENT


def test_a_rule_runs_through_three_periods(house: Callable[..., House], tmp_path: Path) -> None:
    """Two timers tick at once, and one of them dies and is started again in each period: one issue a period, and one
    mail of each for every reader."""
    clock = tmp_path / "clock"
    move_to(clock, datetime.now(UTC))
    with SendGridStandin(api_key="SG.test") as standin:
        place = house(
            MAIL_TRANSPORT="sendgrid", SENDGRID_API_KEY="SG.test", SENDGRID_API_URL=standin.url,
            SENDGRID_WEBHOOK_KEY=standin.webhook_public_key, CHAOS_CLOCK=str(clock),
        )  # fmt: skip
        dates, readers = furnish(place)
        place.start("web")
        begin(place, "worker", "timer", "timer2")
        for date in dates:
            move_to(clock, date.at - BEFORE)
            draft = wait_for(partial(of_period, place, date.period), what=f"the draft for {date.period}")
            assert draft is not None
            place.kill("timer2")
            begin(place, "timer2")
            approve_for(place, draft.id, date.at, now(clock))
            move_to(clock, date.at + timedelta(seconds=1))
            wait_for(partial(is_sent, place, date.period), what=f"the issue of {date.period} is sent")

        with place.services.database.read() as session:
            made = session.scalars(select(Issue.period).order_by(Issue.period)).all()
        wanted = [date.period for date in dates]
        assert [period for period in made if wanted[0] <= period <= wanted[-1]] == wanted
        letters = Counter((mail.to, mail.subject) for mail in standin.messages() if mail.to in readers)
        assert set(letters.values()) == {1}
        assert Counter(to for to, _ in letters) == Counter(readers * PERIODS)
