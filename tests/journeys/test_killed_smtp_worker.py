"""kill -9 of a worker that sends by SMTP: its journal proves who has the mail; only those on the wire are unknown."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.delivery.drain import CONNECTIONS
from service.delivery.model import Batch, BatchStatus
from service.delivery.status import IssueStatus, issue_status
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers
from tests.journeys.house import House, wait_for
from tests.standins.smtp import Manners, SmtpStandin

READERS = 900
pytestmark = pytest.mark.journey


def status(house: House, issue_id: int) -> IssueStatus:
    """The ledger's answer now."""
    with house.services.database.read() as session:
        return issue_status(session, issue_id)


def under_way(house: House, issue_id: int) -> list[int]:
    """Batches that are still to leave, or leaving."""
    still = Batch.status.in_([BatchStatus.READY, BatchStatus.CLAIMED, BatchStatus.POSTING])
    with house.services.database.read() as session:
        return list(session.scalars(select(Batch.id).where(Batch.issue_id == issue_id, still)))


def test_nobody_is_missed_and_nobody_gets_two(house: Callable[..., House]) -> None:
    """Killed twice in the middle of groups; each connection leaves one person in doubt at most."""
    with SmtpStandin(Manners(delay=0.001)) as smtp:
        place = house(MAIL_TRANSPORT="smtp", SMTP_URL=smtp.url)
        newsletter = a_newsletter(place.services)
        readers = confirmed_readers(place.services, newsletter, READERS)
        place.start("worker", "timer")
        issue_id = a_scheduled_issue(place.services, newsletter)
        wait_for(lambda: len(smtp.messages()) > READERS // 5, what="the first mails")
        place.kill("worker")
        place.start("worker2")
        wait_for(lambda: len(smtp.messages()) > READERS // 2, seconds=60, what="half of the mails")
        place.kill("worker2")
        place.start("worker3")

        wait_for(lambda: not under_way(place, issue_id), seconds=90, what="everybody accounted for")
        counted = Counter(message.recipients[0] for message in smtp.messages())
        told = status(place, issue_id)

    assert set(counted.values()) == {1}
    assert told.unknown <= 2 * CONNECTIONS
    assert told.handed_over + told.unknown == READERS
    assert told.handed_over <= len(counted) <= READERS
    assert set(counted) <= set(readers)
