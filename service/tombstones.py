"""The journal of erasures: what a restored backup must not bring back. A file beside the database, lines of JSON.

A line says since when (`at`, UTC), what kind, and by a keyed hash or a row's id (`key`) who or what is gone; a
suppression has its reason and end too, an unsubscription its route. No line holds a name or an address. Lines are only
ever added, and are on the disk before the change is committed: a crash between the two leaves a line too many, never
one too few.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


class JournalDamaged(Exception):
    """A line of the journal cannot be read; the message is one sentence that names it."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One line: what is gone, since when, and what else was said."""

    at: datetime
    kind: str
    key: str
    facts: Mapping[str, str] = field(default_factory=dict)


class ErasureJournal:
    """Adds to the journal. Several processes may add at the same time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, tombstones: Sequence[Mapping[str, Any]]) -> None:
        """Add lines in one write, and return when they are on the disk. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(one) + "\n" for one in tombstones)
        is_new = not self._path.exists()
        handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, (_mend(handle) + lines).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            _make_durable(self._path.parent)


def read_journal(path: Path) -> Iterator[Tombstone]:
    """The tombstones, oldest first; none without a file. Raises JournalDamaged.

    A line that a crash cut short is left out: what it was about was not committed.
    """
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            try:
                facts = json.loads(line)
                yield Tombstone(datetime.fromisoformat(facts.pop("at")), facts.pop("kind"), facts.pop("key"), facts)
            except (ValueError, KeyError, AttributeError, TypeError):
                if line.rstrip().endswith("}"):
                    raise JournalDamaged(f"Line {number} of {path} cannot be read.") from None


def _mend(handle: int) -> str:
    """What ends a line that a crash cut short, so that the next one stands on its own."""
    size = os.fstat(handle).st_size
    return "" if not size or os.pread(handle, 1, size - 1) == b"\n" else "\n"


def _make_durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
