"""The journal of erasures: durable lines without a name, read back whatever a crash did to the last one."""

import json
from pathlib import Path

import pytest

from service.db import Database
from service.tombstones import ErasureJournal, JournalDamaged, Tombstone, read_journal
from tests.cast import NOW
from tests.conftest import Chime

LINE = {"at": NOW.isoformat(), "kind": "subscriber", "key": "a1"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is kept."""
    return tmp_path / "var" / "erasures.jsonl"


def test_what_is_kept_can_be_read(path: Path) -> None:
    """In order, with what else was said."""
    journal = ErasureJournal(path)
    journal.keep([LINE])
    journal.keep([LINE | {"key": "b2", "reason": "complaint"}])

    assert list(read_journal(path)) == [
        Tombstone(NOW, "subscriber", "a1"),
        Tombstone(NOW, "subscriber", "b2", {"reason": "complaint"}),
    ]


def test_only_this_account_may_read_it(path: Path) -> None:
    """Hashes of addresses can be tried out by whoever has the keys."""
    ErasureJournal(path).keep([LINE])

    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_file_nobody_is_named(path: Path) -> None:
    """A new installation."""
    assert list(read_journal(path)) == []


def test_a_line_that_a_crash_cut_short_harms_nobody(path: Path) -> None:
    """Neither when it is the last one, nor when others follow it."""
    journal = ErasureJournal(path)
    journal.keep([LINE])
    with path.open("a") as file:
        file.write(json.dumps(LINE)[:20])

    assert len(list(read_journal(path))) == 1
    journal.keep([LINE])

    assert len(list(read_journal(path))) == 2


def test_a_damaged_line_is_named(path: Path) -> None:
    """Somebody's erasure may have stood there."""
    ErasureJournal(path).keep([LINE, LINE])
    path.write_text('{"at": "yesterday"}\n' + path.read_text())

    with pytest.raises(JournalDamaged, match=r"^Line 1 of .* cannot be read\.$"):
        list(read_journal(path))


def test_a_unit_journals_before_it_commits(database_url: str, path: Path, chime: Chime) -> None:
    """And not at all when it fails."""
    database = Database(database_url, chime, pool_size=1, journal=ErasureJournal(path))
    with database.unit() as uow:
        uow.journal_erasure("subscriber", "a1", now=NOW)
    with pytest.raises(ZeroDivisionError), database.unit() as uow:
        uow.journal_erasure("subscriber", "b2", now=NOW)
        1 / 0  # noqa: B018
    database.close()

    assert [stone.key for stone in read_journal(path)] == ["a1"]


def test_nothing_is_committed_that_the_journal_did_not_take(database: Database, path: Path) -> None:
    """A full disk stops the erasure, and its reader is told so, instead of a promise that a restore would break."""
    path.mkdir(parents=True)
    database._journal = ErasureJournal(path)  # a folder stands where the file should be
    with pytest.raises(OSError, match="directory"), database.unit() as uow:
        uow.journal_erasure("subscriber", "a1", now=NOW)
