"""The way off the list, for people and for mailboxes (RFC 8058)."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.subscribers.erasure import erase
from tests.cast import ADA
from tests.conftest import Clock
from tests.subscribers.readers import a_newsletter, ada, subscription

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def place(services: Services) -> int:
    """Ada is on the list; the id of her subscription."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
    return ada(services.database)


@pytest.fixture
def link(services: Services, place: int) -> str:
    """The address in her mail's header."""
    return urlsplit(services.links.unsubscribe(place)).path


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_takes_her_off_without_a_cookie_or_a_redirect(
    client: FlaskClient, services: Services, place: int, link: str, kind: str
) -> None:
    """A mailbox sends it, in either of the two forms the RFC allows."""
    answer = client.post(link, data=ONE_CLICK, content_type=kind)

    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert not subscription(services.database, place).sendable
    assert subscription(services.database, place).unsubscribed_by == "one_click"


def test_one_click_may_be_repeated_for_ever(
    client: FlaskClient, services: Services, clock: Clock, place: int, link: str
) -> None:
    """Years later, and after the subscription is erased."""
    answers = [client.post(link, data=ONE_CLICK)]
    clock.move(days=3 * 365)
    answers.append(client.post(link, data=ONE_CLICK))
    with services.database.unit() as uow:
        erase(uow, services.tokens, place, now=clock())
    answers.append(client.post(link, data=ONE_CLICK))

    assert {(answer.status_code, answer.data) for answer in answers} == {(200, answers[0].data)}
    assert "You are off the list" in client.get(link).text


def test_the_token_may_stand_in_the_query(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """Some senders write it so."""
    token = link.rpartition("/")[2]

    assert client.post(f"/unsubscribe?token={token}", data=ONE_CLICK).status_code == 200
    assert not subscription(services.database, place).sendable


def test_looking_changes_nothing(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """The page has one button, and shows her address to nobody else."""
    page = client.get(link)

    assert page.text.count("<button") == 1
    assert "a•••@example.test" in page.text
    assert ADA not in page.text
    assert subscription(services.database, place).sendable


def test_the_button_takes_her_off(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """Then the page says so, and shows the ways on."""
    answer = client.post(link)
    page = client.get(answer.location)

    assert (answer.status_code, answer.location) == (303, link)
    assert "You are off the list" in page.text
    assert services.links.preferences(place) in page.text
    assert subscription(services.database, place).unsubscribed_by == "page"


def test_a_press_by_mistake_can_be_undone(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """One button, and she is back."""
    client.post(link)
    answer = client.post(f"{link}/undo", follow_redirects=True)

    assert "You are back on the list" in answer.text
    assert subscription(services.database, place).sendable


def test_an_old_mail_cannot_put_her_back(
    client: FlaskClient, services: Services, clock: Clock, place: int, link: str
) -> None:
    """After thirty days neither the button nor its address works."""
    client.post(link)
    clock.move(days=31)

    assert "<button" not in client.get(link).text
    assert client.post(f"{link}/undo").status_code == 410
    assert not subscription(services.database, place).sendable


@pytest.mark.parametrize("token", ["x" * 22, "x", "%00", "'--", "preferences"])
def test_a_forged_token_is_a_404(client: FlaskClient, services: Services, place: int, token: str) -> None:
    """For looking, for pressing, and for mailboxes; a token for something else is forged too."""
    token = urlsplit(services.links.preferences(place)).path.rpartition("/")[2] if token == "preferences" else token

    assert client.get(f"/unsubscribe/{token}").status_code == 404
    assert client.post(f"/unsubscribe/{token}", data=ONE_CLICK).status_code == 404
    assert client.post(f"/unsubscribe?token={token}", data=ONE_CLICK).status_code == 404
    assert subscription(services.database, place).sendable


def test_the_time_of_leaving_is_the_time_of_the_press(
    client: FlaskClient, services: Services, clock: Clock, place: int, link: str
) -> None:
    """The proof that we acted in seconds."""
    pressed = clock() + timedelta(hours=1)
    clock.move(hours=1)
    client.post(link, data=ONE_CLICK)

    assert subscription(services.database, place).unsubscribed_at == pressed
