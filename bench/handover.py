"""Recipients a second through the SendGrid adapter, with the ledger: real worker processes, and a sink in C."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from bench.readers import many_readers
from bench.sinks import NoPrograms, http_sink
from service.bootstrap import Services, bootstrap
from service.cli.parts import ROOMY
from service.cli.run import TUNED
from service.db import Base, SilentDoorbell
from service.delivery.start import start
from service.delivery.status import issue_status
from service.settings import Settings
from tests.journeys.content import a_newsletter, a_scheduled_issue
from tests.servers import postgresql

MANY, FEW = 1_000_000, 10_000
TIMES = 5


@dataclass(frozen=True)
class Run:
    """What one issue cost."""

    people: int
    seconds: float
    cpu: float
    """Seconds of all worker processes together."""
    megabytes: float
    """The largest worker, at the end."""

    def __str__(self) -> str:
        cost = self.cpu / self.people * 1e6
        return f"{self.people / self.seconds:,.0f} ({cost:.1f} us of workers' CPU each; {self.megabytes:.0f} MB)"


def handover_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """PostgreSQL with two workers, SQLite with one, a slow provider, memory and disk."""
    try:
        yield from _figures(folder)
    except NoPrograms as reason:
        yield "not measured", str(reason)


def _figures(folder: Path) -> Iterator[tuple[str, str]]:
    with postgresql() as server, http_sink(folder) as sink, http_sink(folder, delay=300) as slow:
        many = Place(new_database(server, "many"), folder / "many", MANY)
        runs = [many.send(sink, workers=2) for _ in range(TIMES)]
        yield f"PostgreSQL, 2 workers, {MANY:,} people: recipients/s", str(median(runs))
        yield "ledger on disk, PostgreSQL, bytes a recipient", f"{many.bytes_a_recipient():.0f}"
        yield (
            "300 ms latency, 2 workers x 20 connections: recipients/s",
            str(many.send(slow, workers=2, connections=20)),
        )
        few = Place(new_database(server, "few"), folder / "few", 20_000)
        yield "300 ms latency, 20,000 people: s", f"{few.send(slow, workers=2, connections=20).seconds:.2f}"
        small = Place(f"sqlite:///{folder}/small.sqlite3", folder / "small", FEW)
        large = Place(f"sqlite:///{folder}/large.sqlite3", folder / "large", MANY)
        runs = [large.send(sink, workers=1) for _ in range(TIMES)]
        yield f"SQLite, 1 worker, {MANY:,} people: recipients/s", str(median(runs))
        growth = median(runs).megabytes - small.send(sink, workers=1).megabytes
        yield f"growth of a worker from {FEW:,} to {MANY:,} people, MB", f"{growth:.1f}"


class Place:
    """A database with readers; every `send` is a new issue to all of them."""

    def __init__(self, url: str, var: Path, people: int, *, batch_size: int = 1000, **settings: str) -> None:
        var.mkdir(parents=True, exist_ok=True)
        self._people = people
        self.environment = {
            "DATABASE_URL": url, "VAR": str(var), "MAIL_TRANSPORT": "sendgrid", "SENDGRID_API_KEY": "SG.bench",
            "PUBLIC_URL": "https://news.example.org", "SECRET_KEYS": "a-secret-for-the-benchmark-0123456789abcdef",
            "MAIL_FROM": "Bench <news@news.example.org>", "LOG_LEVEL": "ERROR",
            "MAIL_POSTAL_ADDRESS": "1 Example Street, Exampleton", "SENDGRID_WEBHOOK_KEY": "",
            **settings,
        }  # fmt: skip
        self._batch_size = batch_size
        with self.services() as services:
            Base.metadata.create_all(services.database.engine)
            self.newsletter = a_newsletter(services)
            many_readers(services, self.newsletter, people)
        self._sent = 0

    def send(self, sink: str, *, workers: int, connections: int = 4) -> Run:
        """One issue, by so many processes that begin at the same moment."""
        with self.services() as services:
            issue_id = a_scheduled_issue(services, self.newsletter, period=self.next_period())
            with services.database.unit() as uow:
                assert start(uow, issue_id, services.head, batch_size=self._batch_size, slots=1, now=services.clock())
            run = self._drained(issue_id, sink, workers, connections)
            with services.database.read() as session:
                assert issue_status(session, issue_id).handed_over == self._people
        return run

    def next_period(self) -> str:
        """The name of the next issue's period."""
        self._sent += 1
        return f"period-{self._sent}"

    @contextmanager
    def services(self, provider: str = "") -> Iterator[Services]:
        """Services over its database; they ring nobody, or, where a provider is named, the workers."""
        more = {"SENDGRID_API_URL": provider} if provider else {}
        doorbell = None if provider else SilentDoorbell()
        with closing(bootstrap(Settings.load(self.environment | more), doorbell=doorbell)) as services:
            yield services

    def bytes_a_recipient(self) -> float:
        """The deliveries with their index."""
        with self.services() as services, services.database.engine.connect() as connection:
            size = connection.scalar(text("SELECT pg_total_relation_size('deliveries')"))
            return float(size or 0) / (self._people * self._sent)

    def _drained(self, issue_id: int, sink: str, workers: int, connections: int) -> Run:
        more = {"SEND_CONNECTIONS": str(connections), **({"SENDGRID_API_URL": sink} if sink else {}), **TUNED, **ROOMY}
        command = [sys.executable, "-m", "bench.drainer", str(issue_id)]
        environment = os.environ | self.environment | more
        processes = [
            subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(workers)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [json.loads(process.communicate()[0]) for process in processes]
        return Run(
            people=self._people,
            seconds=max(one["seconds"] for one in said),
            cpu=sum(one["cpu"] for one in said),
            megabytes=max(one["megabytes"] for one in said),
        )


def median(runs: list[Run]) -> Run:
    """The run in the middle, by time."""
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


def new_database(server: str, name: str) -> str:
    """An empty database on a PostgreSQL server; its address."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE bench_{name}_{os.getpid()}"))
    engine.dispose()
    return engine.url.set(database=f"bench_{name}_{os.getpid()}").render_as_string(hide_password=False)
