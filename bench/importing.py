"""Lines a second into the list: a million people with and without proof of consent, and row by row beside them."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import create_engine, text

from service.bootstrap import Services, bootstrap
from service.cli.database import upgrade_database
from service.db import SilentDoorbell
from service.settings import Settings
from service.subscribers.address import accepted, email_key
from service.subscribers.consents import add_consent
from service.subscribers.model import Subscriber, Subscription
from service.subscribers.suppression import is_suppressed
from service.subscribers.wording import Wording
from tests.journeys.content import a_newsletter
from tests.servers import postgresql

ROWS = 1_000_000
ROWS_ONE_BY_ONE = 3000
SECRET = "a-secret-that-only-the-benchmark-knows-0123456789"
WORDS = "I would like the newsletter and know that I can stop at any time"
FIRST = ["Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea", "Max", "Nia", "Oli"]
LAST = ["Smith", "Jones", "Lopez", "Müller", "Rossi", "Novák", "Silva", "Khan", "Chen", "Sato", "Olsen", "O'Brien"]
DOMAINS = [f"mail{n}.example.org" for n in range(8)] * 500 + [f"clinic{n}.example.org" for n in range(3000)]


class Run(NamedTuple):
    """One run of the command."""

    rows_a_second: float
    megabytes: float


def importing_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """The command itself in a process of its own, its start included, on both databases; peak resident memory."""
    files = {kind: _a_file(folder / f"{kind}.csv", proof=kind == "with proof") for kind in ("with proof", "plain")}
    with postgresql() as server:
        for name in ("sqlite", "postgresql"):
            for kind, file in files.items():
                services = _services(name, server, folder / f"{name}-{kind.replace(' ', '-')}")
                singly = _one_by_one(services)
                run = _import(services, file)
                again = _import(services, file)
                services.close()
                yield f"{kind} into {name}, rows/s", f"{run.rows_a_second:,.0f}"
                yield f"{kind} into {name}, peak memory, MB", f"{run.megabytes:.0f}"
                yield f"{kind} into {name}, the same file again, rows/s", f"{again.rows_a_second:,.0f}"
                yield f"row by row into {name}, rows/s", f"{singly:,.0f}"
                yield f"{kind} into {name} / row by row", f"{run.rows_a_second / singly:.0f}"


def _import(services: Services, file: Path) -> Run:
    command = [str(Path(sys.executable).parent / "storywell"), "subscribers", "import", str(file), "--json"]
    environment = {**os.environ, "DATABASE_URL": services.settings.database_url, "SECRET_KEYS": SECRET}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    report = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    assert status == 0
    assert sum(report[what] for what in ("confirmed", "pending", "already_there")) == ROWS
    return Run(ROWS / seconds, usage.ru_maxrss / 1000)


def _one_by_one(services: Services) -> float:
    """What a plain loop does, with one commit for everybody, which is kind."""
    newsletter_id, now = a_newsletter(services), services.clock()
    began = time.perf_counter()
    with services.database.unit() as uow:
        for number in range(ROWS_ONE_BY_ONE):
            email = accepted(f"single.reader{number}@{DOMAINS[number % len(DOMAINS)]}")
            if is_suppressed(uow.session, services.tokens, email, now):
                continue
            reader = Subscriber(email=email, email_key=email_key(email), created_at=now)
            place = Subscription(newsletter_id=newsletter_id, subscriber=reader, created_at=now)
            uow.session.add(place)
            uow.session.flush()
            place.start(now)
            add_consent(uow.session, place, Wording("", "en", WORDS), "import", given_at=now)
    return ROWS_ONE_BY_ONE / (time.perf_counter() - began)


def _a_file(path: Path, *, proof: bool) -> Path:
    """A list as lists are: most people at a few large providers, some at one of thousands of small ones."""
    choose = random.Random(1).choice
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,locale" + (",consent_text,consent_at,consent_source" if proof else "") + "\n")
        agreed = partial(_agreed, random.Random(2)) if proof else str
        for number in range(ROWS):
            first, domain = choose(FIRST), choose(DOMAINS)
            email = f"{first.lower()}.{number * 7919 % ROWS}@{domain}"
            file.write(f"{email},{first} {choose(LAST)},en-GB{agreed()}\n")
    return path


def _agreed(chance: random.Random) -> str:
    day, minute = chance.randint(1, 28), chance.randint(0, 59)
    return f",{WORDS},2024-{chance.randint(1, 12):02}-{day:02}T09:{minute:02}:00Z,paper form"


def _services(name: str, server: str, folder: Path) -> Services:
    folder.mkdir()
    url = f"sqlite:///{folder / 'bench.sqlite3'}" if name == "sqlite" else _database(server, folder.name)
    settings = Settings(
        var=folder / "var", database_url=url, public_url="http://localhost", secret_keys=(SECRET,), log_level="ERROR"
    )
    upgrade_database(settings)
    return bootstrap(settings, doorbell=SilentDoorbell())


def _database(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "bench_{name}"'))
    engine.dispose()
    return engine.url.set(database=f"bench_{name}").render_as_string(hide_password=False)
