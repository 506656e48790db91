"""Pinning a story for the next issue of a newsletter, from the story's own page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role
from service.issues.compose import compose_next
from service.issues.model import ItemKind, Newsletter
from service.issues.pins import open_pins
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import a_newsletter, a_story, days_before, take_back
from tests.web.at_desk import browser, press

PINS = "/desk/stories/2/pins"


@pytest.fixture(autouse=True)
def story(services: Services) -> Story:
    """The second of two stories that wait for the monthly newsletter."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
        a_story(uow.session, "the-bench", days_before(9))
        return a_story(uow.session, "the-blanket", days_before(2))


def test_it_comes_before_its_turn(desk: FlaskClient, services: Services) -> None:
    """One press, and one to let the recipe decide again."""
    assert "Have it in the next issue" in desk.get("/desk/stories/2?read=1").text
    assert press(desk, PINS, newsletter="1").status_code == 303
    assert "It comes in the next issue that is composed." in desk.get("/desk/stories/2?read=1").text

    with services.database.unit() as uow:
        composed = compose_next(uow, uow.session.get_one(Newsletter, 1), NOW)
        assert next(item.story_id for item in composed.items if item.kind is ItemKind.STORY) == 2


def test_the_recipe_decides_again(desk: FlaskClient, services: Services) -> None:
    """Unpinned, as if nothing had been."""
    press(desk, PINS, newsletter="1")
    press(desk, f"{PINS}/remove", newsletter="1", pin="1")

    with services.database.read() as session:
        assert open_pins(session, 1) == []


def test_what_may_not_be_mailed_is_not_pinned(desk: FlaskClient, services: Services) -> None:
    """Said on the page of the story."""
    with services.database.unit() as uow:
        take_back(uow.session.get_one(Story, 2), Scope.NEWSLETTER)

    answer = press(desk, PINS, newsletter="1")

    assert answer.status_code == 409
    with services.database.read() as session:
        assert open_pins(session, 1) == []


def test_a_reviewer_pins_nothing(app: Flask, services: Services) -> None:
    """Editors make newsletters."""
    assert press(browser(app, services, Role.REVIEWER), PINS, newsletter="1").status_code == 403
