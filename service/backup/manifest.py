"""The manifest of a backup: what is in it, how much, and the checksum of each part."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

import orjson

from service.backup.errors import BackupRefused

FORMAT = 1
MANIFEST = "manifest.json"
MEDIA = "media/"
MOST_BYTES = 64 << 20
"""No part is longer, but for pictures; a file that claims otherwise is none of ours."""


@dataclass(frozen=True, kw_only=True)
class TableContents:
    """One table: its columns, how many rows, its parts in order, and the last id it ever gave out."""

    columns: list[str]
    rows: int
    parts: list[str]
    last_id: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything that is checked before a row is restored. It stands last in the file, so a cut file has none."""

    format: int
    revision: str
    made_at: datetime
    tables: dict[str, TableContents]
    checksums: dict[str, str] = field(repr=False)
    """SHA-256 of every member, by name."""

    def as_bytes(self) -> bytes:
        """The manifest as JSON."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @classmethod
    def read(cls, content: bytes) -> Self:
        """The manifest behind `as_bytes`. Raises BackupRefused."""
        try:
            found: dict[str, Any] = orjson.loads(content)
            if found["format"] != FORMAT:
                raise BackupRefused(f"The backup has format {found['format']}; this version reads format {FORMAT}.")
            tables = {name: TableContents(**contents) for name, contents in found["tables"].items()}
            made_at = datetime.fromisoformat(found["made_at"])
            return cls(**found | {"tables": tables, "made_at": made_at})
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupRefused("The backup's manifest cannot be read.") from None

    @property
    def rows(self) -> int:
        """How many rows there are, over all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def pictures(self) -> int:
        """How many files of the media folder there are."""
        return sum(name.startswith(MEDIA) for name in self.checksums)
