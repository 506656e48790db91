"""`storywell backup` and `storywell restore`."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.bootstrap import Services
from service.cli.backup import backup, restore
from service.subscribers.erasure import erase
from tests.cast import NOW
from tests.subscribers.readers import a_newsletter, ada


@pytest.fixture(autouse=True)
def reader(services: Services) -> int:
    """Ada is on the list; gives her place."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
    return ada(services.database)


def run(services: Services, command: str, *words: object) -> Result:
    """Type the command."""
    return CliRunner().invoke({"backup": backup, "restore": restore}[command], list(map(str, words)), obj=services)


def test_a_backup_says_what_is_in_it_and_what_is_not(services: Services, tmp_path: Path) -> None:
    """For programs: one document; for people: what to keep in another place."""
    document = json.loads(run(services, "backup", tmp_path / "a.tar.gz", "--json").stdout)
    words = run(services, "backup", tmp_path / "b.tar.gz").stdout

    assert document["tables"]["subscribers"] == 1
    assert document["bytes"] == (tmp_path / "a.tar.gz").stat().st_size
    assert document["keep_separately"] == ["SECRET_KEYS"]
    assert "SECRET_KEYS is not in it" in words


def test_no_secret_is_in_a_backup(services: Services, tmp_path: Path) -> None:
    """Whoever finds the file finds no key."""
    run(services, "backup", tmp_path / "a.tar.gz")
    content = gzip.decompress((tmp_path / "a.tar.gz").read_bytes())

    assert b"ada@example" in content
    assert all(key not in content for key in map(str.encode, services.settings.secret_keys))


def test_the_drill_by_the_commands(services: Services, reader: int, tmp_path: Path) -> None:
    """The journal under VAR is read without being named."""
    file = tmp_path / "a.tar.gz"
    run(services, "backup", file)
    with services.database.unit() as uow:
        erase(uow, services.tokens, reader, now=NOW)
    result = run(services, "restore", file, "--replace", "--json")

    assert json.loads(result.stdout)["erased_again"] == 1
    assert "everything that is in the database now will be deleted" in result.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["backup", "taken.tar.gz"], "already; a backup never overwrites one."),
        (["backup", "no/such/folder.tar.gz"], "No such file or directory"),
        (["restore", "missing.tar.gz"], "There is no file"),
        (["restore", "taken.tar.gz"], "Error: The backup is damaged or cut short; nothing has been changed."),
        (["restore", "whole.tar.gz"], "Error: The database is not empty"),
    ],
)
def test_a_failure_is_one_clear_line(services: Services, tmp_path: Path, words: list[str], sentence: str) -> None:
    """And a status that scripts see."""
    (tmp_path / "taken.tar.gz").write_text("no backup")
    run(services, "backup", tmp_path / "whole.tar.gz")
    command, name = words
    result = run(services, command, tmp_path / name)

    assert result.exit_code == 1
    assert sentence in result.stderr.splitlines()[-1]


def test_a_damaged_journal_stops_a_restore(services: Services, tmp_path: Path) -> None:
    """Somebody's erasure may have stood there."""
    run(services, "backup", tmp_path / "a.tar.gz")
    services.settings.erasures.parent.mkdir(parents=True, exist_ok=True)
    services.settings.erasures.write_text("{broken}\n")
    result = run(services, "restore", tmp_path / "a.tar.gz", "--replace")

    assert result.exit_code == 1
    assert "Line 1 of" in result.stderr.splitlines()[-1]
