"""The red button, with real workers at full speed: nothing new leaves, the counts are true, nobody gets it twice."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import func, select

from service.delivery.mails import Told
from service.delivery.model import Batch, BatchStatus
from service.delivery.outlook import Outlook, outlook
from service.delivery.status import IssueStatus, issue_status
from service.editors.model import Editor
from service.issues import actions
from service.tokens import Purpose
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers
from tests.journeys.house import House, wait_for
from tests.standins.sendgrid import SendGridStandin

READERS = 12_000
SECONDS = 5.0
"""The promise."""
pytestmark = pytest.mark.journey


def status(house: House, issue_id: int) -> IssueStatus:
    """The ledger's answer now."""
    with house.services.database.read() as session:
        return issue_status(session, issue_id)


def ahead(house: House, issue_id: int) -> Outlook:
    """What the provider holds, now."""
    with house.services.database.read() as session:
        return outlook(session, issue_id, (), house.services.clock())


def open_house(build: Callable[..., House], standin: SendGridStandin, *names: str) -> tuple[House, int]:
    """A house over the provider, with a newsletter of many readers."""
    house = build(
        MAIL_TRANSPORT="sendgrid", SENDGRID_API_KEY="SG.test", SENDGRID_API_URL=standin.url,
        SENDGRID_WEBHOOK_KEY=standin.webhook_public_key, WORKER_THREADS="2",
    )  # fmt: skip
    newsletter = a_newsletter(house.services)
    confirmed_readers(house.services, newsletter, READERS)
    house.start("web", *names)
    return house, newsletter


def press_the_button(house: House, issue_id: int) -> datetime:
    """By the link in the mail, without signing in; gives the moment at which the page said "stopped"."""
    with house.services.database.unit() as uow:
        eve = Editor(email="eve@example.test", created_at=house.services.clock())
        uow.session.add(eve)
        uow.session.flush()
        link = f"{house.url}/stop/{house.services.tokens.seal(Purpose.STOP, Told(issue_id, eve.id).number)}"
    with urlopen(Request(link, data=b"", method="POST"), timeout=60) as page:
        assert "Stopped" in page.read().decode()
    return datetime.now(UTC)


def resume(house: House, issue_id: int) -> None:
    """The all-clear."""
    with house.services.database.unit() as uow:
        actions.resume(uow, issue_id, None, now=house.services.clock())


def test_nothing_new_leaves_once_the_page_says_stopped(house: Callable[..., House]) -> None:
    """Two workers in the middle of a send; what is in the air ends, and after the all-clear everybody has one."""
    with SendGridStandin(api_key="SG.test") as standin:
        standin.behave({"do": "stall", "seconds": 1.5, "where": "after"})
        place, newsletter = open_house(house, standin, "worker", "worker2", "timer")
        issue_id = a_scheduled_issue(place.services, newsletter)
        wait_for(standin.requests, what="the first request")
        stopped = press_the_button(place, issue_id)
        wait_for(lambda: status(place, issue_id).unknown == 0, what="what was in the air is written down")
        time.sleep(max(0.0, SECONDS - (datetime.now(UTC) - stopped).total_seconds()))
        counts, taken = status(place, issue_id), len(standin.messages())

        with place.services.database.read() as session:
            last = session.scalar(select(func.max(Batch.posted_at)))
        assert last is not None
        assert last <= stopped
        assert (counts.handed_over, counts.not_sent) == (taken, READERS - taken)
        assert 0 < taken < READERS
        standin.behave()
        resume(place, issue_id)
        wait_for(lambda: status(place, issue_id).state == "sent", what="the rest")
        assert set(Counter(message.to for message in standin.messages()).values()) == {1}
        assert len(standin.messages()) == READERS


def test_what_the_provider_only_holds_is_called_back(house: Callable[..., House]) -> None:
    """Half an hour before its time: within seconds nothing of it leaves; after the all-clear everybody gets one."""
    with SendGridStandin(api_key="SG.test") as standin:
        place, newsletter = open_house(house, standin, "worker", "worker2", "timer")
        issue_id = a_scheduled_issue(place.services, newsletter, datetime.now(UTC) + timedelta(minutes=29))
        wait_for(lambda: ahead(place, issue_id).ahead == READERS, what="everything is with the provider")
        assert status(place, issue_id).state == "sending"
        press_the_button(place, issue_id)
        wait_for(lambda: standin.counts()["going_out"] == 0, seconds=SECONDS, what="everything is called back")
        wait_for(lambda: status(place, issue_id).not_sent == READERS, what="the ledger says so")

        resume(place, issue_id)
        wait_for(lambda: ahead(place, issue_id).ahead == READERS, what="everything is with the provider again")
        assert standin.counts()["going_out"] == READERS
        assert standin.counts()["doubles"] == {}
        with place.services.database.read() as session:
            back = session.scalar(select(func.count()).where(Batch.status == BatchStatus.CALLED_BACK))
        assert back == READERS / 1000
