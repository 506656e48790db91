"""Who has an issue, at the desk: counts, people, and the decisions that only a person makes."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.ledger import claim, intend
from service.delivery.model import Batch, BatchStatus
from service.delivery.records import Taken, record_taken, record_unknown
from service.delivery.settle import finish_issues
from service.delivery.start import start
from service.editors.model import Editor, Role
from service.issues.approvals import approve
from service.issues.compose import compose_next
from service.issues.scheduling import schedule
from service.subscribers.model import Subscription
from tests.cast import ADA, NOW
from tests.conftest import Clock
from tests.issues.paper import a_newsletter, a_story, an_article
from tests.subscribers.readers import ada, ben
from tests.web.at_desk import browser, press, trail

PAGE = "/desk/issues/1/delivery"


@pytest.fixture(autouse=True)
def issue(services: Services, eve: Editor) -> None:
    """An issue that is going out to Ada."""
    with services.database.unit() as uow:
        paper = a_newsletter(uow.session)
        a_story(uow.session, "the-bench")
        an_article(uow.session, "remission")
        compose_next(uow, paper, NOW)
    ada(services.database)
    with services.database.unit() as uow:
        approve(uow, 1, eve, now=NOW)
        schedule(uow, 1, NOW, None, head=services.head, now=NOW)
        assert start(uow, 1, services.head, batch_size=10, slots=1, now=NOW)


@pytest.fixture
def unknown(services: Services) -> None:
    """The reply to the request with Ada was lost."""
    post(services)
    with services.database.unit() as uow:
        record_unknown(uow.session, 1, "worker-7", "the connection was cut")


@pytest.fixture
def sent(services: Services) -> None:
    """Ada has it, and the issue is sent."""
    post(services)
    with services.database.unit() as uow:
        record_taken(uow.session, 1, "worker-7", Taken("request-9"), now=NOW)
        finish_issues(uow, services.head, now=NOW)


def post(services: Services) -> None:
    """Claim and intend the one batch."""
    with services.database.unit() as uow:
        [hold] = claim(uow.session, 1, "worker-7", now=NOW)
    with services.database.unit() as uow:
        intend(uow.session, [hold], "worker-7", now=NOW)


def standing(services: Services) -> list[BatchStatus]:
    """The statuses of the batches."""
    with services.database.read() as session:
        return list(session.scalars(select(Batch.status).order_by(Batch.id)))


def test_the_page_says_who_has_it_when_and_by_which_request(desk: FlaskClient, services: Services, sent: None) -> None:
    """Masked, and without a trail, because it shows nobody."""
    page = desk.get(PAGE).text

    assert "a•••@example.test" in page
    assert ADA not in page
    assert "request-9" in page
    assert "Wed 10 June 2026, 10:30" in page
    assert [verb for verb, _ in trail(services)] == ["approved_alone", "scheduled"]
    assert PAGE in desk.get("/desk/issues/1").text


def test_one_group_of_people_can_be_chosen(desk: FlaskClient, sent: None) -> None:
    """Nobody is unknown; a word that does not exist means everybody."""
    assert "a•••" not in desk.get(f"{PAGE}?who=unknown").text
    assert "a•••" in desk.get(f"{PAGE}?who=handed_over").text
    assert "a•••" in desk.get(f"{PAGE}?who=nonsense").text


def test_an_unknown_batch_is_named(desk: FlaskClient, unknown: None) -> None:
    """How many, which worker, why."""
    page = desk.get(PAGE).text

    assert "Batch 1: 1 reader" in page
    assert "worker-7" in page
    assert "the connection was cut" in page


def test_sending_again_is_asked_first(desk: FlaskClient, services: Services, unknown: None) -> None:
    """The warning changes nothing; the button on it does."""
    assert "may get it twice" in desk.get(f"{PAGE}/1/again").text
    assert standing(services) == [BatchStatus.UNKNOWN]

    answer = press(desk, f"{PAGE}/1/again")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert standing(services) == [BatchStatus.READY]
    assert trail(services)[-1] == ("sent_again", "batch:1")


def test_it_can_be_left(desk: FlaskClient, services: Services, unknown: None) -> None:
    """Nobody gets it twice."""
    assert press(desk, f"{PAGE}/1/leave").status_code == 303

    assert standing(services) == [BatchStatus.REJECTED]
    assert trail(services)[-1] == ("let_go", "batch:1")


@pytest.mark.parametrize("what", ["1/again", "1/leave"])
def test_what_is_known_cannot_be_decided(desk: FlaskClient, services: Services, sent: None, what: str) -> None:
    """A page that was open too long does no harm."""
    assert press(desk, f"{PAGE}/{what}").status_code == 404
    assert press(desk, f"/desk/issues/2/delivery/{what}").status_code == 404
    assert standing(services) == [BatchStatus.HANDED_OVER]


def test_the_rest_is_written_to_once(desk: FlaskClient, services: Services, clock: Clock, sent: None) -> None:
    """Ben confirms a day later, and the button is there until it was pressed."""
    assert "Send to the rest" not in desk.get(PAGE).text
    late(services, clock)
    assert "1 reader joined or came back" in desk.get(PAGE).text

    assert press(desk, f"{PAGE}/rest").status_code == 303
    assert "Send to the rest" not in desk.get(PAGE).text
    assert press(desk, f"{PAGE}/rest").status_code == 303
    assert standing(services) == [BatchStatus.HANDED_OVER, BatchStatus.READY]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SAFEGUARDING])
def test_only_editors_see_and_decide(app: Flask, services: Services, unknown: None, role: Role) -> None:
    """Others find no link on the issue's page, and closed doors behind it."""
    colleague = browser(app, services, role)

    assert PAGE not in colleague.get("/desk/issues/1").text
    assert colleague.get(PAGE).status_code == 403
    assert press(colleague, f"{PAGE}/1/again").status_code == 403
    assert press(colleague, f"{PAGE}/1/leave").status_code == 403
    assert press(colleague, f"{PAGE}/rest").status_code == 403
    assert standing(services) == [BatchStatus.UNKNOWN]


def test_an_issue_that_does_not_exist_has_no_page(desk: FlaskClient) -> None:
    """Nothing is made up."""
    assert desk.get("/desk/issues/99/delivery").status_code == 404


def late(services: Services, clock: Clock) -> None:
    """Ben confirms a day later."""
    subscription_id = ben(services.database)
    with services.database.unit() as uow:
        uow.session.get_one(Subscription, subscription_id).start(clock.move(days=1))
