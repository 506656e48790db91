"""The database: the declarative base, the only sessionmaker, and the unit of work that rings doorbells after commit."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol, dataclass_transform

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Text,
    create_engine,
    event,
    make_url,
)
from sqlalchemy import Enum as EnumColumn
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, mapped_column, relationship, sessionmaker
from sqlalchemy.types import TypeDecorator

SQLITE_WAIT_SECONDS = 30
CONNECT_SECONDS = 5
"""So long a server that does not answer keeps a visitor waiting, unless its address says another `connect_timeout`."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. Stored as timestamptz, or as naive UTC in SQLite; naive values are refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values (ValueError) and hand UTC to the driver."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give an aware UTC value back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit row id; SQLite numbers rows by itself only in a column of type INTEGER."""

Json = JSON().with_variant(JSONB(), "postgresql")


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, relationship))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """The ground of every table. Rows are compared by identity and never print their contents into a log."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration
        datetime: UtcDateTime(),
        str: Text(),
        int: BigId,
        dict[str, Any]: Json,
        list[str]: Json,
        list[int]: Json,
        list[dict[str, Any]]: Json,
        Enum: EnumColumn(Enum, native_enum=False, length=32, values_callable=lambda kind: [m.value for m in kind]),
    }


class Doorbell(Protocol):
    """Tells a worker to look at a row. Never raises and never waits: the sweep looks again at whatever was not rung."""

    def ring(self, task: str, row: int) -> None:
        """Ask for `task` to be run with the id `row`."""


class SilentDoorbell:
    """Rings nobody; the sweep finds the work. For commands and tests without a queue."""

    def ring(self, task: str, row: int) -> None:
        """Do nothing."""


class Journal(Protocol):
    """Keeps outside the database what a restored backup must not undo."""

    def keep(self, tombstones: Sequence[Mapping[str, Any]]) -> None:
        """Write them down durably, or raise: then nothing is committed either."""


class UnitOfWork:
    """One transaction. Actions change rows through `session` and leave notes; whoever opened it closes it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.notes: list[tuple[str, int]] = []
        self.tombstones: list[Mapping[str, Any]] = []

    def enqueue(self, task: str, row: int, *, times: int = 1) -> None:
        """Have `task` rung with the id `row` if, and only if, this unit commits: once, or for so many workers."""
        if (task, row) not in self.notes:
            self.notes.extend([(task, row)] * times)

    def journal_erasure(self, kind: str, key: str, *, now: datetime, **facts: str) -> None:
        """Have the journal say, before this unit commits, that what a keyed hash or an id stands for ended at `now`."""
        self.tombstones.append({"at": now.astimezone(UTC).isoformat(), "kind": kind, "key": key, **facts})


class Database:
    """Opens units of work (write) and sessions that cannot write (read)."""

    def __init__(self, url: str, doorbell: Doorbell, *, pool_size: int = 10, journal: Journal | None = None) -> None:
        self.engine = make_engine(url, pool_size=pool_size)
        self._doorbell, self._journal = doorbell, journal
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """True on the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def unit(self) -> Iterator[UnitOfWork]:
        """A transaction that may write: journals and commits when the block ends, rolls back when it raises; rings."""
        with self._sessions() as session, session.begin():
            session.connection(execution_options={"storywell_write": True})
            unit = UnitOfWork(session)
            yield unit
            if unit.tombstones and self._journal is not None:
                session.flush()
                self._journal.keep(unit.tombstones)
        for task, row in unit.notes:
            self._doorbell.ring(task, row)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session in which the database itself refuses every change."""
        with self._sessions() as session, session.begin():
            session.connection(execution_options={"storywell_write": False})
            yield session

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine with the pragmas, the explicit BEGIN and the read-only switch that units and reads rely on.

    Parameters stay out of its errors, because errors reach the log and parameters are people.
    """
    if not url.startswith("sqlite"):
        patience = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(
            url,
            connect_args=patience,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    engine = create_engine(url, connect_args={"timeout": SQLITE_WAIT_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; the driver's own would take the write lock too late
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_WAIT_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("storywell_write", True)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get("storywell_write", True):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
