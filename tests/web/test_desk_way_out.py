"""How an issue goes out, at the desk: the choices before, and the red, the green and the last button."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from service.bootstrap import Services
from service.delivery.model import Batch, BatchStatus
from service.delivery.start import start
from service.editors.model import Editor, Role
from service.issues.model import Issue, IssueState
from tests.cast import NOW
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers
from tests.web.at_desk import browser, csrf, trail

CHOICES = "/desk/issues/1/way-out"
DELIVERY = "/desk/issues/1/delivery"


@pytest.fixture
def scheduled(services: Services, eve: Editor) -> int:
    """An issue for three readers that is to leave now."""
    newsletter = a_newsletter(services)
    confirmed_readers(services, newsletter, 3)
    return a_scheduled_issue(services, newsletter, NOW)


@pytest.fixture
def leaving(services: Services, scheduled: int) -> int:
    """It has begun."""
    with services.database.unit() as uow:
        assert start(uow, scheduled, services.head, batch_size=2, slots=1, now=NOW)
    return scheduled


def issue(services: Services) -> Issue:
    """The issue, as it is now."""
    with services.database.read() as session:
        return session.get_one(Issue, 1)


def test_the_choices_are_kept(services: Services, desk: FlaskClient, scheduled: int) -> None:
    """Local time, and three of a hundred first, for a quarter of an hour."""
    form = {"local_time": "yes", "canary": "yes", "canary_percent": "3", "canary_minutes": "15"}
    answer = desk.post(CHOICES, data={**form, "csrf_token": csrf(desk, CHOICES)})

    assert answer.status_code == 303
    kept = issue(services)
    assert (kept.local_time, kept.canary_percent, kept.canary_minutes) == (True, 3, 15)
    assert "chose_way_out" in str(trail(services))


@pytest.mark.parametrize("typed", ["0", "51", "many", "-3", ""])
def test_a_number_that_makes_no_sense_is_explained(
    services: Services, desk: FlaskClient, scheduled: int, typed: str
) -> None:
    """And what was typed stays in the field."""
    form = {"canary": "yes", "canary_percent": typed, "canary_minutes": "10"}
    answer = desk.post(CHOICES, data={**form, "csrf_token": csrf(desk, CHOICES)})

    assert answer.status_code == 422
    assert "Choose a number from 1 to 50." in answer.text
    assert f'value="{typed}"' in answer.text
    assert issue(services).canary_percent == 0


def test_it_is_too_late_when_it_leaves(services: Services, desk: FlaskClient, leaving: int) -> None:
    """The audience is cut."""
    answer = desk.post(CHOICES, data={"local_time": "yes", "csrf_token": csrf(desk, CHOICES)})

    assert answer.status_code == 409
    assert not issue(services).local_time


def test_stop_go_on_and_give_up(services: Services, desk: FlaskClient, leaving: int) -> None:
    """Each button says what it did."""
    stopped = desk.post(f"{DELIVERY}/stop", data={"csrf_token": csrf(desk, DELIVERY)}, follow_redirects=True)
    assert "Nothing more leaves" in stopped.text
    assert issue(services).state is IssueState.STOPPED
    desk.post(f"{DELIVERY}/resume", data={"csrf_token": csrf(desk, DELIVERY)})
    assert issue(services).state is IssueState.SENDING
    desk.post(f"{DELIVERY}/stop", data={"csrf_token": csrf(desk, DELIVERY)})
    desk.post(f"{DELIVERY}/cancel", data={"csrf_token": csrf(desk, DELIVERY)})

    assert issue(services).state is IssueState.CANCELLED


def test_a_viewer_stops_nothing(app: Flask, services: Services, leaving: int) -> None:
    """They may look elsewhere."""
    viewer = browser(app, services, Role.VIEWER)

    assert viewer.post(f"{DELIVERY}/stop").status_code in {400, 403}
    assert issue(services).state is IssueState.SENDING


def test_the_page_says_who_waits_for_the_first_ones(services: Services, desk: FlaskClient, leaving: int) -> None:
    """Two of three are held."""
    with services.database.unit() as uow:
        uow.session.execute(update(Batch).where(Batch.id == 1).values(status=BatchStatus.HELD))

    page = desk.get(DELIVERY).text
    assert "<strong>2 readers</strong> wait while we watch how it goes with the first ones" in page
