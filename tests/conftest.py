"""Fixtures: both databases, a real Valkey, the services over them, and a client that has signed in."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from alembic import command
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from service.app import create_app
from service.bootstrap import Services, bootstrap
from service.cli.database import alembic_config
from service.db import Base, Database
from service.editors.model import Editor, Role
from service.mail.bulk import Circular, Prepared, SpelledOut
from service.mail.message import Mailing, Receipt
from service.outside import Outside
from service.settings import Settings
from service.vault import Vault
from service.web import limits
from tests.cast import EVE, NOW
from tests.servers import postgresql, valkey
from tests.small_web import an_outside, make_certificate, small_web

# `make test` tries the same examples every time; `make fuzz` looks for new ones
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.load_profile("repeatable")

TEST_SECRET = "a-secret-that-only-the-tests-know-0123456789"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say in one sentence what is missing, instead of failing fifty journeys."""
    if not hasattr(session.config, "workerinput") and shutil.which("chromium") is None:
        pytest.exit("chromium is not installed and the journeys need it: apt-get install chromium", returncode=1)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        """Move by a timedelta's words and give the new instant."""
        self.at += timedelta(**by)
        return self.at


class Postbox:
    """A Mailer that keeps what it is given."""

    largest = 1000

    def __init__(self) -> None:
        self.mailings: list[Mailing] = []

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Keep it."""
        self.mailings.append(mailing)
        return Receipt(f"postbox-{len(self.mailings)}")

    def prepare(self, circular: Circular) -> Prepared:
        """Every group of it becomes a mailing."""
        return SpelledOut(circular, self.hand_over)

    def close(self) -> None:
        """Nothing to let go of."""


class Moody(Postbox):
    """A transport that says what it is told to say, in turn, and then takes everything."""

    def __init__(self, *moods: Exception) -> None:
        super().__init__()
        self.moods = list(moods)

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Raise the next mood, or keep the mailing."""
        if self.moods:
            raise self.moods.pop(0)
        return super().hand_over(mailing)


class Chime:
    """A Doorbell that remembers who was rung."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, int]] = []

    def ring(self, task: str, row: int) -> None:
        """Remember it."""
        self.rung.append((task, row))


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """An empty PostgreSQL database of this test process, with the tables in it."""
    with postgresql() as server:
        name = f"storywell_{worker_id}_{os.getpid()}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = admin.url.set(database=name)
        make_tables(url.render_as_string(hide_password=False))
        yield url.render_as_string(hide_password=False)
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def make_tables(url: str) -> None:
    """Make the tables of the models at once; tests/contracts/test_migrations.py holds the migrations against them."""
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    command.stamp(alembic_config(url), "head")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables in it, to be copied for each test."""
    path = tmp_path_factory.mktemp("template") / "storywell.sqlite3"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with empty tables: every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        target = tmp_path / "storywell.sqlite3"
        target.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        yield f"sqlite:///{target}"
        return
    empty = request.getfixturevalue("emptying")
    yield request.getfixturevalue("postgres_url")
    empty()


@pytest.fixture(scope="session")
def emptying(postgres_url: str) -> Iterator[Callable[[], None]]:
    """Empty every table of the PostgreSQL database, and number its rows from 1 again.

    DELETE takes 13 ms where TRUNCATE takes 200, because most tables are empty; `replica` lets it past the triggers.
    """
    engine = create_engine(postgres_url)
    deletes = "".join(f'DELETE FROM "{table.name}";' for table in Base.metadata.sorted_tables)
    statement = f"DO $$ DECLARE s text; BEGIN SET LOCAL session_replication_role = replica; {deletes} {_RESTART} END $$"

    def empty() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)

    yield empty
    engine.dispose()


_RESTART = """
FOR s IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE last_value IS NOT NULL
LOOP PERFORM setval(s, 1, false); END LOOP;
"""


@pytest.fixture(scope="session")
def valkey_socket() -> Iterator[str]:
    """The socket of a Valkey server of this test process."""
    with valkey() as socket:
        yield socket


@pytest.fixture
def clock() -> Clock:
    """The clock of the services; it stands at NOW."""
    return Clock()


@pytest.fixture
def chime() -> Chime:
    """The doorbell of the services."""
    return Chime()


@pytest.fixture
def postbox() -> Postbox:
    """The mailer of the services."""
    return Postbox()


@pytest.fixture
def database(database_url: str, chime: Chime) -> Iterator[Database]:
    """A database with empty tables, on SQLite and on PostgreSQL."""
    database = Database(database_url, chime, pool_size=2)
    Vault((TEST_SECRET.encode(),)).guard(database.engine)
    yield database
    database.close()


@pytest.fixture
def settings(database_url: str, valkey_socket: str, tmp_path: Path) -> Settings:
    """Settings over the test servers."""
    return Settings(
        var=tmp_path / "var",
        database_url=database_url,
        redis_url=f"unix://{valkey_socket}",
        public_url="http://localhost",
        secret_keys=(TEST_SECRET,),
    )


@pytest.fixture
def services(settings: Settings, chime: Chime, postbox: Postbox, clock: Clock) -> Iterator[Services]:
    """The services over both databases in turn, with a postbox instead of a transport."""
    services = bootstrap(settings, doorbell=chime, mailer=postbox, clock=clock)
    yield services
    services.close()


@pytest.fixture(scope="session")
def apps() -> dict[tuple[object, ...], Flask]:
    """One application for each way that settings shape it: its routes and templates take longer than most tests."""
    return {}


@pytest.fixture
def app(services: Services, apps: dict[tuple[object, ...], Flask]) -> Flask:
    """The whole web application, over the services of this test."""
    settings = services.settings
    shape = (settings.mail_transport, settings.site_url, settings.trusted_proxies, settings.secret_keys)
    if shape not in apps:
        apps[shape] = create_app(services)
    app = apps[shape]
    app.extensions["storywell"] = services
    limits.register(app)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Mal: a visitor who has not signed in."""
    return app.test_client()


@pytest.fixture
def eve(services: Services) -> Editor:
    """Eve, an editor."""
    with services.database.unit() as uow:
        eve = Editor(email=EVE, name="Eve", role=Role.EDITOR, created_at=NOW)
        uow.session.add(eve)
    return eve


@pytest.fixture
def desk(app: Flask, eve: Editor) -> FlaskClient:
    """Eve's browser, signed in at the desk."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = eve.fs_uniquifier
        session["_fresh"] = True
    return client


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for HOST."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def port(certificate: Path) -> Iterator[int]:
    """The port of the small web."""
    with small_web(certificate) as port:
        yield port


@pytest.fixture
def outside(certificate: Path) -> Outside:
    """Somebody who knows HOST alone."""
    return an_outside(certificate)
