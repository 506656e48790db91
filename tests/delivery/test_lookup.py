"""Looking unknown batches up in the provider's log: a hit proves, a miss says nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.lookup import LOOK_AGAIN, look_up, lookups_due
from service.delivery.model import Batch, BatchStatus
from service.mail.message import Mailer
from service.mail.schedule import ProviderAway
from service.mail.sendgrid import SendGridMailer
from service.mail.sendgrid_client import SendGridClient
from service.mail.sendgrid_logs import SendGridLogs
from tests.conftest import Clock
from tests.delivery.conftest import batches
from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    """A provider with a log."""
    with SendGridStandin(api_key=KEY) as standin:
        yield standin


@pytest.fixture
def ask(services: Services, standin: SendGridStandin, clock: Clock) -> Iterator[Callable[[], int]]:
    """One look into the log."""
    with closing(SendGridClient(KEY, standin.url)) as client:
        yield lambda: look_up(services.database, SendGridLogs(client), services.tokens, clock=clock)


@pytest.fixture
def lost(
    services: Services, standin: SendGridStandin, started: int, drain_with: Callable[[Mailer], Drain], clock: Clock
) -> Callable[..., int]:
    """Three batches whose replies were lost; gives the issue."""

    def lose(deed: str) -> int:
        clock.at = datetime.now(UTC)
        standin.behave({"do": deed})
        with closing(SendGridMailer(KEY, standin.url, clock=clock)) as mailer:
            drain_with(mailer).run(started)
        clock.move(minutes=3)
        return started

    return lose


def statuses(services: Services, issue_id: int) -> set[BatchStatus]:
    """The statuses there are."""
    return {batch.status for batch in batches(services, issue_id)}


def test_what_the_log_has_was_taken(services: Services, lost: Callable[..., int], ask: Callable[[], int]) -> None:
    """The whole request, by one of its people."""
    issue_id = lost("accept_and_drop")
    assert statuses(services, issue_id) == {BatchStatus.UNKNOWN}

    assert ask() == 3
    assert statuses(services, issue_id) == {BatchStatus.HANDED_OVER}


def test_what_the_log_has_not_stays_unknown(
    services: Services, lost: Callable[..., int], ask: Callable[[], int], clock: Clock
) -> None:
    """And is looked up again after a while, not at once."""
    issue_id = lost("drop_before")
    assert ask() == 0
    assert statuses(services, issue_id) == {BatchStatus.UNKNOWN}

    with services.database.read() as session:
        assert not lookups_due(session, clock())
        assert lookups_due(session, clock() + LOOK_AGAIN)
        assert not lookups_due(session, clock() + timedelta(days=4))


def test_a_log_that_is_not_in_the_plan_says_nothing(
    services: Services, standin: SendGridStandin, lost: Callable[..., int], ask: Callable[[], int]
) -> None:
    """403."""
    issue_id = lost("accept_and_drop")
    standin.configure(logs=False)

    assert ask() == 0
    assert statuses(services, issue_id) == {BatchStatus.UNKNOWN}


def test_a_batch_that_was_sent_again_is_not_looked_up(
    services: Services, lost: Callable[..., int], ask: Callable[[], int]
) -> None:
    """Its readers may be in the log with their first copy."""
    issue_id = lost("accept_and_drop")
    with services.database.unit() as uow:
        for batch in batches(services, issue_id):
            uow.session.get_one(Batch, batch.id).resent = True

    assert ask() == 0
    assert statuses(services, issue_id) == {BatchStatus.UNKNOWN}


@dataclass
class Log:
    """A log of the provider that does something of ours when it is asked, and has nothing."""

    deed: Callable[[], object]
    asked: int = 0

    def deliveries_to(self, address: str, since: datetime) -> Iterator[str]:
        """Nothing at all."""
        self.asked += 1
        self.deed()
        return iter(())


def test_what_one_worker_looks_up_no_other_does(services: Services, lost: Callable[..., int], clock: Clock) -> None:
    """A log that is slow to answer keeps one of them busy; the others send mail."""
    lost("drop_before")
    other = Log(lambda: None)
    slow = Log(lambda: look_up(services.database, other, services.tokens, clock=clock))

    look_up(services.database, slow, services.tokens, clock=clock)

    assert slow.asked == 7
    assert other.asked == 0


def test_a_log_that_is_away_is_asked_once(services: Services, lost: Callable[..., int], clock: Clock) -> None:
    """Each question would be waited for in vain."""

    def time_out() -> None:
        raise ProviderAway("timed out")

    lost("drop_before")
    away = Log(time_out)
    look_up(services.database, away, services.tokens, clock=clock)

    assert away.asked == 1
    with services.database.read() as session:
        assert not lookups_due(session, clock())
