"""Looking up in SendGrid's log what it sent to somebody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from service.mail.schedule import ProviderAway
from service.mail.sendgrid_client import SendGridClient
from service.mail.sendgrid_logs import SendGridLogs
from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY, client_of, letter


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    """An account that sent Ada and Ben a letter a moment ago."""
    with SendGridStandin(api_key=KEY) as standin, client_of(standin) as client:
        client.post("/v3/mail/send", json=letter("ada@example.test", "ben@example.test"))
        yield standin


@pytest.fixture
def logs(standin: SendGridStandin) -> Iterator[SendGridLogs]:
    """The adapter, over a client of its own."""
    client = SendGridClient(KEY, standin.url)
    yield SendGridLogs(client)
    client.close()


RECENTLY = timedelta(minutes=5)


def test_the_delivery_key_of_a_message_is_found(logs: SendGridLogs) -> None:
    """It is in the detail only."""
    assert list(logs.deliveries_to("ada@example.test", datetime.now(UTC) - RECENTLY)) == ["d-ada"]


def test_nobody_elses_and_nothing_older_is_found(logs: SendGridLogs) -> None:
    """Mal was not written to; and Ada not after this moment."""
    assert list(logs.deliveries_to("mal@example.test", datetime.now(UTC) - RECENTLY)) == []
    assert list(logs.deliveries_to("ada@example.test", datetime.now(UTC) + RECENTLY)) == []


def test_an_address_that_a_query_cannot_hold_is_passed_over(logs: SendGridLogs) -> None:
    """No quotation marks in it, no query of its own."""
    odd = '"x OR y"@example.test'
    assert list(logs.deliveries_to(odd, datetime.now(UTC) - RECENTLY)) == []


def test_without_the_plan_it_says_so(standin: SendGridStandin, logs: SendGridLogs) -> None:
    """403."""
    standin.configure(logs=False)
    with pytest.raises(ProviderAway, match="403"):
        list(logs.deliveries_to("ada@example.test", datetime.now(UTC) - RECENTLY))
