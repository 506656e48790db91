"""Errands: a story was taken back, and others may have it from us."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role
from service.stories.erasure import erase_story
from service.stories.holds import open_cases
from service.stories.model import HoldKind, Scope
from service.stories.moderation import withdraw
from service.stories.queries import story_for_change
from tests.cast import NOW
from tests.stories.tales import a_published_story
from tests.web.at_desk import browser, press, trail

ERRANDS = "/desk/errands"


@pytest.fixture
def errand(services: Services) -> int:
    """The errand about a story whose teller had said yes to the press."""
    with services.database.unit() as uow:
        story = a_published_story(uow.session, scopes=[Scope.WEB, Scope.PRESS])
        withdraw(uow, story, organisation="The Group", now=NOW, by="storyteller")
        [case] = open_cases(uow.session, HoldKind.GIVEN_AWAY)
    return case.id


def test_an_editor_finds_the_places_and_a_letter(desk: FlaskClient, services: Services, errand: int) -> None:
    """The letter names the address the story had, and nothing else of it; also when its words are erased."""
    with services.database.unit() as uow:
        erase_story(uow, story_for_change(uow.session, 1), now=NOW)
    page = desk.get(ERRANDS).text

    assert "newspapers, radio and television" in page
    assert "/stories/what-i-packed. On 10 June 2026 the person who told it took it back" in page
    assert "What I packed" not in page
    assert "perhaps with others" in desk.get("/desk").text


def test_what_was_done_closes_it(desk: FlaskClient, services: Services, errand: int) -> None:
    """With a note, which is asked for; the trail has who it was."""
    assert press(desk, f"{ERRANDS}/{errand}/done").status_code == 422
    press(desk, f"{ERRANDS}/{errand}/done", **{f"done_{errand}": "Nobody was given it."})

    assert "Nothing is open." in desk.get(ERRANDS).text
    assert trail(services) == [("closed_errand", f"case:{errand}")]
    assert press(desk, f"{ERRANDS}/99/done", done_99="Done.").status_code == 404


def test_it_is_the_editors_work(app: Flask, services: Services, client: FlaskClient, errand: int) -> None:
    """A reviewer and a visitor have nothing to do there."""
    reviewer = browser(app, services, Role.REVIEWER)

    assert reviewer.get(ERRANDS).status_code == 403
    assert press(reviewer, f"{ERRANDS}/{errand}/done", **{f"done_{errand}": "x"}).status_code == 403
    assert client.get(ERRANDS).status_code == 303
