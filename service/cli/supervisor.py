"""A small supervisor: starts the parts in order, restarts one that dies, and stops all of them in time."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

STOP_SECONDS = 4.0
MOST_DEATHS_A_MINUTE = 5
_PR_SET_PDEATHSIG = 1


class PartFailed(Exception):
    """A part of the service does not stay up; the message is one sentence that names it."""


@dataclass
class Part:
    """One process of the group. `ready` says when the next one may start."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches only the supervisor, which knows the order."""
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            process_group=0,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )

    def is_up(self) -> bool:
        """True while its process runs."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Runs parts as one group until it is told to stop."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        self._stop = threading.Event()

    def stop(self, *_: object) -> None:
        """Ask for the end; also a signal's handler."""
        self._stop.set()

    def run(self, announce: Callable[[], None], *, start_seconds: float = 30) -> None:
        """Start all, announce, watch until stopped. Raises PartFailed when one cannot be kept up."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        try:
            for part in self._parts:
                part.start()
                self._await(part, start_seconds)
            if not self._stop.is_set():
                announce()
            while not self._stop.wait(0.5):
                self._revive()
        finally:
            self._stop_all()

    def _await(self, part: Part, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._stop.is_set() and not part.ready():
            if not part.is_up():
                raise PartFailed(f"{part.name} did not start; its last lines above say why")
            if time.monotonic() > deadline:
                raise PartFailed(f"{part.name} was not ready after {seconds:.0f} s")
            time.sleep(0.02)

    def _revive(self) -> None:
        now = time.monotonic()
        for part in self._parts:
            if part.is_up():
                continue
            part.deaths = [death for death in part.deaths if now - death < 60] + [now]
            if len(part.deaths) > MOST_DEATHS_A_MINUTE:
                raise PartFailed(f"{part.name} died {len(part.deaths)} times in a minute")
            print(f"{part.name} stopped and is started again", file=sys.stderr, flush=True)  # noqa: T201
            part.start()

    def _stop_all(self) -> None:
        """The last started goes first, so the queue outlives its users; what has not ended in time is killed."""
        deadline = time.monotonic() + STOP_SECONDS
        users, grounds = self._parts[1:], self._parts[:1]
        for group in (users, grounds):
            for part in reversed(group):
                if part.is_up():
                    os.kill(_pid(part), signal.SIGTERM)
            for part in group:
                _end(part, deadline)
            deadline += 0.5


def _end(part: Part, deadline: float) -> None:
    if part.process is None:
        return
    try:
        part.process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        os.killpg(part.process.pid, signal.SIGKILL)
        part.process.wait()


def _pid(part: Part) -> int:
    assert part.process is not None  # noqa: S101 - only asked of a part that is up
    return part.process.pid


def _die_with_parent() -> None:
    """Linux: have the kernel end this child when the supervisor dies, however it dies (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
