"""The storytellers' door: ask for a link, use it once, stay for half an hour, leave."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.bootstrap import Services
from service.settings import Settings
from service.stories.portal import make_entry
from service.web.forms import make_form_token
from tests.cast import ADA, MAL
from tests.conftest import Clock, Postbox
from tests.web.at_portal import LOCATION, enter, form_token, press, story_of, the_story
from tests.web.readers import deliver

LINK = re.compile(r"http://localhost(/portal/[\w-]{43})\s")


@pytest.fixture
def story(services: Services) -> int:
    """Ada's story."""
    return the_story(services)


@pytest.fixture
def ada(app: Flask, services: Services, story: int) -> FlaskClient:
    """Ada's browser, let in."""
    return enter(app, services, story)


def ask(client: FlaskClient, services: Services, clock: Clock, email: str, **more: str):  # type: ignore[no-untyped-def]
    """Fill the form in, as fast as a hand can."""
    token = make_form_token(services.tokens, clock())
    clock.move(seconds=5)
    return client.post("/portal", data={"form_token": token, "email": email, "website": "", **more})


def mailed_link(services: Services, postbox: Postbox) -> str:
    """The path of the newest link that came."""
    deliver(services)
    return str(LINK.findall(postbox.mailings[-1].text)[-1])


def test_the_answer_is_the_same_whoever_asks(
    client: FlaskClient, services: Services, clock: Clock, story: int, postbox: Postbox
) -> None:
    """Ada, whose story we have, and Mal, who never told one: only Ada gets a mail."""
    answers = [ask(client, services, clock, email) for email in (ADA, MAL)]
    deliver(services)

    assert {(one.status_code, one.headers[LOCATION], one.data) for one in answers} == {
        (303, "/portal/sent", answers[0].data)
    }
    assert [mailing.recipients[0].to.email for mailing in postbox.mailings] == [ADA]
    assert ADA not in client.get("/portal/sent").text


def test_the_address_finds_its_stories_however_it_is_typed(
    client: FlaskClient, services: Services, clock: Clock, story: int, postbox: Postbox
) -> None:
    """Capitals and blanks."""
    ask(client, services, clock, "  ADA@Example.TEST ")

    assert mailed_link(services, postbox)


def test_something_that_is_no_address_is_said_so(client: FlaskClient, services: Services, clock: Clock) -> None:
    """At the field and in the title, and what was typed stays."""
    page = ask(client, services, clock, "ada at home")

    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert page.text.count("Write an e-mail address like name@example.org.") == 2
    assert 'value="ada at home"' in page.text


def test_five_links_an_hour_reach_one_mailbox(
    client: FlaskClient, services: Services, clock: Clock, story: int, postbox: Postbox
) -> None:
    """More are answered alike and mail nothing."""
    answers = {ask(client, services, clock, ADA).status_code for _ in range(8)}
    deliver(services)

    assert answers == {303}
    assert len(postbox.mailings) == 5


def test_one_place_may_not_ask_for_ever(client: FlaskClient, services: Services, clock: Clock) -> None:
    """429 after thirty."""
    answers = [ask(client, services, clock, f"{number}@example.test").status_code for number in range(31)]

    assert answers == [303] * 30 + [429]


@pytest.mark.parametrize(
    ("fields", "status"), [({"website": "http://spam.test"}, 303), ({"form_token": "made up"}, 400)]
)
def test_programs_that_fill_forms_in_get_no_mail(
    client: FlaskClient,
    services: Services,
    clock: Clock,
    story: int,
    postbox: Postbox,
    fields: dict[str, str],
    status: int,
) -> None:
    """The honeypot is answered like a person; a form that is not ours is shown anew."""
    assert ask(client, services, clock, ADA, **fields).status_code == status
    deliver(services)

    assert postbox.mailings == []


def test_looking_at_the_link_does_not_spend_it(
    client: FlaskClient, services: Services, clock: Clock, story: int, postbox: Postbox
) -> None:
    """Scanners look; one press by a person opens the page, with a cookie that only the portal gets."""
    ask(client, services, clock, ADA)
    link = mailed_link(services, postbox)
    for _ in range(3):
        assert client.get(link).text.count("<button") == 1
    pressed = client.post(link)

    assert pressed.headers[LOCATION] == "/portal/stories"
    cookie = pressed.headers["Set-Cookie"]
    assert re.fullmatch(r"portal=[\w-]{43}; HttpOnly; Path=/portal; SameSite=Lax", cookie)
    assert "What I packed" in client.get("/portal/stories").text


def test_the_cookie_is_secure_on_https(services: Services, settings: Settings, story: int) -> None:
    """So that it never travels in the open."""
    app = create_app(replace(services, settings=replace(settings, public_url="https://stories.example")))
    with services.database.unit() as uow:
        token = make_entry(uow, services.tokens, 1, now=services.clock())

    assert "; Secure;" in app.test_client().post(f"/portal/{token}").headers["Set-Cookie"]


def test_a_link_works_once_and_for_half_an_hour(
    client: FlaskClient, services: Services, clock: Clock, story: int, postbox: Postbox
) -> None:
    """Used, too old and made up are met alike: 410, and a form for a new link."""
    ask(client, services, clock, ADA)
    used = mailed_link(services, postbox)
    client.post(used)
    ask(client, services, clock, ADA)
    old = mailed_link(services, postbox)
    clock.move(minutes=30)

    for path in (used, old, "/portal/" + "A" * 43, "/portal/%F0%9F%92%9B"):
        for page in (client.get(path), client.post(path)):
            assert page.status_code == 410
            assert "Mail me a new link" in page.text
            assert "Set-Cookie" not in page.headers


def test_without_a_session_every_page_offers_a_link(client: FlaskClient, story: int) -> None:
    """Looking and pressing; nothing of a story is in the answer, and what was typed is."""
    for path in ("/portal/stories", f"/portal/stories/{story}", "/portal/everything.json"):
        page = client.get(path)
        assert (page.status_code, "Mail me a new link" in page.text, "packed" in page.text) == (401, True, False)

    pressed = client.post(f"/portal/stories/{story}/talk", data={"words": "I typed this"})
    assert (pressed.status_code, "I typed this" in pressed.text) == (401, True)


def test_half_an_hour_without_a_press_ends_it(ada: FlaskClient, clock: Clock) -> None:
    """Pressing keeps it open, looking does not."""
    clock.move(minutes=29)
    assert press(ada, "/portal/stay", path="/portal/stories").headers[LOCATION] == "/portal/stories"
    clock.move(minutes=29)
    assert ada.get("/portal/stories").status_code == 200
    clock.move(minutes=1)

    assert ada.get("/portal/stories").status_code == 401


@pytest.mark.parametrize(
    "path", ["https://evil.test", "//evil.test", "/portal/stories\\evil", "/desk", "/portal/leave"]
)
def test_staying_leads_nowhere_else(ada: FlaskClient, path: str) -> None:
    """The page to go back to is one of ours."""
    assert press(ada, "/portal/stay", path=path).headers[LOCATION] == "/portal/stories"


def test_leaving_ends_the_session_and_the_cookie(ada: FlaskClient) -> None:
    """Also for somebody who has copied the cookie."""
    copied = ada.get_cookie("portal", path="/portal")
    assert copied is not None
    left = press(ada, "/portal/leave")

    assert (left.headers[LOCATION], "portal=;" in left.headers["Set-Cookie"]) == ("/portal/left", True)
    ada.set_cookie("portal", copied.value, path="/portal")
    assert ada.get("/portal/stories").status_code == 401


def test_a_post_without_the_token_of_its_session_does_nothing(ada: FlaskClient, services: Services, story: int) -> None:
    """None, a made-up one, one with other letters; the session's half hour is not touched either."""
    for token in ("", "made up", "é", form_token(ada)[:-1]):
        page = ada.post(f"/portal/stories/{story}/hide", data={"portal_token": token})
        assert page.status_code == 400

    assert story_of(services, story).state == "submitted"


def test_the_token_of_an_older_session_is_not_good_in_a_newer_one(
    app: Flask, services: Services, ada: FlaskClient, story: int
) -> None:
    """Two tabs, the second entered by a newer link: the first one says so, and shows what was typed."""
    older = form_token(ada)
    newer = enter(app, services, story)
    page = newer.post(f"/portal/stories/{story}/talk", data={"portal_token": older, "words": "Kept 💛"})

    assert (page.status_code, "Kept 💛" in page.text) == (400, True)


def test_who_is_in_is_not_asked_again(ada: FlaskClient) -> None:
    """The door leads straight to the stories."""
    assert ada.get("/portal").headers[LOCATION] == "/portal/stories"


def test_everything_can_be_downloaded(ada: FlaskClient) -> None:
    """For programs and for people, with nothing kept by a cache."""
    held = ada.get("/portal/everything.json")
    text = ada.get("/portal/everything.txt")

    assert held.json is not None
    assert held.json["storyteller"]["email"] == ADA
    assert "💛" in held.json["stories"][0]["words"][-1]["body"]
    assert "A blue blanket. 💛" in text.text
    assert held.headers["Content-Disposition"] == 'attachment; filename="my-stories.json"'
    assert held.headers["Cache-Control"] == "private, no-store"


def test_other_peoples_stories_are_not_there(app: Flask, services: Services, ada: FlaskClient) -> None:
    """Each page and each button: 404, and the same as for a story that never was."""
    theirs = the_story(services, email=MAL, slug="not-yours")
    pages = ("", "/talk", "/take-back", "/changes", "/approve", "/places", "/name", "/not-before", "/end", "/go-on")
    for page in (*pages, "/grown-up"):
        assert ada.get(f"/portal/stories/{theirs}{page}").status_code == 404, page
    for page in (*pages[1:], "/grown-up", "/hide", "/bring-back", "/approve/press"):
        form = {"words": "x", "places": "web", "naming": "anonymous", "me": "yes", "clear": "yes", "end_day": "1"}
        answer = press(ada, f"/portal/stories/{theirs}{page}", **form, end_month="1", end_year="2027")
        assert answer.status_code == 404, page

    assert story_of(services, theirs).state == "submitted"
    assert ada.get(f"/portal/stories/{10**9}").status_code == 404
