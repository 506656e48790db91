"""Signing in and out of the desk with a password."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.bootstrap import Services
from service.editors.model import Editor, TrailEntry
from service.web.desk.paths import local_desk_path
from service.web.desk.signin import TRIES_BY_VISITOR
from tests.cast import EVE, MAL
from tests.web.at_desk import PASSWORD, csrf, may_enter, plain, sign_in


def test_a_password_opens_the_desk(client: FlaskClient, password: str) -> None:
    """Eve comes to the home of the desk."""
    answer = sign_in(client, EVE, password)

    assert (answer.status_code, answer.location) == (303, "/desk")
    assert may_enter(client)


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: FlaskClient, password: str) -> None:
    """The page differs only in the address that was typed and in the token of the form."""
    wrong, unknown = sign_in(client, EVE, "not the password"), sign_in(client, MAL, password)

    assert wrong.status_code == unknown.status_code == 422
    assert plain(wrong.text).replace(EVE, "") == plain(unknown.text).replace(MAL, "")
    assert not may_enter(client)


def test_a_mistyped_form_keeps_the_address_and_not_the_password(client: FlaskClient, password: str) -> None:
    """Nobody types the address twice, and no page holds a password."""
    answer = sign_in(client, EVE, "not the password")

    assert f'value="{EVE}"' in answer.text
    assert "not the password" not in answer.text
    assert "<title>Error: " in answer.text


def test_a_closed_account_is_an_unknown_one(
    client: FlaskClient, services: Services, eve: Editor, password: str
) -> None:
    """The right password does not open it."""
    with services.database.unit() as uow:
        uow.session.get_one(Editor, eve.id).active = False

    assert sign_in(client, EVE, password).status_code == 422


@pytest.mark.parametrize("typed", ["", "\x00", "e" * 300, "<script>alert(1)</script>"])
def test_nonsense_is_a_wrong_address(client: FlaskClient, typed: str) -> None:
    """Whatever is typed, the answer is the form again, and the text is harmless in it."""
    answer = sign_in(client, typed, PASSWORD)

    assert answer.status_code == 422
    assert "<script>" not in answer.text


def test_mal_is_sent_to_the_sign_in_page_and_on_from_there(client: FlaskClient, password: str) -> None:
    """The page that was asked for is the one that opens."""
    refused = client.get("/desk/articles?x=1")
    wanted = parse_qs(urlsplit(refused.location).query)["next"][0]

    assert (refused.status_code, wanted) == (303, "/desk/articles?x=1")
    assert sign_in(client, EVE, password, next=wanted).location == wanted


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://mal.test/desk",
        "//mal.test/desk",
        "/\\mal.test",
        "/stories",
        "/desk/../stories",
        "/deskx",
        "/desk\\@mal.test",
        "desk",
        "javascript:alert(1)",
        "/desk/\nmal",
        "",
    ],
)
def test_signing_in_leads_nowhere_but_to_the_desk(elsewhere: str) -> None:
    """A forged `next` ends at the desk's home."""
    assert local_desk_path(elsewhere) == "/desk"


@pytest.mark.parametrize("inside", ["/desk", "/desk/stories/3", "/desk/subscribers?before=7"])
def test_signing_in_leads_to_any_page_of_the_desk(inside: str) -> None:
    """With its query."""
    assert local_desk_path(inside) == inside


def test_a_form_without_the_token_is_refused(client: FlaskClient, password: str) -> None:
    """Another site cannot sign somebody in."""
    answer = client.post("/desk/sign-in", data={"email": EVE, "password": password})

    assert answer.status_code == 400
    assert "<h1>" in answer.text
    assert not may_enter(client)


def test_the_desk_works_behind_https(app: Flask, password: str) -> None:
    """There is no Referer on a POST from a page that asks for none, and that must not stop anybody."""
    client = app.test_client()
    token = re.search(r'"csrf_token" value="([^"]+)"', client.get("/desk/sign-in", base_url="https://localhost").text)
    assert token

    form = {"csrf_token": token[1], "email": EVE, "password": password}
    assert client.post("/desk/sign-in", data=form, base_url="https://localhost").status_code == 303


def test_the_session_stays_at_the_desk(client: FlaskClient, password: str) -> None:
    """The cookie goes to /desk only, is out of reach of scripts, and is not sent along from other sites."""
    cookie = sign_in(client, EVE, password).headers["Set-Cookie"]

    assert cookie.startswith("desk=")
    assert {"Path=/desk", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_a_signed_in_editor_needs_no_sign_in_page(desk: FlaskClient) -> None:
    """It leads on at once."""
    assert desk.get("/desk/sign-in?next=/desk/articles").location == "/desk/articles"


def test_signing_out_closes_the_desk(desk: FlaskClient) -> None:
    """And it is a POST, so that no image on another site does it."""
    assert desk.get("/desk/sign-out").status_code == 404
    assert may_enter(desk)

    answer = desk.post("/desk/sign-out", data={"csrf_token": csrf(desk, "/desk")})

    assert answer.location == "/desk/sign-in"
    assert not may_enter(desk)


def test_somebody_without_a_password_is_asked_to_set_one(client: FlaskClient, link: str) -> None:
    """They may also leave it and go on."""
    answer = client.post(link, data={"csrf_token": csrf(client, link)}, follow_redirects=True)

    assert answer.request.path == "/desk/account/password"
    assert "Not now" in answer.text


def test_somebody_with_a_password_comes_straight_to_the_desk(client: FlaskClient, link: str, password: str) -> None:
    """The link is for when it was forgotten; nobody is nagged."""
    assert client.post(link, data={"csrf_token": csrf(client, link)}).location == "/desk"


def test_readers_get_no_cookie(desk: FlaskClient, client: FlaskClient) -> None:
    """Pages outside the desk neither set one nor open the session."""
    answer = client.get("/healthz")

    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]


def test_too_many_tries_are_stopped(client: FlaskClient, password: str) -> None:
    """Guessing ends long before it gets anywhere, whether the last guess is right or not."""
    answers = {sign_in(client, MAL, "not the password").status_code for _ in range(TRIES_BY_VISITOR.most)}
    one_more = sign_in(client, EVE, password)

    assert answers == {422}
    assert one_more.status_code == 429
    assert int(one_more.headers["Retry-After"]) > 0


def test_the_trail_says_who_signed_in(client: FlaskClient, services: Services, password: str) -> None:
    """And nothing about who did not."""
    sign_in(client, EVE, "not the password")
    sign_in(client, EVE, password)

    with services.database.read() as session:
        assert session.scalar(select(func.count()).where(TrailEntry.verb == "signed_in")) == 1
