"""Leaving by the mail of an issue: counted once for the issue, and never with a person."""

from collections.abc import Callable

import pytest

from service.bootstrap import Services
from service.db import UnitOfWork
from service.issues.counts import Counted, totals
from service.issues.leaving import counted_if_left
from service.subscribers.actions import unsubscribe, unsubscribe_all
from service.subscribers.erasure import erase
from service.subscribers.model import Subscription, UnsubscribeRoute
from service.subscribers.preferences import Choices, pause, save_preferences
from tests.cast import NOW
from tests.issues.gone_out import an_issue
from tests.issues.paper import a_newsletter
from tests.subscribers.readers import TOKENS, ada, subscription

BY_CHOICE = UnsubscribeRoute.PREFERENCES
Act = Callable[[UnitOfWork, int], object]


@pytest.fixture
def issue_id(services: Services) -> int:
    """An issue of the newsletter that Ada reads, which was sent."""
    return an_issue(services)


@pytest.fixture
def place(services: Services, issue_id: int) -> int:
    """Ada is on the list; the id of her subscription."""
    return ada(services.database)


def act(services: Services, place: int, issue_id: int, what: Act) -> None:
    """Do something that may take her off the list, in a unit of its own."""
    with services.database.unit() as uow, counted_if_left(uow, place, issue_id, now=NOW):
        what(uow, place)


def left(services: Services, issue_id: int) -> int:
    """How many have left by the issue."""
    with services.database.read() as session:
        return totals(session, [issue_id]).get((issue_id, Counted.UNSUBSCRIBED), 0)


def leave(uow: UnitOfWork, place: int) -> None:
    """By the one click of her mailbox."""
    unsubscribe(uow, place, UnsubscribeRoute.ONE_CLICK, now=NOW)


@pytest.mark.parametrize(
    "what",
    [
        leave,
        lambda uow, place: unsubscribe_all(uow, place, BY_CHOICE, now=NOW),
        lambda uow, place: save_preferences(uow, TOKENS, place, Choices(name="", newsletters=[]), "House", now=NOW),
        lambda uow, place: erase(uow, TOKENS, place, now=NOW),
        lambda uow, place: erase(uow, TOKENS, place, never_again=True, now=NOW),
    ],
)
def test_whichever_way_she_leaves_it_is_counted(services: Services, place: int, issue_id: int, what: Act) -> None:
    """By the link, by her choices, by being forgotten."""
    act(services, place, issue_id, what)

    assert left(services, issue_id) == 1


@pytest.mark.parametrize(
    "what",
    [
        lambda uow, place: save_preferences(uow, TOKENS, place, Choices(name="A"), "House", now=NOW),
        lambda uow, place: pause(uow, place, NOW.replace(year=NOW.year + 1), now=NOW),
    ],
)
def test_whoever_stays_is_not_counted(services: Services, place: int, issue_id: int, what: Act) -> None:
    """Other choices, and a rest."""
    act(services, place, issue_id, what)

    assert left(services, issue_id) == 0


def test_she_is_counted_once(services: Services, place: int, issue_id: int) -> None:
    """However often the button is pressed; her subscription does not know the issue."""
    for _ in range(3):
        act(services, place, issue_id, leave)

    assert left(services, issue_id) == 1
    assert not subscription(services.database, place).sendable


@pytest.mark.parametrize("named", [0, -1, 999, 2**63])
def test_a_link_without_an_issue_still_takes_her_off(services: Services, place: int, issue_id: int, named: int) -> None:
    """And counts for none: links of older mails work for ever."""
    act(services, place, named, leave)

    assert left(services, issue_id) == 0
    assert not subscription(services.database, place).sendable


def test_of_all_that_she_leaves_its_own_newsletter_counts(services: Services, place: int, issue_id: int) -> None:
    """The other ended too, and not because of this issue."""
    with services.database.unit() as uow:
        reader = uow.session.get_one(Subscription, place).subscriber
        other = Subscription(newsletter_id=a_newsletter(uow.session, "weekly").id, subscriber=reader, created_at=NOW)
        uow.session.add(other)
        other.start(NOW)
    act(services, place, issue_id, lambda uow, _: unsubscribe(uow, other.id, BY_CHOICE, now=NOW))
    assert left(services, issue_id) == 0

    act(services, place, issue_id, lambda uow, place: unsubscribe_all(uow, place, BY_CHOICE, now=NOW))
    assert left(services, issue_id) == 1


def test_an_issue_that_has_not_left_counts_nothing(services: Services, place: int, issue_id: int) -> None:
    """No mail of it can have been answered."""
    draft = an_issue(services, "july", started_at=None)
    act(services, place, draft, leave)

    assert left(services, draft) == 0
