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
        """True when that worker certainly runs no more."""

    def leave(self) -> None:
        """Give the proof up, as the last thing."""


def be_present(database: Database, folder: Path, home: str = "") -> Presence:
    """Take a lock for this process: a session advisory lock on PostgreSQL, a locked file in `folder` beside SQLite.

    A worker whose transport keeps a journal carries the journals' `home` in its name (see `keeps_journal`).
    """
    name = _new_name(home)
    return FilePresence(name, folder) if database.is_sqlite else AdvisoryPresence(name, database)


def keeps_journal(worker: str) -> bool:
    """Whether that worker writes down message by message what becomes of a group (service/mail/smtp_journal.py)."""
    return "-" in worker


def _new_name(home: str) -> str:
    return f"{home}-{secrets.token_hex(8)}" if home else secrets.token_hex(8)


class FilePresence:
    """flock(2) on a file named after the worker; the kernel lets go when the process ends, however it ends."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = self._path(name).open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def proven(self) -> bool:
        """The lock lasts as long as this process, so only a removed file could end the proof."""
        return self._path(self.name).exists()

    def is_gone(self, worker: str) -> bool:
        """Try that worker's lock; whoever can take it has outlived its owner."""
        path = self._path(worker)
        if worker == self.name or not path.exists():
            return worker != self.name
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            path.unlink(missing_ok=True)
            return True

    def leave(self) -> None:
        """Unlock and remove the file."""
        self._path(self.name).unlink(missing_ok=True)
        self._file.close()

    def _path(self, worker: str) -> Path:
        return self._folder / f"{os.path.basename(worker)}.lock"


class AdvisoryPresence:
    """pg_advisory_lock on a connection of its own; PostgreSQL lets go when that session ends."""

    def __init__(self, name: str, database: Database) -> None:
        self.name = name
        self._database = database
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

    def _hold(self, name: str) -> Connection:
        session = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        session.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(name)})
        return session

    def _begin_anew(self) -> None:
        """The session is gone and the old name may be judged dead, so this process goes on under a new one."""
        with self._busy, contextlib.suppress(SQLAlchemyError):
            self._session.invalidate()
            self._session.close()
            name = _new_name(self.name.rpartition("-")[0])
            self._session = self._hold(name)
            self.name = name

    def leave(self) -> None:
        """End the session, and the lock with it."""
        with self._busy:
            self._session.invalidate()
            self._session.close()


def _key(worker: str) -> int:
    return int.from_bytes(hashlib.blake2b(worker.encode(), digest_size=8).digest(), "big", signed=True)
