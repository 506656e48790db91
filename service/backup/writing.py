"""Making a backup: one gzipped tar, from one snapshot of the database, while the product runs."""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Integer, Table, func, select, text

from service.backup.errors import BackupRefused
from service.backup.manifest import FORMAT, MANIFEST, MEDIA, Manifest, TableContents
from service.backup.portable import lines_of, portable_tables
from service.db import Database

_ROWS_A_PART = 10_000
_FAST = 3
"""Level of gzip: level 9 takes five times as long for a tenth less."""


def make_backup(
    database: Database, target: Path, media: Path, *, now: datetime, tell: Callable[[str], object] = bool
) -> Manifest:
    """Write everything but secrets to `target`, which appears when it is whole. Raises BackupRefused or OSError.

    Readable by this account only, because it holds people's addresses. `tell` hears the name of each table.
    """
    if target.exists():
        raise BackupRefused(f"There is a file {target} already; a backup never overwrites one.")
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_FAST, format=tarfile.PAX_FORMAT) as tar:
                manifest = _Writer(tar, now).write(database, media, tell)
            file.flush()
            os.fsync(file.fileno())
        os.rename(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return manifest


class _Writer:
    """Adds members to the tar and keeps their checksums."""

    def __init__(self, tar: tarfile.TarFile, now: datetime) -> None:
        self._tar, self._now = tar, now
        self._checksums: dict[str, str] = {}

    def write(self, database: Database, media: Path, tell: Callable[[str], object]) -> Manifest:
        tables = {}
        with database.read() as session:
            connection = session.connection()
            if not database.is_sqlite:  # SQLite's readers see one snapshot anyway
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            revision = connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
            for table in portable_tables(connection):
                tell(table.name)
                tables[str(table.name)] = self._table(connection, table)
        for path in _files(media):
            self._picture(path, MEDIA + path.relative_to(media).as_posix())
        manifest = Manifest(
            format=FORMAT, revision=revision, made_at=self._now, tables=tables, checksums=self._checksums
        )
        self._add(MANIFEST, manifest.as_bytes())
        return manifest

    def _table(self, connection: Connection, table: Table) -> TableContents:
        rows, part = 0, io.BytesIO()
        parts: list[str] = []
        for line in lines_of(connection, table):
            part.write(line)
            rows += 1
            if rows % _ROWS_A_PART == 0:
                parts.append(self._part(table, len(parts), part))
                part = io.BytesIO()
        if part.tell():
            parts.append(self._part(table, len(parts), part))
        columns = [str(column.name) for column in table.columns]
        return TableContents(columns=columns, rows=rows, parts=parts, last_id=_last_id(connection, table))

    def _part(self, table: Table, number: int, part: io.BytesIO) -> str:
        name = f"tables/{table.name}/{number:05}.jsonl"
        self._add(name, part.getvalue())
        return name

    def _picture(self, path: Path, name: str) -> None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # taken back a moment ago
            return
        self._add(name, content)

    def _add(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(content), 0o600, int(self._now.timestamp())
        self._tar.addfile(member, io.BytesIO(content))
        self._checksums[name] = hashlib.sha256(content).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _last_id(connection: Connection, table: Table) -> int:
    """The last id that the table gave out, also to a row that is gone; 0 where it numbers nothing."""
    if "id" not in table.columns or not isinstance(table.columns.id.type, Integer):
        return 0
    if connection.dialect.name == "sqlite":
        counter = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    else:
        counter = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass)")
    newest = connection.scalar(select(func.max(table.columns.id)))
    return max(int(connection.scalar(counter, {"name": table.name}) or 0), int(newest or 0))
