"""What comes back after an issue: numbers that add up, and never a person."""

from datetime import date

import pytest

from service.bootstrap import Services
from service.issues.counts import Counted, Seen, add_up, ever_replied, landings_by_page, totals
from service.issues.landings import Landings, write_landings
from tests.cast import NOW
from tests.issues.gone_out import an_issue

TODAY = NOW.date()


@pytest.fixture
def issue_id(services: Services) -> int:
    """An issue of the newsletter that Ada reads, which was sent."""
    return an_issue(services)


def counted(services: Services, issue_id: int) -> dict[Counted, int]:
    """What -> how often."""
    with services.database.read() as session:
        return {what: count for (_, what), count in totals(session, [issue_id]).items()}


def see(services: Services, *seen: Seen) -> None:
    """Add up in a unit of its own."""
    with services.database.unit() as uow:
        add_up(uow, seen)


def test_numbers_add_up_by_page_and_day(services: Services, issue_id: int) -> None:
    """The most visited page first."""
    a, b = (Seen(issue_id=issue_id, what=Counted.LANDING, day=TODAY, page=page, times=2) for page in ("/a", "/b"))
    see(services, a, b)
    see(services, b, Seen(issue_id=issue_id, what=Counted.LANDING, day=date(2026, 6, 11), page="/b"))

    with services.database.read() as session:
        assert landings_by_page(session, issue_id) == [("/b", 5), ("/a", 2)]
    assert counted(services, issue_id) == {Counted.LANDING: 7}


def test_an_issue_that_does_not_exist_is_left_out(services: Services, issue_id: int) -> None:
    """The others are counted all the same."""
    see(services, *(Seen(issue_id=each, what=Counted.REPLY, day=TODAY) for each in (issue_id, 999)))

    assert counted(services, issue_id) == {Counted.REPLY: 1}
    assert counted(services, 999) == {}


def test_whether_a_reply_ever_came(services: Services, issue_id: int) -> None:
    """No before the first, and yes for every issue after it."""
    with services.database.read() as session:
        assert not ever_replied(session)
    see(services, Seen(issue_id=issue_id, what=Counted.REPLY, day=TODAY))

    with services.database.read() as session:
        assert ever_replied(session)


def test_what_waits_in_redis_is_written_down_once(services: Services, issue_id: int) -> None:
    """Also when the timer ticks twice."""
    landings = Landings(services.settings.redis)
    for _ in range(3):
        landings.note(issue_id, "/stories/a page with blanks", TODAY)
    for _ in range(2):
        with services.database.unit() as uow:
            write_landings(uow, landings)
    landings.close()

    with services.database.read() as session:
        assert landings_by_page(session, issue_id) == [("/stories/a page with blanks", 3)]


def test_without_redis_nothing_is_written_and_nothing_fails(services: Services) -> None:
    """Losing Redis loses counts."""
    landings = Landings("unix:///nowhere/at/all.sock")
    with services.database.unit() as uow:
        write_landings(uow, landings)
    landings.close()
