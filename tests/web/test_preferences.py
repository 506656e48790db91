"""A reader's own page, from a link in a mail."""

import json
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.subscribers.suppression import is_suppressed
from tests.cast import ADA, BEN
from tests.conftest import Clock
from tests.subscribers.readers import a_newsletter, ada, ben, subscription


@pytest.fixture
def place(services: Services) -> int:
    """Ada is on the list; the id of her subscription."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
    return ada(services.database)


@pytest.fixture
def link(services: Services, place: int) -> str:
    """The address of her page."""
    return urlsplit(services.links.preferences(place)).path


def test_stopping_comes_first_and_is_as_large_as_saving(client: FlaskClient, link: str) -> None:
    """Leaving is as easy as anything else (GDPR Art. 7(3))."""
    page = client.get(link).text
    buttons = [part.split("</button>")[0] for part in page.split("<button")[1:]]

    assert buttons[0] == ">Unsubscribe"
    assert {button.split(">")[0] for button in buttons} == {""}


def test_one_press_stops_everything(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """And leads to the page that can undo it."""
    page = client.post(f"{link}/unsubscribe", follow_redirects=True)

    assert "You are off the list" in page.text
    assert subscription(services.database, place).unsubscribed_by == "preferences"
    assert "You are not on our list" in client.get(link).text


def test_choices_are_saved(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """Name and plain text; with a single newsletter there is no switch to lose it by."""
    page = client.post(link, data={"name": " Ada L\r\n", "plain_text_only": "yes"}, follow_redirects=True)

    reader = subscription(services.database, place).subscriber
    assert "Your choices are saved" in page.text
    assert (reader.name, reader.plain_text_only) == ("Ada L", True)
    assert subscription(services.database, place).sendable


def test_several_newsletters_have_switches(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """On and off; numbers that are no newsletters do nothing."""
    with services.database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly", "Storywell weekly")

    assert "Storywell weekly" in client.get(link).text

    client.post(link, data={"newsletters_shown": "yes", "newsletters": [str(weekly), "9" * 5000, "x", "²"]})

    assert not subscription(services.database, place).sendable
    assert subscription(services.database, place + 1).sendable


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"pause": "1"}, "10 July 2026"),
        ({"pause": "6", "until": "2026-06-20"}, "10 December 2026"),
        ({"pause": "date", "until": "2026-06-20"}, "20 June 2026"),
    ],
)
def test_a_break_says_until_when(
    client: FlaskClient, services: Services, place: int, link: str, fields: dict[str, str], day: str
) -> None:
    """In the reader's own zone, and with kind words."""
    page = client.post(f"{link}/pause", data=fields, follow_redirects=True)

    assert f"Rest well. We will be quiet until {day}. Nothing will pile up." in page.text
    assert not subscription(services.database, place).sendable

    page = client.post(f"{link}/resume", follow_redirects=True)

    assert "Welcome back" in page.text
    assert subscription(services.database, place).sendable


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01", "2036-01-01", "9999-99-99"])
def test_a_day_that_is_none_brings_the_form_back(
    client: FlaskClient, services: Services, place: int, link: str, until: str
) -> None:
    """With the choice and the day as they were typed."""
    page = client.post(f"{link}/pause", data={"pause": "date", "until": until})

    assert page.status_code == 422
    assert page.text.count("Choose a day after today") == 2
    assert 'value="date" checked' in page.text
    assert "<title>Error: " in page.text
    assert subscription(services.database, place).sendable


def test_what_we_hold_can_be_read_and_taken_away(client: FlaskClient, services: Services, link: str) -> None:
    """The whole of it, and of nobody else."""
    ben(services.database)
    page, file = client.get(f"{link}/data"), client.get(f"{link}/data.json")

    assert ADA in page.text
    assert json.loads(file.data)["subscriptions"][0]["status"] == "confirmed"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert BEN not in page.text + file.text


@pytest.mark.parametrize("never_again", [True, False])
def test_deleting_takes_two_steps_and_keeps_only_what_was_asked_for(
    client: FlaskClient, services: Services, clock: Clock, link: str, never_again: bool
) -> None:
    """The page, the button, and then we hold nothing."""
    assert "cannot be undone" in client.get(f"{link}/delete").text

    page = client.post(f"{link}/delete", data={"never_again": "yes"} if never_again else {}, follow_redirects=True)

    assert (page.status_code, "We hold nothing about you" in page.text) == (410, True)
    with services.database.read() as session:
        assert is_suppressed(session, services.tokens, ADA, clock()) is never_again


def test_after_deleting_every_button_says_that_nothing_is_held(client: FlaskClient, link: str) -> None:
    """And none of them fails."""
    client.post(f"{link}/delete")
    presses = [client.post(f"{link}{path}", data={"pause": "1"}) for path in ("", "/pause", "/resume", "/delete")]
    looks = [client.get(f"{link}{path}") for path in ("", "/data", "/data.json", "/delete")]

    assert {answer.status_code for answer in presses + looks} == {410}
    assert client.post(f"{link}/unsubscribe", follow_redirects=True).status_code == 200


def test_an_unsubscribe_token_does_not_open_the_page(client: FlaskClient, services: Services, place: int) -> None:
    """Every token is for one thing."""
    sealed = urlsplit(services.links.unsubscribe(place)).path.rpartition("/")[2]

    assert client.get(f"/preferences/{sealed}").status_code == 404
