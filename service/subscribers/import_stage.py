"""The temporary tables of an import, and the fastest way into them: COPY on PostgreSQL, executemany on SQLite."""

import sqlite3
from collections.abc import Iterable, Iterator

import psycopg
from sqlalchemy import Connection, column, table, text

from service.subscribers.import_rows import Row, Words
from service.subscribers.model import SubscriptionStatus

_GIVEN = ("email", "email_key", "name", "locale", "status", "given_at", "words")
staged = table(
    "import_people",
    *map(column, _GIVEN),
    column("new_reader"),
    column("place"),
    column("known_reader"),
    column("quiet"),
)  # fmt: skip
"""`new_reader` and `place` are ids reserved for a subscriber and a subscription, so that no join has to find them."""

_WORDS = ("number", "text", "version", "lang", "source", "basis")
words = table("import_words", *map(column, _WORDS))

_WITHOUT_OFFSET = len("2024-05-31 09:00:00.000000")

_TABLES = """
DROP TABLE IF EXISTS import_people;
DROP TABLE IF EXISTS import_words;
CREATE TEMPORARY TABLE import_people (
    {row_number} email text, email_key text, name text, locale text, status text, given_at {instant}, words integer,
    new_reader bigint {new_reader}, place bigint {place}, known_reader bigint, quiet boolean
);
CREATE TEMPORARY TABLE import_words (number integer, text text, version text, lang text, source text, basis text)
"""


def stage(connection: Connection, people: Iterable[Row], lang: str) -> None:
    """Put people, and the words they agreed to, into fresh temporary tables; `lang` is theirs if they name none."""
    known: dict[Words, int] = {}
    rows = _rows(people, lang, known)
    if is_sqlite(connection):
        _stage_sqlite(connection, rows, known)
    else:
        _stage_postgresql(connection, rows, known)


def is_sqlite(connection: Connection) -> bool:
    """True on the embedded database."""
    return connection.dialect.name == "sqlite"


def _rows(people: Iterable[Row], lang: str, known: dict[Words, int]) -> Iterator[tuple[object, ...]]:
    """Rows of `_GIVEN`, instants as naive UTC in the words that SQLAlchemy stores; `known` fills with the wordings."""
    confirmed, pending = SubscriptionStatus.CONFIRMED.value, SubscriptionStatus.PENDING.value
    for email, key, name, locale, status, given_at, agreed in people:
        number = None if agreed is None else known.setdefault(agreed, len(known))
        standing = confirmed if agreed and status is SubscriptionStatus.CONFIRMED else pending
        moment = given_at.isoformat(" ", "microseconds")[:_WITHOUT_OFFSET]
        yield email, key, name, locale or lang, standing, moment, number


def _stage_sqlite(connection: Connection, rows: Iterator[tuple[object, ...]], known: dict[Words, int]) -> None:
    """Nobody else writes while we do, so the ids after the last one are ours."""
    ids = {
        name: f"GENERATED ALWAYS AS (row_number + {_last_id(connection, of)})"
        for name, of in (("new_reader", "subscribers"), ("place", "subscriptions"))
    }
    for statement in _TABLES.format(row_number="row_number INTEGER PRIMARY KEY,", instant="text", **ids).split(";"):
        connection.exec_driver_sql(statement)
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    into = f"INSERT INTO import_people ({', '.join(_GIVEN)}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own words
    driver.executemany(into, rows)
    driver.executemany("INSERT INTO import_words VALUES (?, ?, ?, ?, ?, ?)", _numbered(known))


def _last_id(connection: Connection, name: str) -> int:
    last = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name})
    return int(last or 0)


def _stage_postgresql(connection: Connection, rows: Iterator[tuple[object, ...]], known: dict[Words, int]) -> None:
    """The sequences give the ids, as they do for everybody else."""
    ids = {
        name: f"DEFAULT nextval(pg_get_serial_sequence('{of}', 'id'))"
        for name, of in (("new_reader", "subscribers"), ("place", "subscriptions"))
    }
    connection.exec_driver_sql("SET LOCAL random_page_cost = 1")  # or whole tables are read to find a few thousand
    connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
    connection.exec_driver_sql(_TABLES.format(row_number="", instant="timestamptz", **ids))
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY import_people ({', '.join(_GIVEN)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        with cursor.copy("COPY import_words FROM STDIN") as copy:
            for row in _numbered(known):
                copy.write_row(row)


def _numbered(known: dict[Words, int]) -> Iterator[tuple[object, ...]]:
    return ((number, *agreed) for agreed, number in known.items())
