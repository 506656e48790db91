"""The doors of the desk: who may open what."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role, TrailEntry
from tests.cast import NOW
from tests.web.at_desk import browser, fill, press, trail

FOR_EDITORS = ["/desk/subscribers", "/desk/subscribers/1", "/desk/articles/new"]
FOR_ALL = ["/desk", "/desk/articles", "/desk/articles/1", "/desk/account", "/desk/account/password"]
CHANGES = [
    "/desk/articles/new",
    "/desk/articles/1",
    "/desk/articles/1/publish",
    "/desk/subscribers",
    "/desk/subscribers/1",
    "/desk/subscribers/1/unsubscribe/1",
]


@pytest.fixture
def content(services: Services) -> None:
    """A newsletter, one reader of each kind, and an article."""
    fill(services)


@pytest.mark.parametrize("path", [*FOR_ALL, *FOR_EDITORS, "/desk/trail"])
def test_mal_is_sent_to_the_sign_in_page(client: FlaskClient, content: None, path: str) -> None:
    """No page of the desk opens for somebody who has not signed in."""
    answer = client.get(path)

    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/desk/sign-in")


@pytest.mark.parametrize("path", CHANGES)
def test_mal_changes_nothing(client: FlaskClient, services: Services, content: None, path: str) -> None:
    """Nor does a form."""
    assert client.post(path).status_code == 303
    assert trail(services) == []


@pytest.mark.parametrize("path", FOR_ALL)
def test_a_viewer_may_look(app: Flask, services: Services, content: None, path: str) -> None:
    """At what tells nothing about a single reader."""
    assert browser(app, services, Role.VIEWER).get(path).status_code == 200


@pytest.mark.parametrize("path", [*FOR_EDITORS, "/desk/trail"])
def test_a_viewer_may_not_look_at_readers(app: Flask, services: Services, content: None, path: str) -> None:
    """The page says so and offers no way around."""
    answer = browser(app, services, Role.VIEWER).get(path)

    assert answer.status_code == 403
    assert "not open to you" in answer.text


@pytest.mark.parametrize("path", CHANGES)
def test_a_viewer_changes_nothing(app: Flask, services: Services, content: None, path: str) -> None:
    """Even with a form that is right."""
    assert press(browser(app, services, Role.VIEWER), path, title="x").status_code == 403
    assert trail(services) == []


@pytest.mark.parametrize("path", CHANGES)
def test_a_form_with_another_token_is_refused(desk: FlaskClient, services: Services, content: None, path: str) -> None:
    """Another site cannot press a button in Eve's name; the answer is a page of the desk."""
    answer = desk.post(path, data={"csrf_token": "made-up"})

    assert answer.status_code == 400
    assert "desk.css" in answer.text
    assert trail(services) == []


def test_only_admins_see_the_trail(app: Flask, services: Services, desk: FlaskClient) -> None:
    """And only their pages lead there."""
    admin = browser(app, services, Role.ADMIN)

    assert (admin.get("/desk/trail").status_code, desk.get("/desk/trail").status_code) == (200, 403)
    assert "/desk/trail" in admin.get("/desk").text
    assert "/desk/trail" not in desk.get("/desk").text


def test_the_pages_of_the_desk_are_kept_by_nobody(desk: FlaskClient) -> None:
    """No cache stores them, no search finds them, no link gives their address away."""
    headers = desk.get("/desk").headers

    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_an_unknown_page_of_the_desk_is_a_page_of_the_desk(desk: FlaskClient) -> None:
    """With its look and a way back."""
    answer = desk.get("/desk/nothing/here")

    assert answer.status_code == 404
    assert "Go to the desk" in answer.text


@pytest.mark.parametrize("path", ["/desk/subscribers/99", "/desk/articles/99"])
def test_what_is_not_there_is_a_page_that_says_so(desk: FlaskClient, path: str) -> None:
    """404, in the look of the desk."""
    assert desk.get(path).status_code == 404


def test_the_trail_is_read_page_by_page(app: Flask, services: Services) -> None:
    """The newest first, with a way to the older ones."""
    with services.database.unit() as uow:
        for number in range(101):
            uow.session.add(TrailEntry(editor_id=None, verb="saved", subject=f"article:{number}", at=NOW))
    admin = browser(app, services, Role.ADMIN)

    first = admin.get("/desk/trail").text
    older = re.search(r'href="(\?before=\d+)"', first)

    assert older
    assert ("article 100" in first, "article 0<" in first) == (True, False)
    assert "article 0<" in admin.get(f"/desk/trail{older[1]}").text
