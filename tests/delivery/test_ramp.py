"""The ramp: a new sender's share of each day, counted from the ledger."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.model import BatchStatus
from service.delivery.outlook import outlook
from service.delivery.presence import Presence
from service.delivery.ramp import left_today, share_of_today
from service.delivery.settle import finish_issues, settle
from service.delivery.start import Timing, start
from service.issues.model import Issue, IssueState
from service.mail.message import Mailer
from tests.conftest import Clock, Postbox
from tests.delivery.conftest import batches, deliveries

RAMP = (2, 3)
TIMING = Timing(ramp=RAMP)


@pytest.fixture
def drain(drain_with: Callable[[Mailer], Drain], postbox: Postbox) -> Drain:
    """A worker of a new sender."""
    return replace(drain_with(postbox), timing=TIMING)


@pytest.fixture
def begun(services: Services, readers: list[int], issue_id: int) -> int:
    """The issue, for seven readers, on the sender's first day."""
    with services.database.unit() as uow:
        assert start(
            uow, issue_id, services.head, batch_size=1000, slots=1, timing=TIMING, now=services.clock()
        )  # fmt: skip
    return issue_id


def test_each_day_has_its_share_and_the_last_no_limit(
    services: Services, begun: int, drain: Drain, clock: Clock, presence: Presence
) -> None:
    """Two, then three, then the rest; nobody twice, and the issue is sent in the end."""
    reached = []
    for _ in range(3):
        drain.run(begun)
        drain.run(begun)
        reached.append(len(deliveries(services, begun)))
        clock.move(days=1)
    with services.database.unit() as uow:
        settle(uow, presence, now=clock())
        finish_issues(uow, services.head, now=clock())

    assert reached == [2, 5, 7]
    with services.database.read() as session:
        assert session.get_one(Issue, begun).state is IssueState.SENT


def test_a_batch_that_is_too_large_for_today_is_cut(
    services: Services, started: int, drain: Drain, postbox: Postbox
) -> None:
    """It was cut for three, and two may go."""
    drain.run(started)

    assert len(deliveries(services, started)) == 2
    assert sum(len(mailing.recipients) for mailing in postbox.mailings) == 2
    assert sum(batch.recipients or 0 for batch in batches(services, started)) == 2


def test_only_days_on_which_something_left_count(services: Services, begun: int, drain: Drain, clock: Clock) -> None:
    """A monthly newsletter is on its second day a month later."""
    drain.run(begun)
    clock.move(days=30)

    with services.database.read() as session:
        assert share_of_today(session, RAMP, clock()) == 3


def test_what_was_refused_takes_no_place(services: Services, begun: int, drain: Drain, clock: Clock) -> None:
    """Only what left counts."""
    with services.database.read() as session:
        assert left_today(session, RAMP, clock()) == 2
        assert left_today(session, (), clock()) is None


def test_two_workers_do_not_take_the_last_places_both(services: Services, started: int, drain: Drain) -> None:
    """They ask one after the other."""
    others = [Thread(target=replace(drain, _draining={}).run, args=[started]) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join()

    assert len(deliveries(services, started)) == 2


def test_the_outlook_says_who_goes_tomorrow(services: Services, begun: int, drain: Drain, clock: Clock) -> None:
    """Five of seven."""
    drain.run(begun)
    with services.database.read() as session:
        seen = outlook(session, begun, RAMP, clock())

    assert (seen.share_of_today, seen.tomorrow) == (2, 5)
    waiting = [batch for batch in batches(services, begun) if batch.status is BatchStatus.READY]
    assert {batch.not_before for batch in waiting} == {clock().replace(hour=0, minute=0) + timedelta(days=1)}
