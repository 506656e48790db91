"""Small C programs to measure beside: a server that takes everything, and the same work without Python (the floor)."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.journeys.house import free_port

FOLDER = "BENCH_PROGRAMS"
"""Names the folder with the C programs: httpsink, which answers 202 to every POST, smtpsink, and cfloor, the floor."""


class NoPrograms(Exception):
    """There is nothing to measure beside."""


def compiled(name: str, folder: Path, changes: Mapping[str, str] | None = None, needs: Sequence[str] = ()) -> Path:
    """Build a program into `folder`, with `changes` made in a copy of its text. Raises NoPrograms."""
    source = Path(os.environ.get(FOLDER, "")) / f"{name}.c"
    if not source.is_file():
        raise NoPrograms(f"set {FOLDER} to the folder of {name}.c")
    words = source.read_text()
    for before, after in (changes or {}).items():
        if before not in words:
            raise NoPrograms(f"{name}.c does not say {before!r} any more")
        words = words.replace(before, after)
    program, adapted = folder / name, folder / f"{name}.c"
    adapted.write_text(words)
    try:
        subprocess.run(["gcc", "-O2", "-w", "-o", program, adapted, *needs], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoPrograms(f"{name}.c cannot be built here: {type(error).__name__}") from error
    return program


@contextmanager
def http_sink(folder: Path, *, delay: int = 0) -> Iterator[str]:
    """A server that accepts every request after `delay` milliseconds; its address."""
    port = free_port()
    sink = subprocess.Popen([compiled("httpsink", folder), str(port), str(delay)])
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        sink.terminate()
        sink.wait(5)


@contextmanager
def smtp_sink(folder: Path, *, delay: int = 0) -> Iterator[int]:
    """A mail server with PIPELINING that takes everything, its replies after `delay` milliseconds; its port."""
    port = free_port()
    sink = subprocess.Popen([compiled("smtpsink", folder), str(port), str(delay)])
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        yield port
    finally:
        sink.terminate()
        sink.wait(5)


def taken(sink: str) -> int:
    """How many requests an HTTP sink has taken."""
    with urlopen(sink, timeout=5) as answer:
        return int(json.load(answer)["requests"])


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise NoPrograms("the sink does not answer")
