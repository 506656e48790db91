"""Messages a second by SMTP: a message of 20 kB into a sink in C, beside smtplib, EmailMessage and Jinja2."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.handover import Place, new_database
from bench.sinks import NoPrograms, smtp_sink
from service.mail.smtp import LARGEST_GROUP
from tests.servers import postgresql

TIMES = 5
PROCESSES = 2
OURS, THEIRS, ONE_BY_ONE = 20_000, 500, 500
READERS = 50_000


@dataclass(frozen=True)
class Sent:
    """What it cost to send."""

    rate: float
    """Messages a second."""
    cpu: float
    """Microseconds of our processes a message."""

    def __str__(self) -> str:
        return f"{self.rate:,.0f} ({self.cpu:.1f} us of CPU each)"


def smtp_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """Without a ledger, by round trip, and with a ledger."""
    try:
        with smtp_sink(folder) as port:
            yield from _against_the_library(port)
        for delay in (1, 5):
            with smtp_sink(folder, delay=delay) as port:
                yield from _by_round_trips(port, delay)
        with smtp_sink(folder) as port:
            yield from _with_a_ledger(folder, port)
    except NoPrograms as reason:
        yield "not measured", str(reason)


def _against_the_library(port: int) -> Iterator[tuple[str, str]]:
    runs = [(_send("ours", port, OURS), _send("library", port, THEIRS)) for _ in range(TIMES)]
    ours, theirs = _median([one for one, _ in runs]), _median([other for _, other in runs])
    yield f"{PROCESSES} processes, journal: messages/s", str(ours)
    yield f"{PROCESSES} processes, smtplib + EmailMessage + Jinja2: messages/s", str(theirs)
    yield "ratio of messages/s (of CPU)", f"{ours.rate / theirs.rate:.1f} ({theirs.cpu / ours.cpu:.1f})"


def _by_round_trips(port: int, delay: int) -> Iterator[tuple[str, str]]:
    runs = [
        (_send("ours", port, ONE_BY_ONE, processes=1), _send("five", port, ONE_BY_ONE, processes=1))
        for _ in range(TIMES)
    ]
    ours, theirs = _median([one for one, _ in runs]), _median([other for _, other in runs])
    yield f"{delay} ms a round trip, one connection: messages/s", f"{ours.rate:,.0f}"
    yield f"{delay} ms a round trip, against five of them", f"{ours.rate / theirs.rate:.2f}"


def _with_a_ledger(folder: Path, port: int) -> Iterator[tuple[str, str]]:
    smtp = {"MAIL_TRANSPORT": "smtp", "SMTP_URL": f"smtp://127.0.0.1:{port}?starttls=no"}
    with postgresql() as server:
        urls = {"PostgreSQL": new_database(server, "smtp"), "SQLite": f"sqlite:///{folder}/smtp.sqlite3"}
        for name, url in urls.items():
            place = Place(url, folder / name, READERS, batch_size=LARGEST_GROUP, **smtp)
            runs = sorted((place.send("", workers=PROCESSES) for _ in range(3)), key=lambda run: run.seconds)
            yield f"{name}, {PROCESSES} workers, ledger and journal: messages/s", str(runs[1])


def _send(how: str, port: int, messages: int, *, processes: int = PROCESSES) -> Sent:
    """So many messages by each process, which begin at the same moment."""
    command = [sys.executable, "-m", "bench.smtp_sender", how, str(port), str(messages)]
    senders = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    for sender in senders:
        assert sender.stdout is not None
        assert sender.stdout.readline() == "ready\n"
    for sender in senders:
        assert sender.stdin is not None
        sender.stdin.write("go\n")
        sender.stdin.flush()
    said = [json.loads(sender.communicate()[0]) for sender in senders]
    total = sum(one["messages"] for one in said)
    return Sent(rate=total / max(one["seconds"] for one in said), cpu=sum(one["cpu"] for one in said) / total * 1e6)


def _median(runs: list[Sent]) -> Sent:
    return sorted(runs, key=lambda run: run.rate)[len(runs) // 2]
