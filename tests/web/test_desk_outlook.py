"""The time machine at the desk, and pins."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role
from service.issues.model import Newsletter
from service.issues.pins import open_pins
from tests.issues.paper import RECIPE, a_newsletter, a_story, days_before
from tests.web.at_desk import browser, press, trail

PAGE = "/desk/newsletters/1/outlook"


@pytest.fixture
def paper(services: Services) -> Newsletter:
    """The monthly newsletter, and two stories for it."""
    with services.database.unit() as uow:
        a_story(uow.session, "the-bench", days_before(30))
        a_story(uow.session, "the-blanket", days_before(20))
        return a_newsletter(uow.session)


def test_the_page_says_when_stories_run_out(desk: FlaskClient, paper: Newsletter) -> None:
    """In its first sentence; below it, six issues and why each item would be there."""
    page = desk.get(PAGE).text

    assert "Stories run out after the issue of 4 August 2026" in page
    assert page.count("Stays empty") == 6
    assert "Story: The bench" in page
    assert "Waiting since 11 May 2026." in page


def test_the_newsletter_leads_there(desk: FlaskClient, paper: Newsletter) -> None:
    """One link."""
    assert f'href="{PAGE}"' in desk.get("/desk/newsletters/1").text


def test_a_recipe_that_cannot_be_read_is_named(desk: FlaskClient, services: Services, paper: Newsletter) -> None:
    """Instead of an error of ours."""
    with services.database.unit() as uow:
        uow.session.get_one(Newsletter, 1).recipe = RECIPE | {"slots": [{"slot": "x", "source": "horoscope"}]}

    assert "We cannot look ahead." in desk.get(PAGE).text


def test_a_pin_changes_the_next_issue(desk: FlaskClient, services: Services, paper: Newsletter) -> None:
    """The newer story moves to the front, and back when it is unpinned."""
    press(desk, "/desk/newsletters/1/pins", what="story:2")
    page = desk.get(PAGE).text
    assert page.index("Story: The blanket") < page.index("Story: The bench")
    assert "You pinned it for the next issue." in page

    press(desk, "/desk/newsletters/1/pins/1/remove")
    page = desk.get(PAGE).text
    assert page.index("Story: The bench") < page.index("Story: The blanket")
    assert trail(services) == [("pinned", "newsletter:1"), ("unpinned", "newsletter:1")]


@pytest.mark.parametrize("what", ["", "story", "story:x", "story:999", "horoscope:1"])
def test_only_what_is_on_the_list_can_be_pinned(desk: FlaskClient, paper: Newsletter, what: str) -> None:
    """422, with a sentence at the field."""
    answer = press(desk, "/desk/newsletters/1/pins", what=what)

    assert answer.status_code == 422
    assert "Choose something from the list." in answer.text


def test_a_viewer_looks_and_pins_nothing(app: Flask, services: Services, paper: Newsletter) -> None:
    """The page without its buttons; the address refuses."""
    viewer = browser(app, services, Role.VIEWER)

    assert "Pin it" not in viewer.get(PAGE).text
    assert press(viewer, "/desk/newsletters/1/pins", what="story:1").status_code == 403
    with services.database.read() as session:
        assert open_pins(session, 1) == []
