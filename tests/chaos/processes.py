"""The processes of a run: born of one parent, looked at, and ended."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.house import ROOT

BURIAL_SECONDS = 60.0


@dataclass
class Nursery:
    """The parent of the processes of every run (tests/chaos/nursery.py)."""

    process: subprocess.Popen[str]

    @classmethod
    def open(cls) -> "Nursery":
        """Start it; it has imported everything when this returns."""
        nursery = cls(
            subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True, bufsize=1,
            )
        )  # fmt: skip
        nursery._hear()
        return nursery

    def start(self, kind: str, environment: dict[str, str], log: Path) -> int:
        """Fork one; gives its process id."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"kind": kind, "environment": environment, "log": str(log)}) + "\n")
        self.process.stdin.flush()
        return int(self._hear()["pid"])

    def close(self) -> None:
        """End it; its children were ended before."""
        with self.process as process:
            assert process.stdin
            process.stdin.close()

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the nursery died"
        words: dict[str, Any] = json.loads(line)
        return words


def is_stopped(pid: int) -> bool:
    """Whether a process sleeps by SIGSTOP."""
    return _state(pid) == "T"


def is_alive(pid: int) -> bool:
    """Whether a process exists and is not a corpse."""
    return _state(pid) not in {"", "Z", "X"}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def end(pid: int) -> None:
    """kill -9 a process and its group, and wait until it is gone."""
    for kill in (os.killpg, os.kill):  # one that was born just now has no group yet
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + BURIAL_SECONDS
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.002)
