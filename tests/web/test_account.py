"""An editor's own account."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.editors.model import Editor
from tests.cast import EVE
from tests.web.at_desk import PASSWORD, csrf, may_enter, sign_in


def test_signing_out_everywhere_ends_the_other_sessions(app: Flask, desk: FlaskClient, eve: Editor) -> None:
    """A lost phone is no longer at the desk."""
    phone = app.test_client()
    with phone.session_transaction() as session:
        session["_user_id"] = eve.fs_uniquifier
    desk.post("/desk/account/sign-out-everywhere", data={"csrf_token": csrf(desk, "/desk/account")})

    assert not may_enter(phone)
    assert not may_enter(desk)


def test_a_password_is_set_and_works(client: FlaskClient, link: str) -> None:
    """Whoever came by a link is not asked for the old one, stays signed in, and can use the new one next time."""
    client.post(link, data={"csrf_token": csrf(client, link)})
    form = {"csrf_token": csrf(client, "/desk/account/password"), "password": PASSWORD}

    assert client.post("/desk/account/password", data=form).location == "/desk"
    assert may_enter(client)
    client.post("/desk/sign-out", data={"csrf_token": csrf(client, "/desk")})
    assert sign_in(client, EVE, PASSWORD).status_code == 303


def test_a_short_password_is_refused_with_a_hint(desk: FlaskClient) -> None:
    """The page says what would do."""
    form = {"csrf_token": csrf(desk, "/desk/account/password"), "password": "elevenchars"}
    answer = desk.post("/desk/account/password", data=form)

    assert answer.status_code == 422
    assert "at least 12 characters" in answer.text
    assert "elevenchars" not in answer.text


@pytest.mark.parametrize(("current", "status"), [("", 422), ("not the password", 422), (PASSWORD, 303)])
def test_changing_a_password_asks_for_the_one_there_is(
    client: FlaskClient, password: str, current: str, status: int
) -> None:
    """A borrowed phone that is still signed in is not enough to take an account over."""
    sign_in(client, EVE, password)
    form = {
        "csrf_token": csrf(client, "/desk/account/password"),
        "current": current,
        "password": "another long password",
    }

    assert client.post("/desk/account/password", data=form).status_code == status
