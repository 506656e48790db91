"""Fixtures of the web tests: limits that start from nothing, and Eve's ways to sign in."""

import pytest
from flask.testing import FlaskClient
from redis import Redis

from service.bootstrap import Services
from service.editors.actions import make_sign_in_link, set_password
from service.editors.model import Editor
from tests.conftest import Clock, Postbox
from tests.stories.tales import a_draft
from tests.web.at_desk import PASSWORD
from tests.web.teller import begin, link_in, path_of, post


@pytest.fixture(autouse=True)
def no_tries_yet(valkey_socket: str) -> None:
    """The limits count from nothing in every test."""
    with Redis(unix_socket_path=valkey_socket) as redis:
        redis.flushdb()


@pytest.fixture
def password(services: Services, eve: Editor) -> str:
    """Eve's password, set."""
    with services.database.unit() as uow:
        set_password(uow, uow.session.get_one(Editor, eve.id), PASSWORD, now=services.clock())
    return PASSWORD


@pytest.fixture
def link(services: Services, eve: Editor) -> str:
    """The path of a fresh sign-in link for Eve."""
    with services.database.unit() as uow:
        return "/desk/enter/" + make_sign_in_link(uow, eve, tokens=services.tokens, now=services.clock())


@pytest.fixture
def draft(client: FlaskClient, clock: Clock) -> str:
    """The path of a draft that was just begun."""
    return begin(client, clock).headers["Location"].removesuffix("/who")


@pytest.fixture
def told(services: Services) -> str:
    """The path of a draft in which every question is answered."""
    with services.database.unit() as uow:
        return path_of(services, a_draft(uow))


@pytest.fixture
def proof(client: FlaskClient, services: Services, told: str, postbox: Postbox) -> str:
    """The path in the mail that proves the address."""
    client.post(f"{told}/check")
    post(services, postbox)
    return link_in(postbox)
