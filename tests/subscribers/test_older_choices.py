"""What readers had chosen before there were profiles is kept by the migration."""

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from service.cli.database import alembic_config
from service.subscribers.reading import Reading, from_text
from tests.cast import NOW

BEFORE, SINCE = "0009", "0010"
STAMP = NOW.strftime("%Y-%m-%d %H:%M:%S.000000")


@pytest.fixture
def older(database_url: str) -> str:
    """A database from before, with two readers: the first is resting, and wants plain text only."""
    url = _beside(database_url)
    command.upgrade(alembic_config(url), BEFORE)
    engine = create_engine(url)
    with engine.begin() as connection:
        for number, plain in ((1, True), (2, False)):
            connection.execute(
                text(
                    "INSERT INTO subscribers (id, email, email_key, name, locale, zone, plain_text_only, suppressed, "
                    "paused_until, created_at) VALUES (:id, :email, :email, '', 'en-GB', 'UTC', :plain, false, "
                    ":until, :at)"
                ),
                {
                    "id": number,
                    "email": f"reader{number}@example.test",
                    "plain": plain,
                    "until": STAMP if plain else None,
                    "at": STAMP,
                },
            )
    engine.dispose()
    return url


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """What a query finds."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def test_who_wanted_plain_text_still_gets_it(older: str) -> None:
    """Everybody else reads the standard."""
    command.upgrade(alembic_config(older), SINCE)

    ((key, stored),) = rows(older, "SELECT key, sealed FROM reading_profiles")
    assert from_text(str(stored)) == Reading(plain_text=True)
    assert rows(older, "SELECT reading FROM subscribers ORDER BY id") == [(key,), ("",)]


def test_a_pause_that_runs_goes_on(older: str) -> None:
    """With a beginning, so that its end can offer what was missed."""
    command.upgrade(alembic_config(older), SINCE)

    resting = "SELECT id FROM subscribers WHERE paused_until IS NOT NULL"
    assert rows(older, f"{resting} AND rested_from IS NOT NULL") == rows(older, resting) == [(1,)]
    assert rows(older, "SELECT id FROM subscribers WHERE rested_from IS NOT NULL") == [(1,)]


def test_the_way_back_keeps_plain_text_too(older: str) -> None:
    """What the older tables can say, they say again."""
    command.upgrade(alembic_config(older), SINCE)
    command.downgrade(alembic_config(older), BEFORE)

    assert rows(older, "SELECT id FROM subscribers WHERE plain_text_only") == [(1,)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ids_are_still_never_used_again(older: str) -> None:
    """Links outlive rows, so a table that is changed must keep counting (SQLite would forget)."""
    command.upgrade(alembic_config(older), SINCE)

    ((made,),) = rows(older, "SELECT sql FROM sqlite_master WHERE name = 'subscribers'")
    assert "AUTOINCREMENT" in str(made)


def _beside(url: str) -> str:
    if url.startswith("sqlite"):
        return url + ".older"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS older WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE older"))
    admin.dispose()
    return admin.url.set(database="older").render_as_string(hide_password=False)
