"""The figures of an issue are settled after three days, and outlive the ledger."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.figures import IssueFigures
from service.delivery.model import Delivery
from service.delivery.settling_figures import SETTLED_AFTER, report_settled
from service.delivery.status import IssueStatus, issue_status
from service.issues.actions import finish
from service.issues.model import Issue, IssueState
from service.mail.message import Mailer
from service.retention import DELIVERIES_KEPT, drop_old_deliveries
from tests.conftest import Clock, Postbox
from tests.delivery.test_events import event, post


@pytest.fixture
def sent(services: Services, started: int, drain_with: Callable[[Mailer], Drain], postbox: Postbox) -> int:
    """An issue that seven readers got, two of whom bounced or complained."""
    drain_with(postbox).run(started)
    with services.database.unit() as uow:
        finish(uow, started, services.clock())
    with services.database.read() as session:
        one, two, *_ = session.scalars(select(Delivery).order_by(Delivery.subscriber_id)).all()
    post(services, event(services, one.number, "bounce"), event(services, two.number, "spamreport"))
    return started


def tick(services: Services) -> None:
    """What the timer does every ten minutes."""
    with services.database.unit() as uow:
        report_settled(uow, now=services.clock())


def state(services: Services, issue_id: int) -> IssueState:
    """Where the issue stands."""
    with services.database.read() as session:
        return session.get_one(Issue, issue_id).state


def status(services: Services, issue_id: int) -> IssueStatus:
    """The counts as the desk and `storywell issues status` give them."""
    with services.database.read() as session:
        return issue_status(session, issue_id)


def test_an_issue_is_reported_when_its_figures_are_settled(services: Services, clock: Clock, sent: int) -> None:
    """Not a second before three days have passed."""
    clock.move(seconds=SETTLED_AFTER.total_seconds() - 1)
    tick(services)
    before = state(services, sent)
    clock.move(seconds=1)
    tick(services)

    assert (before, state(services, sent)) == (IssueState.SENT, IssueState.REPORTED)


def test_ticking_again_keeps_the_first_figures(services: Services, clock: Clock, sent: int) -> None:
    """They are of one age for every issue, so that issues can be compared."""
    first = clock.move(days=3)
    for _ in range(2):
        tick(services)
        clock.move(days=1)

    with services.database.read() as session:
        [kept] = session.scalars(select(IssueFigures))
    assert kept.settled_at == first
    assert (kept.handed_over, kept.bounced, kept.complained) == (7, 1, 1)


def test_a_corrected_issue_has_figures_and_stays_corrected(services: Services, clock: Clock, sent: int) -> None:
    """The correction says more about it than that it was reported."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, sent).state = IssueState.CORRECTED
    clock.move(days=3)
    tick(services)

    assert state(services, sent) is IssueState.CORRECTED
    with services.database.read() as session:
        assert session.get_one(IssueFigures, sent).handed_over == 7


@pytest.mark.parametrize("over", [IssueState.SENT, IssueState.REPORTED, IssueState.CANCELLED])
def test_the_counts_outlive_the_ledger(services: Services, clock: Clock, sent: int, over: IssueState) -> None:
    """Two years later nobody knows who, and everybody still knows how many."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, sent).state = over
    before = status(services, sent)
    clock.move(seconds=(DELIVERIES_KEPT + timedelta(days=1)).total_seconds())
    for _ in range(2):
        with services.database.unit() as uow:
            drop_old_deliveries(uow, now=clock())

    with services.database.read() as session:
        assert session.scalars(select(Delivery)).all() == []
    assert status(services, sent) == before
    assert before.handed_over == 7


def test_a_ledger_that_is_still_needed_stays(services: Services, clock: Clock, sent: int) -> None:
    """For two years no reader gets the same story twice; and an issue that is not over needs it longer."""
    with services.database.unit() as uow:
        drop_old_deliveries(uow, now=clock() + DELIVERIES_KEPT - timedelta(days=1))
        uow.session.get_one(Issue, sent).state = IssueState.PAUSED
        drop_old_deliveries(uow, now=clock() + DELIVERIES_KEPT * 2)

    with services.database.read() as session:
        assert len(session.scalars(select(Delivery)).all()) == 7
