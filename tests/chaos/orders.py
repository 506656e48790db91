"""What befalls a process at a named point: it is killed, or it stops until somebody wakes it. And the run's diary."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self


class Fate(StrEnum):
    """What a process does to itself at a point."""

    KILL = "kill"
    """SIGKILL: it ends here."""
    STOP = "stop"
    """SIGSTOP: it sleeps through every lease; the house wakes it later."""
    CUT = "cut"
    """SIGSTOP, and while it sleeps the house cuts its sessions with the database; then it is woken."""


@dataclass(frozen=True)
class Order:
    """For the process that makes the `nth` passing of `point` in the run."""

    point: str
    nth: int
    fate: Fate

    @classmethod
    def read(cls, text: str) -> list[Self]:
        """Orders out of a process's environment."""
        return [cls(one["point"], one["nth"], Fate(one["fate"])) for one in json.loads(text or "[]")]

    @staticmethod
    def write(orders: Iterable["Order"]) -> str:
        """For a process's environment."""
        return json.dumps([asdict(order) for order in orders])


@dataclass(frozen=True)
class Entry:
    """One line of the diary: this process passed this point; `what` is a batch, or what befell it there."""

    at: float
    pid: int
    point: str
    what: str


CELLS = 5
"""Of a line of the diary: the entry, and a dot."""


class Diary:
    """One file a run that every process appends to (O_APPEND).

    A line that ends without its dot is being written, or its writer was killed while it wrote; and so that the next one
    is whole even then, each begins with a line end of its own.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        self._known: list[Entry] = []
        self._until = 0
        """So many bytes of the file are known."""

    def write(self, point: str, what: object = "") -> None:
        """Add a line."""
        os.write(self._file, f"\n{time.time():.6f}\t{os.getpid()}\t{point}\t{what}\t.".encode())

    def read(self) -> list[Entry]:
        """All whole lines so far."""
        *new, last = os.pread(self._file, os.fstat(self._file).st_size - self._until, self._until).split(b"\n")
        self._known += _entries(new)
        self._until += sum(len(line) + 1 for line in new)
        return self._known + _entries([last])

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _entries(lines: Iterable[bytes]) -> list[Entry]:
    rows = (line.decode().split("\t") for line in lines)
    return [Entry(float(row[0]), int(row[1]), row[2], row[3]) for row in rows if len(row) == CELLS]


def points_since(entries: list[Entry], at: float, point: str) -> int:
    """How often a point was passed after a moment."""
    return sum(entry.point == point and entry.at > at for entry in entries)


class Fates:
    """Counts how often the processes of the run passed each point, and does to this one what was ordered."""

    def __init__(self, orders: list[Order], diary: Diary, folder: Path) -> None:
        self._orders = {order.point: order for order in orders}
        self._diary = diary
        self._folder = folder

    def passing(self, point: str, what: object = "") -> None:
        """This process comes by a point. It may not return, or return much later."""
        order = self._orders.get(point)
        is_it = order is not None and self._count(point) == order.nth
        self._diary.write(point, what)
        if order is not None and is_it:
            self._diary.write(f"!{order.fate}", point)
            os.kill(os.getpid(), signal.SIGKILL if order.fate is Fate.KILL else signal.SIGSTOP)

    def _count(self, point: str) -> int:
        """Which passing this is in the whole run: the length of a file that everybody adds a byte to."""
        with (self._folder / f"passed-{point}").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(b".")
            file.flush()
            return file.tell()
