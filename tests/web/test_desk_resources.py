"""Articles of others at the desk: follow a feed, decide about what it suggests."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role
from service.library.suggestions import Answer, due_feeds, suggested, take_in
from tests.cast import NOW
from tests.library.test_suggestions import ADDRESS, item, rss
from tests.web.at_desk import browser, press, trail


@pytest.fixture
def suggestion(desk: FlaskClient, services: Services) -> int:
    """One article that a followed feed suggests."""
    press(desk, "/desk/resources/feeds", url=ADDRESS)
    with services.database.unit() as uow:
        take_in(uow, due_feeds(uow.session, NOW)[0].id, Answer(rss(item())), now=NOW)
        return suggested(uow.session)[0].id


def test_a_wrong_address_is_told_and_kept(desk: FlaskClient) -> None:
    """422, the sentence at the field, and what was typed."""
    answer = press(desk, "/desk/resources/feeds", url="charity.example/feed")

    assert answer.status_code == 422
    assert "Give the address of the feed" in answer.text
    assert 'value="charity.example/feed"' in answer.text


def test_a_suggestion_is_accepted_with_own_words(desk: FlaskClient, suggestion: int) -> None:
    """It moves from the one list to the other."""
    press(desk, f"/desk/resources/{suggestion}/accept", title="Food in treatment", words="Small meals help.")
    page = desk.get("/desk/resources").text

    assert "Nothing is waiting" in page
    assert "Food in treatment" in page


def test_a_second_decision_is_told(desk: FlaskClient, suggestion: int) -> None:
    """409, and nothing changes."""
    press(desk, f"/desk/resources/{suggestion}/pass")

    assert press(desk, f"/desk/resources/{suggestion}/accept").status_code == 409
    assert press(desk, "/desk/resources/999/accept").status_code == 404


def test_a_feed_is_left(desk: FlaskClient, suggestion: int, services: Services) -> None:
    """Its undecided suggestions go with it, and the trail knows."""
    with services.database.read() as session:
        feed = suggested(session)[0].feed_id
    press(desk, f"/desk/resources/feeds/{feed}/stop")

    assert "None yet" in desk.get("/desk/resources").text
    assert ("left_feed", f"feed:{feed}") in trail(services)


def test_a_viewer_looks_and_decides_nothing(app: Flask, desk: FlaskClient, suggestion: int, services: Services) -> None:
    """Reading is for every role, deciding for editors."""
    viewer = browser(app, services, Role.VIEWER)

    assert "Eating well" in viewer.get("/desk/resources").text
    assert press(viewer, f"/desk/resources/{suggestion}/accept").status_code == 403
    assert press(viewer, "/desk/resources/feeds", url="https://b.example/").status_code == 403
