"""Presence: who is alive can prove it, and who died cannot be taken for alive."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import OperationalError
from sqlalchemy import event, text

from service.db import Database, SilentDoorbell
from service.delivery.presence import be_present

HOLD = """
import sys
from pathlib import Path
from sqlalchemy import text

from service.db import Database, SilentDoorbell
from service.delivery.presence import be_present
presence = be_present(Database(sys.argv[1], SilentDoorbell()), Path(sys.argv[2]), "home")
print(presence.name, flush=True)
sys.stdin.read()
"""


def another_worker(database: Database, folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A real process that holds its presence until its standard input ends."""
    url = database.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_living_worker_is_not_gone(database: Database, tmp_path: Path) -> None:
    """Nobody takes over what another process still holds."""
    me = be_present(database, tmp_path)
    process, name = another_worker(database, tmp_path)

    assert me.proven()
    assert not me.is_gone(name)
    assert not me.has_ended(name)
    process.kill()
    process.communicate()
    me.leave()


def test_a_killed_worker_is_gone(database: Database, tmp_path: Path) -> None:
    """kill -9 lets go of the lock at once."""
    me = be_present(database, tmp_path)
    process, name = another_worker(database, tmp_path)
    process.kill()
    process.communicate()

    assert me.is_gone(name)
    assert me.has_ended(name)
    assert me.is_gone("never-was-here")
    me.leave()


def test_one_is_never_gone_to_oneself(database: Database, tmp_path: Path) -> None:
    """A worker does not bury itself."""
    me = be_present(database, tmp_path)

    assert not me.is_gone(me.name)
    me.leave()


def test_a_worker_whose_session_was_cut_proves_itself_under_a_new_name(postgres_url: str, tmp_path: Path) -> None:
    """Its old name may be judged dead, and must never post again."""
    database = Database(postgres_url, SilentDoorbell(), pool_size=2)
    me, other = be_present(database, tmp_path), be_present(database, tmp_path)
    old = me.name
    cut_sessions(database)

    assert not me.proven()
    assert me.proven()
    assert me.name != old
    assert other.is_gone(old)
    me.leave()
    other.leave()
    database.close()


def test_a_worker_whose_session_was_cut_runs_on_under_every_name(postgres_url: str, tmp_path: Path) -> None:
    """So the word that its group was settled waits for it, and the names go with the process."""
    database = Database(postgres_url, SilentDoorbell(), pool_size=2)
    me, other = be_present(database, tmp_path, "home"), be_present(database, tmp_path, "home")
    old = me.name
    cut_sessions(database)
    me.proven()

    assert other.is_gone(old)
    assert not other.has_ended(old)
    assert not other.has_ended(me.name)
    assert not me.has_ended(old)
    me.leave()
    assert other.has_ended(old)
    other.leave()
    database.close()


def test_a_worker_proves_itself_again_after_the_database_was_away(postgres_url: str, tmp_path: Path) -> None:
    """However often it asked in vain meanwhile."""
    database = Database(postgres_url, SilentDoorbell(), pool_size=2)
    me = be_present(database, tmp_path)
    cut_sessions(database)
    with database_away(database):
        assert not me.proven()
        assert not me.proven()

    assert not me.proven()
    assert me.proven()
    me.leave()
    database.close()


def test_a_worker_can_leave_while_the_database_is_away(postgres_url: str, tmp_path: Path) -> None:
    """There is nothing left to give up."""
    database = Database(postgres_url, SilentDoorbell(), pool_size=2)
    me = be_present(database, tmp_path)
    cut_sessions(database)
    with database_away(database):
        me.proven()
        me.leave()
    database.close()


def cut_sessions(database: Database) -> None:
    """End every session that holds an advisory lock."""
    with database.engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        )


@contextmanager
def database_away(database: Database) -> Iterator[None]:
    """Nobody can connect."""
    database.engine.dispose()

    def refuse(*_: object) -> None:
        raise OperationalError("connection refused")

    event.listen(database.engine, "do_connect", refuse)
    try:
        yield
    finally:
        event.remove(database.engine, "do_connect", refuse)
