"""Restoring a backup: everything in one transaction, and whoever was erased since stays erased."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Table, insert, select, text

from service.backup.errors import BackupRefused
from service.backup.manifest import MEDIA, Manifest
from service.backup.portable import portable_tables, rows_of
from service.backup.reading import checked_manifest, members
from service.db import Base, Database, UnitOfWork
from service.tombstones import Tombstone

Replay = Callable[[UnitOfWork, Sequence[Tombstone], datetime], int]
"""Erases again what the journal names and the backup brought back; gives how many. One for each subject."""

_AT_A_TIME = 2000
_SKIPPED_IDS = 1_000_000
"""Ids given out after the backup stand in links that are in mailboxes; nobody else may ever get one of them."""
_UNFINISHED = ("scheduled", "preflight", "sending", "paused")


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did. `unfinished` are issues that the backup calls unfinished: they may have left since."""

    made_at: datetime
    rows: int
    pictures: int
    erased_again: int
    unfinished: list[int]


def restore(
    database: Database,
    source: Path,
    media: Path,
    *,
    tombstones: Sequence[Tombstone],
    replays: Sequence[Replay],
    now: datetime,
    replace: bool = False,
    tell: Callable[[str], object] = bool,
) -> Restored:
    """Put a backup into an empty database, or with `replace` in the place of what is there. Raises BackupRefused.

    The file is checked to its last byte first, and all tables change in one transaction or not at all.
    """
    manifest = checked_manifest(source)
    with database.unit() as uow:
        connection = uow.session.connection()
        tables = {table.name: table for table in _fitting(connection, manifest)}
        with _without_triggers(connection):
            _make_room(connection, list(tables.values()), replace=replace)
            _load(connection, tables, manifest, source, media, tell)
            for name, table in tables.items():
                _set_counter(connection, table, manifest.tables[name].last_id)
        erased = sum(replay(uow, tombstones, now) for replay in replays)
        uow.tombstones.clear()  # they came from the journal
        unfinished = _unfinished(connection, tables)
    return Restored(
        made_at=manifest.made_at, rows=manifest.rows, pictures=manifest.pictures, erased_again=erased,
        unfinished=unfinished,
    )  # fmt: skip


def _fitting(connection: Connection, manifest: Manifest) -> list[Table]:
    """The tables of the database, when they are those of the backup."""
    tables = portable_tables(connection)
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if revision != manifest.revision or {table.name for table in tables} != manifest.tables.keys():
        raise BackupRefused(
            f"The backup has tables of version {manifest.revision} and the database those of {revision}; "
            "restore with the version of Storywell that made it, then upgrade."
        )
    return tables


def _make_room(connection: Connection, tables: Sequence[Table], *, replace: bool) -> None:
    full = [table.name for table in tables if connection.execute(select(table).limit(1)).first() is not None]
    if full and not replace:
        raise BackupRefused(
            f"The database is not empty ({', '.join(full[:3])}{' …' if full[3:] else ''}); "
            "--replace deletes everything that is in it."
        )
    for table in reversed(tables):
        if table.name in full:
            connection.execute(table.delete())


def _load(
    connection: Connection,
    tables: Mapping[str, Table],
    manifest: Manifest,
    source: Path,
    media: Path,
    tell: Callable[[str], object],
) -> None:
    """Second reading of the file: each part into its table, in the order of the file, which is parents first."""
    table_of = {part: name for name, contents in manifest.tables.items() for part in contents.parts}
    loaded = dict.fromkeys(tables, 0)
    for member, content in members(source):
        if member.startswith(MEDIA):
            _put(media / member.removeprefix(MEDIA), content)
        elif name := table_of.get(member):
            tell(member)
            rows = _rows(tables[name], manifest.tables[name].columns, content)
            while some := list(islice(rows, _AT_A_TIME)):
                connection.execute(insert(tables[name]), some)
                loaded[name] += len(some)
    if loaded != {name: contents.rows for name, contents in manifest.tables.items()}:
        raise BackupRefused("The backup's rows are not as many as its manifest says; nothing has been changed.")


def _rows(table: Table, columns: Sequence[str], content: bytes) -> Iterator[dict[str, object]]:
    try:
        yield from rows_of(table, columns, content.splitlines())
    except (ValueError, KeyError, TypeError):
        raise BackupRefused(f"Rows of {table.name} in the backup cannot be read; nothing has been changed.") from None


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)
    path.chmod(0o600)


@contextmanager
def _without_triggers(connection: Connection) -> Iterator[None]:
    """Triggers guard what happens to stories; what is restored has happened. They come back with the transaction."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        before = [f'DROP TRIGGER "{name}"' for name, _ in found]
        after = [statement for _, statement in found]
    else:
        guarded = text("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        names = connection.scalars(guarded).all()
        before, after = ([f"ALTER TABLE {name} {act} TRIGGER USER" for name in names] for act in ("DISABLE", "ENABLE"))
    for statement in before:
        connection.exec_driver_sql(statement)
    yield
    for statement in after:
        connection.exec_driver_sql(statement)


def _set_counter(connection: Connection, table: Table, last_id: int) -> None:
    """Go on numbering after the last id; where no id may ever come back, far after it."""
    model = Base.metadata.tables.get(table.name)
    never_again = model is not None and model.dialect_options["sqlite"].get("autoincrement")
    last_id += _SKIPPED_IDS if never_again else 0
    where = {"name": table.name, "last": last_id}
    if connection.dialect.name != "sqlite":
        if last_id:
            connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), where)
    elif never_again:
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), where)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), where)


def _unfinished(connection: Connection, tables: Mapping[str, Table]) -> list[int]:
    issues = tables["issues"].columns
    query = select(issues.id).where(issues.state.in_(_UNFINISHED)).order_by(issues.id)
    return list(connection.scalars(query))
