"""Signing in with a one-time link."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.editors.actions import LINK_LIFE
from service.editors.model import Editor
from service.mail.model import Notice
from service.web.desk.signin import LINKS_TO_ACCOUNT
from tests.cast import EVE, MAL
from tests.conftest import Clock
from tests.web.at_desk import csrf, may_enter


def test_opening_a_link_shows_a_button_and_does_not_use_it(client: FlaskClient, link: str) -> None:
    """Mail scanners follow links: after two looks it still works."""
    assert client.get(link).status_code == client.get(link).status_code == 200
    assert not may_enter(client)

    assert client.post(link, data={"csrf_token": csrf(client, link)}).status_code == 303
    assert may_enter(client)


def test_a_link_that_was_used_offers_a_new_one(client: FlaskClient, app: Flask, link: str) -> None:
    """Looking and pressing both give the same page."""
    token = csrf(client, link)
    client.post(link, data={"csrf_token": token})
    other = app.test_client()

    for answer in (client.post(link, data={"csrf_token": csrf(client, "/desk")}), other.get(link)):
        assert answer.status_code == 410
        assert "/desk/sign-in/link" in answer.text
    assert not may_enter(other)


def test_a_link_that_ended_offers_a_new_one(client: FlaskClient, clock: Clock, link: str) -> None:
    """Half an hour later."""
    clock.move(seconds=LINK_LIFE / timedelta(seconds=1))

    answer = client.get(link)

    assert answer.status_code == 410
    assert "/desk/sign-in/link" in answer.text


def test_a_link_needs_the_forms_token(client: FlaskClient, link: str) -> None:
    """Another site cannot press the button."""
    assert client.post(link).status_code == 400
    assert not may_enter(client)


@pytest.mark.parametrize("address", [EVE, MAL, "", "nonsense"])
def test_asking_for_a_link_gives_the_same_page_for_every_address(
    client: FlaskClient, eve: Editor, address: str
) -> None:
    """The same page for every address."""
    form = {"csrf_token": csrf(client, "/desk/sign-in/link"), "email": address}
    answer = client.post("/desk/sign-in/link", data=form)

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in/link/sent")
    assert "If there is an account" in client.get(answer.location).text


def test_a_link_is_owed_by_mail(client: FlaskClient, services: Services, eve: Editor) -> None:
    """The worker writes it."""
    client.post("/desk/sign-in/link", data={"csrf_token": csrf(client, "/desk/sign-in/link"), "email": EVE})

    with services.database.read() as session:
        assert session.scalar(select(Notice.subject_id).where(Notice.template == "sign_in_link")) == eve.id


@pytest.mark.parametrize("address", [EVE, MAL])
def test_a_mailbox_is_not_filled_with_links(client: FlaskClient, eve: Editor, address: str) -> None:
    """And the limit tells nobody whether there is an account."""
    form = {"csrf_token": csrf(client, "/desk/sign-in/link"), "email": address}
    answers = [client.post("/desk/sign-in/link", data=form).status_code for _ in range(LINKS_TO_ACCOUNT.most + 1)]

    assert answers == [303] * LINKS_TO_ACCOUNT.most + [429]
