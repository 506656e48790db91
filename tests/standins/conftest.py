"""A stand-in with the cast's key, and a client that knows it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY, client_of


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    with SendGridStandin(api_key=KEY) as standin:
        yield standin


@pytest.fixture
def client(standin: SendGridStandin) -> Iterator[httpx.Client]:
    with client_of(standin) as client:
        yield client
