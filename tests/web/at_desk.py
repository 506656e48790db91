"""What the tests of the desk share: something on it, browsers of colleagues, a hand that presses buttons."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.editors.model import Editor, Role, TrailEntry
from tests.cast import NOW
from tests.library.shelf import a_section, an_article
from tests.subscribers.readers import a_newsletter, ada, ben, cleo

PASSWORD = "grey kettle on tuesday"


def csrf(client: FlaskClient, path: str) -> str:
    """The token in the form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, email: str, password: str, **more: str) -> TestResponse:
    """Fill the sign-in form in and send it."""
    form = {"csrf_token": csrf(client, "/desk/sign-in"), "email": email, "password": password, **more}
    return client.post("/desk/sign-in", data=form)


def may_enter(client: FlaskClient) -> bool:
    """Whether the desk opens."""
    return client.get("/desk").status_code == 200


def fill(services: Services) -> None:
    """A newsletter, one reader of each kind, and an article."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
        an_article(a_section(uow.session))
    for reader in (ada, ben, cleo):
        reader(services.database)


def browser(app: Flask, services: Services, role: Role) -> FlaskClient:
    """Somebody with this role, signed in."""
    with services.database.unit() as uow:
        person = Editor(email=f"{role}@example.test", name=role.title(), role=role, created_at=NOW)
        uow.session.add(person)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = person.fs_uniquifier
    return client


def press(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """Send a form with the token that stands on every page of the desk."""
    return client.post(path, data={"csrf_token": csrf(client, "/desk"), **form})


def trail(services: Services) -> list[tuple[str, str]]:
    """What was done, to what."""
    with services.database.read() as session:
        return [(entry.verb, entry.subject) for entry in session.scalars(select(TrailEntry).order_by(TrailEntry.id))]


def plain(page: str) -> str:
    """A page without its form token."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)
