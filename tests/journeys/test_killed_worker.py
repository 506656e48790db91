"""kill -9 of a worker in the middle of a send, and a new one: everybody has exactly one, or is named as unknown."""

from collections import Counter
from collections.abc import Callable

import pytest

from service.delivery.status import IssueStatus, issue_status
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers
from tests.journeys.house import House, wait_for
from tests.standins.sendgrid import SendGridStandin

READERS = 2_000
HALF = READERS // 2
pytestmark = pytest.mark.journey


def status(house: House, issue_id: int) -> IssueStatus:
    """The ledger's answer now."""
    with house.services.database.read() as session:
        return issue_status(session, issue_id)


def killed_while_posting(
    build: Callable[..., House], standin: SendGridStandin, where: str
) -> tuple[House, int, list[str]]:
    """A house whose worker died while a request hung `before` or `after` it was taken, and a new worker."""
    house = build(
        MAIL_TRANSPORT="sendgrid", SENDGRID_API_KEY="SG.test", SENDGRID_API_URL=standin.url,
        SENDGRID_WEBHOOK_KEY=standin.webhook_public_key, WORKER_THREADS="2",
    )  # fmt: skip
    standin.webhook(f"{house.url}/hooks/sendgrid/events")
    newsletter = a_newsletter(house.services)
    readers = confirmed_readers(house.services, newsletter, READERS)
    standin.behave({"when": {"next": 1}, "do": "stall", "seconds": 60, "where": where})
    house.start("web", "worker", "timer")
    issue_id = a_scheduled_issue(house.services, newsletter)
    wait_for(lambda: status(house, issue_id).handed_over == HALF, what="the other request")
    house.kill("worker")
    house.start("worker2")
    wait_for(lambda: status(house, issue_id).unknown == HALF and not status(house, issue_id).not_sent, what="the doubt")
    return house, issue_id, readers


def test_a_request_that_was_taken_is_proven_by_events(house: Callable[..., House]) -> None:
    """Two thousand readers, one lost reply: the provider's events settle it, and each has exactly one."""
    with SendGridStandin(api_key="SG.test") as standin:
        place, issue_id, readers = killed_while_posting(house, standin, "after")
        standin.post_events(events=("processed", "delivered"))
        wait_for(lambda: status(place, issue_id).delivered == READERS, what="all events")
        wait_for(lambda: status(place, issue_id).state == "sent", what="the issue is sent")

        assert Counter(message.to for message in standin.messages()) == Counter(readers)
        assert status(place, issue_id).handed_over == READERS


def test_a_request_nobody_can_prove_stays_unknown(house: Callable[..., House]) -> None:
    """A thousand people are named as unknown, nobody has two, and the issue does not claim to be sent."""
    with SendGridStandin(api_key="SG.test") as standin:
        place, issue_id, _ = killed_while_posting(house, standin, "before")
        standin.post_events(events=("processed", "delivered"))
        wait_for(lambda: status(place, issue_id).delivered == HALF, what="the events of the other half")

        counted = Counter(message.to for message in standin.messages())
        assert (len(counted), set(counted.values())) == (HALF, {1})
        assert (status(place, issue_id).unknown, status(place, issue_id).state) == (HALF, "sending")
