"""Proof that a worker process lives: a lock that the operating system or the database lets go of when it dies.

A lease alone is no proof. A worker that was stopped just before it posted and woken after its lease would post late.
So a `posting` batch is judged only when its worker is proven gone, and a worker that cannot prove its presence does
not post.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
from pathlib import Path
from threading import Lock
from typing import IO, Protocol

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.db import Database


class Presence(Protocol):
    """One worker process, and what it can learn of the others."""

    name: str

    def proven(self) -> bool:
        """True while nobody can take this worker for dead. Asked right before the first byte leaves."""

    def is_gone(self, worker: str) -> bool:
        """True when that worker certainly runs no more, or can never prove again that it does."""

    def has_ended(self, worker: str) -> bool:
        """True when no process of this machine that had that name runs any more: not even one that is stopped.

        Only for workers that keep a journal, and in the folder where their journals are.
        """

    def leave(self) -> None:
        """Give the proof up, as the last thing."""


def be_present(database: Database, folder: Path, home: str = "") -> Presence:
    """Take a lock for this process: a session advisory lock on PostgreSQL, a locked file in `folder` beside SQLite.

    A worker whose transport keeps a journal carries the journals' `home` in its name (see `keeps_journal`).
    """
    name = _new_name(home)
    return FilePresence(name, folder) if database.is_sqlite else AdvisoryPresence(name, database, folder)


def keeps_journal(worker: str) -> bool:
    """Whether that worker writes down message by message what becomes of a group (service/mail/smtp_journal.py)."""
    return "-" in worker


def _new_name(home: str) -> str:
    return f"{home}-{secrets.token_hex(8)}" if home else secrets.token_hex(8)


class LockedFiles:
    """flock(2) on files named after workers; the kernel lets go when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, IO[bytes]] = {}

    def hold(self, name: str) -> None:
        """Lock the file of a name that is ours. Raises OSError when the disk is full."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._path(name).open("wb")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._held[name] = file

    def is_held(self, name: str) -> bool:
        """The lock lasts as long as this process, so only a removed file could end the proof."""
        return self._path(name).exists()

    def has_ended(self, worker: str) -> bool:
        """Try that worker's lock; whoever can take it has outlived its owner."""
        path = self._path(worker)
        if worker in self._held or not path.exists():
            return worker not in self._held
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            path.unlink(missing_ok=True)
            return True

    def leave(self) -> None:
        """Unlock and remove every file that is ours."""
        for name, file in self._held.items():
            self._path(name).unlink(missing_ok=True)
            file.close()

    def _path(self, worker: str) -> Path:
        return self._folder / f"{os.path.basename(worker)}.lock"


class FilePresence:
    """A locked file for this process, and nothing else."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._files = LockedFiles(folder)
        self._files.hold(name)

    def proven(self) -> bool:
        """The file is there."""
        return self._files.is_held(self.name)

    def is_gone(self, worker: str) -> bool:
        """Its file is free."""
        return self._files.has_ended(worker)

    def has_ended(self, worker: str) -> bool:
        """The same: a stopped process keeps its locks."""
        return self._files.has_ended(worker)

    def leave(self) -> None:
        """Unlock and remove the file."""
        self._files.leave()


class AdvisoryPresence:
    """pg_advisory_lock on a connection of its own; PostgreSQL lets go when that session ends.

    A process outlives its session: one that keeps a journal locks a file as well, for each name that it has had.
    """

    def __init__(self, name: str, database: Database, folder: Path) -> None:
        self.name = name
        self._database = database
        self._files = LockedFiles(folder)
        self._busy = Lock()
        self._session = self._hold(name)

    def proven(self) -> bool:
        """Ask over the very session that holds the lock; a session that cannot answer holds nothing."""
        try:
            with self._busy:
                self._session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            self._begin_anew()
            return False
        return True

    def is_gone(self, worker: str) -> bool:
        """Try that worker's lock on another session, and give it back at once."""
        if worker == self.name:
            return False
        with self._database.engine.connect() as other:
            if not other.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(worker)}):
                return False
            other.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _key(worker)})
            return True

    def has_ended(self, worker: str) -> bool:
        """Its file is free, whatever became of its session."""
        return self._files.has_ended(worker)

    def leave(self) -> None:
        """End the session, and the locks with it."""
        with self._busy:
            self._end_session()
            self._files.leave()

    def _hold(self, name: str) -> Connection:
        if keeps_journal(name):
            self._files.hold(name)
        session = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        session.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(name)})
        return session

    def _begin_anew(self) -> None:
        """The session is gone and the old name may be judged dead, so this process goes on under a new one.

        While the database is away there is none: the next question tries again.
        """
        with self._busy, contextlib.suppress(SQLAlchemyError, OSError):
            self._end_session()
            name = _new_name(self.name.rpartition("-")[0])
            self._session = self._hold(name)
            self.name = name

    def _end_session(self) -> None:
        if not self._session.closed:
            self._session.invalidate()
            self._session.close()


def _key(worker: str) -> int:
    return int.from_bytes(hashlib.blake2b(worker.encode(), digest_size=8).digest(), "big", signed=True)
