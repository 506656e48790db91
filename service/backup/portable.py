"""Rows in a form that both databases understand: lines of JSON, one list a row, in the order of the table's columns.

Values travel as they are stored, not as rules see them: what is sealed stays sealed, so a backup tells no more than
the database. Instants are UTC in ISO 8601, bytes are base64.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    Inspector,
    LargeBinary,
    MetaData,
    Table,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from service.backup.errors import BackupRefused
from service.db import UtcDateTime

_AT_A_TIME = 2000
_JSON = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def portable_tables(connection: Connection) -> list[Table]:
    """Every table that the database has, parents first, with plain column types. Raises BackupRefused without any."""
    found, plain = inspect(connection), MetaData()
    names = [name for name, _ in found.get_sorted_table_and_fkc_names() if name and name != "alembic_version"]
    if not names:
        raise BackupRefused("The database has no tables yet; run `storywell db upgrade`.")
    return [Table(name, plain, *_columns(found, name)) for name in names]


def _columns(found: Inspector, table: str) -> Iterator[Column[Any]]:
    key = found.get_pk_constraint(table)["constrained_columns"]
    for column in found.get_columns(table):
        if "computed" not in column:
            kind = _plain(column["type"])
            yield Column(column["name"], kind, primary_key=column["name"] in key, autoincrement=False)


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type that reads and writes a column on both databases. Only instants and JSON are stored differently."""
    if isinstance(kind, DateTime):
        return UtcDateTime()
    return _JSON if isinstance(kind, JSON) else kind


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows as lines, in the order of the primary key, a few thousand in memory at a time."""
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_A_TIME)
    for row in connection.execute(query):
        yield orjson.dumps(list(row), default=_encode, option=orjson.OPT_APPEND_NEWLINE)


def rows_of(table: Table, columns: Sequence[str], lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The rows behind lines that `lines_of` wrote for `columns`. Raises ValueError for lines that it did not write."""
    readers = [_reader(table.columns[name].type) for name in columns]
    for line in lines:
        values = zip(readers, orjson.loads(line), strict=True)
        yield dict(zip(columns, [v if v is None or read is None else read(v) for read, v in values], strict=True))


def _encode(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        return b64encode(value).decode()
    raise TypeError(f"a value of type {type(value).__name__} cannot be kept")


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    return b64decode if isinstance(kind, LargeBinary) else None
