"""The pages behind a confirmation link."""

import pytest
from flask.testing import FlaskClient
from redis import Redis

from service.bootstrap import Services
from service.subscribers.actions import suppress
from service.subscribers.model import SuppressionReason
from tests.cast import BEN
from tests.conftest import Clock, Postbox
from tests.subscribers.readers import a_newsletter, subscription
from tests.web.readers import confirm_path, deliver, sign_up


@pytest.fixture
def link(client: FlaskClient, services: Services, clock: Clock, postbox: Postbox, valkey_socket: str) -> str:
    """Ben has signed up, and this link is in his mailbox."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
    Redis(unix_socket_path=valkey_socket).flushall()
    sign_up(client, services, clock, BEN)
    deliver(services)
    return confirm_path(postbox)


def test_looking_changes_nothing(client: FlaskClient, services: Services, link: str) -> None:
    """Mail scanners follow links, several times."""
    for path in (link, f"{link}/not-me", f"{link}/welcome", link):
        assert client.get(path).status_code in {200, 303}

    assert subscription(services.database, 1).status == "pending"


def test_one_button_confirms_and_welcomes(client: FlaskClient, services: Services, postbox: Postbox, link: str) -> None:
    """One form with one button; a page of thanks; a mail with the ways out."""
    page = client.get(link)

    assert page.text.count("<button") == 1

    answer = client.post(link)
    welcome = client.get(answer.location)
    deliver(services)

    assert (answer.status_code, answer.location) == (303, f"{link}/welcome")
    assert "You are on the list" in welcome.text
    assert services.links.preferences(1) in welcome.text
    assert postbox.mailings[-1].subject == "Welcome: you are on the list"
    assert "Set-Cookie" not in answer.headers


def test_confirming_twice_is_kind(client: FlaskClient, services: Services, postbox: Postbox, link: str) -> None:
    """The second press is welcome too, and the link says that all is well."""
    client.post(link)

    assert client.post(link).location == f"{link}/welcome"
    assert "already on the list" in client.get(link).text


def test_an_expired_link_offers_a_new_one(
    client: FlaskClient, services: Services, clock: Clock, postbox: Postbox, link: str
) -> None:
    """One press, nothing to type, and the new link works."""
    clock.move(days=7)
    page = client.get(link)

    assert page.status_code == 410
    assert f'action="{link}/again"' in page.text
    assert client.post(link).location == link

    answer = client.post(f"{link}/again")
    deliver(services)

    assert answer.location == "/subscribe/sent"
    assert client.post(confirm_path(postbox)).location.endswith("/welcome")


def test_not_me_takes_two_steps_and_leaves_nothing(client: FlaskClient, link: str) -> None:
    """A page, a button, and after that the link leads nowhere."""
    assert client.get(f"{link}/not-me").text.count("<button") == 1

    answer = client.post(f"{link}/not-me")

    assert "will not write to you" in client.get(answer.location).text
    assert client.get(link).status_code == 404


def test_a_suppressed_address_is_told_so(client: FlaskClient, services: Services, clock: Clock, link: str) -> None:
    """Only whoever has the mailbox can see this page."""
    with services.database.unit() as uow:
        suppress(uow, BEN, SuppressionReason.COMPLAINT, tokens=services.tokens, now=clock())

    assert client.post(f"{link}/again").status_code == 409
    assert subscription(services.database, 1).status == "unsubscribed"


@pytest.mark.parametrize("path", ["", "/welcome", "/not-me"])
def test_an_unknown_link_is_a_404(client: FlaskClient, link: str, path: str) -> None:
    """With one sentence, for reading and for pressing."""
    unknown = f"/confirm/{'x' * 43}{path}"

    assert "This link does not work" in client.get(unknown).text
    assert client.get(unknown).status_code == 404
    if path != "/welcome":
        assert client.post(unknown).status_code == 404


def test_nobody_keeps_a_page_with_a_link_in_it(client: FlaskClient, link: str) -> None:
    """Neither caches nor the sites that are visited next."""
    headers = client.get(link).headers

    assert headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in headers["Cache-Control"]
