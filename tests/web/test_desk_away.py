"""A real PostgreSQL that lets nobody in for a while, in the middle of an editor's work: every word comes back."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from service.bootstrap import Services
from service.editors.model import Editor
from service.stories.model import Story
from tests.conftest import make_tables
from tests.stories.tales import a_submitted_story

EDIT = "/desk/stories/1/edit"
TITLE, BODY = "The red buses", "Two hours of <i>work</i>. 💛\n\nשלום, and a second paragraph."
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
HOUSE = "storywell_away"


@pytest.fixture
def server(postgres_url: str) -> Iterator[Engine]:
    """The server's own door, beside the database of the test."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture
def database_url(server: Engine) -> Iterator[str]:
    """A PostgreSQL database that nobody else needs."""
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {HOUSE} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {HOUSE}"))
    url = server.url.set(database=HOUSE).render_as_string(hide_password=False)
    make_tables(url)
    yield url
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {HOUSE} WITH (FORCE)"))


@pytest.fixture
def let_in(server: Engine) -> Callable[[bool], None]:
    """Opens the database, or closes it and throws out whoever is connected."""

    def change(is_open: bool) -> None:
        with server.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {HOUSE} ALLOW_CONNECTIONS {is_open}"))
            if not is_open:
                out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
                connection.execute(text(out), {"name": HOUSE})

    return change


@pytest.fixture
def story(services: Services, eve: Editor) -> int:
    """A story that waits at the desk."""
    with services.database.unit() as uow:
        return a_submitted_story(uow.session).id


def form_in(page: str) -> dict[str, str]:
    """The hidden fields of the last form on a page: what its button sends."""
    return {name: unescape(value) for name, value in FIELD.findall(page.rpartition("<form")[2])}


def test_an_editors_words_outlive_a_database_that_is_gone(
    desk: FlaskClient, services: Services, story: int, let_in: Callable[[bool], None]
) -> None:
    """503 in plain words with everything that was typed; the button there saves it once the database is back."""
    begun = dict(FIELD.findall(desk.get(EDIT).text))
    let_in(False)
    page = desk.post(EDIT, data={**begun, "title": TITLE, "teaser": "", "body": BODY})
    assert page.status_code == 503
    assert "We cannot reach our records just now" in page.text
    assert "Two hours of &lt;i&gt;work&lt;/i&gt;. 💛" in page.text
    assert desk.post(EDIT, data=form_in(page.text)).status_code == 503

    let_in(True)
    assert desk.post(EDIT, data=form_in(page.text)).status_code == 303
    with services.database.read() as session:
        words = session.get_one(Story, story).words
        assert (words.title, words.body) == (TITLE, BODY)


def test_a_page_to_read_has_nothing_to_send_again(
    desk: FlaskClient, story: int, let_in: Callable[[bool], None]
) -> None:
    """Only a form comes back as a form."""
    let_in(False)
    page = desk.get(EDIT)

    assert (page.status_code, "Send it again" in page.text) == (503, False)


def test_a_file_has_to_be_chosen_again(desk: FlaskClient, story: int, let_in: Callable[[bool], None]) -> None:
    """A form that came with one cannot be sent again without it."""
    let_in(False)
    page = desk.post(EDIT, data={"title": TITLE, "photo": (BytesIO(b"a photo"), "photo.jpg")})

    assert (page.status_code, "Send it again" in page.text) == (503, False)


def test_a_password_is_never_written_into_a_page(client: FlaskClient, let_in: Callable[[bool], None]) -> None:
    """Who was signing in types it anew."""
    begun = dict(FIELD.findall(client.get("/desk/sign-in").text))
    let_in(False)
    page = client.post(
        "/desk/sign-in", data={**begun, "email": "eve@example.org", "password": "grey kettle on tuesday"}
    )

    assert page.status_code == 503
    assert "grey kettle" not in page.text
