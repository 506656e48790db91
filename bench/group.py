"""`storywell run`: how soon the first page comes, how much memory the group rests in, how quickly it stops."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.request import urlopen

import psutil

from tests.journeys.house import free_port

STARTS = 5
REST_SECONDS = 12
LONGEST_START_SECONDS = 60


def group_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """First start (tables and demo content), later starts, idle memory, stop."""
    environment = {**os.environ, "VAR": str(folder / "var"), "PORT": str(free_port())}
    first, process = _start(environment)
    yield "first start to first page, s", f"{first:.2f}"
    time.sleep(REST_SECONDS)
    yield "idle memory of the group, MB resident (MB proportional)", _memory(process)
    stops = [_stop(process)]
    starts = []
    for _ in range(STARTS):
        seconds, process = _start(environment)
        starts.append(seconds)
        stops.append(_stop(process))
    yield f"later start to first page, s, median of {STARTS}", f"{statistics.median(starts):.2f}"
    yield f"SIGTERM to all gone, s, worst of {len(stops)}", f"{max(stops):.2f}"


def _start(environment: Mapping[str, str]) -> tuple[float, subprocess.Popen[bytes]]:
    began = time.monotonic()
    command = [str(Path(sys.executable).parent / "storywell"), "run"]
    process = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while time.monotonic() - began < LONGEST_START_SECONDS:
        try:
            with urlopen(f"http://127.0.0.1:{environment['PORT']}/", timeout=2) as answer:
                if answer.status == 200:
                    return time.monotonic() - began, process
        except OSError:
            time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    raise RuntimeError("no first page")


def _memory(process: subprocess.Popen[bytes]) -> str:
    root = psutil.Process(process.pid)
    members = [root, *root.children(recursive=True)]
    sizes = [member.memory_full_info() for member in members]
    parts = ", ".join(f"{_name(m)} {size.rss / 1e6:.0f}" for m, size in zip(members, sizes, strict=True))
    return f"{sum(s.rss for s in sizes) / 1e6:.0f} ({sum(s.pss for s in sizes) / 1e6:.0f})  [{parts}]"


def _name(member: psutil.Process) -> str:
    words = " ".join(member.cmdline())
    known = ("supervisor", "valkey", "granian", "worker", "beat")
    return next((name for name in known if name in words), member.name())


def _stop(process: subprocess.Popen[bytes]) -> float:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    return time.monotonic() - began
