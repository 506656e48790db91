"""Status: at any moment the counts add up to the audience."""

from collections.abc import Callable

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.status import IssueStatus, issue_status
from service.mail.message import Mailer, OutcomeUnknown
from tests.conftest import Moody, Postbox
from tests.delivery.test_drain import Picky


def status(services: Services, issue_id: int) -> IssueStatus:
    """Count now; recipients are always handed over, unknown or not sent."""
    with services.database.read() as session:
        counted = issue_status(session, issue_id)
    assert counted.recipients == counted.handed_over + counted.unknown + counted.not_sent == 7
    return counted


def test_before_the_start_everybody_waits(services: Services, readers: list[int], issue_id: int) -> None:
    """The audience is who could be mailed now."""
    assert status(services, issue_id).not_sent == 7


def test_after_the_start_everybody_waits_in_a_range(services: Services, started: int) -> None:
    """Cut, not sent."""
    assert status(services, started).not_sent == 7


def test_in_the_end_everybody_was_handed_over(
    services: Services, started: int, drain_with: Callable[[Mailer], Drain], postbox: Postbox
) -> None:
    """Nobody is left over."""
    drain_with(postbox).run(started)

    assert status(services, started).handed_over == 7


def test_a_lost_reply_shows_as_unknown(services: Services, started: int, drain_with: Callable[[Mailer], Drain]) -> None:
    """Three people are named unknown, not "sent"."""
    drain_with(Moody(OutcomeUnknown("lost"))).run(started)

    counted = status(services, started)
    assert (counted.unknown, counted.handed_over) == (3, 4)


def test_a_refused_reader_shows_as_not_sent(
    services: Services, started: int, drain_with: Callable[[Mailer], Drain]
) -> None:
    """And has a reason."""
    drain_with(Picky("reader4@example.test")).run(started)

    counted = status(services, started)
    assert (counted.not_sent, counted.handed_over) == (1, 6)
