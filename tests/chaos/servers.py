"""What lives longer than one run: PostgreSQL, Valkey, the provider's stand-in, and databases of readers to copy."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import redis
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from service.bootstrap import bootstrap
from service.cli.valkey import valkey_program
from service.db import SilentDoorbell
from service.settings import Settings
from tests.chaos.people import fill
from tests.chaos.processes import Nursery
from tests.conftest import make_tables
from tests.journeys.house import ROOT, SECRET, wait_for
from tests.servers import postgresql

API_KEY = "SG.chaos"
ANSWER_SECONDS = 600.0
"""Within which the stand-in does what it is told, on however slow a machine."""
LONGEST_AWAY_SECONDS = 30.0
"""It may be one of the things that happen that it refuses connections for a second."""
AGAIN_SECONDS = 0.05

RESTART_SECONDS = 60.0
"""Within which PostgreSQL is there again after a restart."""
AGAIN_SECONDS = 0.1


@dataclass
class Broker:
    """A Valkey that may be killed at any moment; it comes back empty."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "valkey.sock"

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [
            str(valkey_program()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", str(self.folder), "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction",
        ]  # fmt: skip
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.socket.exists, what="valkey")

    def forget(self) -> None:
        """Everything at once."""
        redis.Redis(unix_socket_path=str(self.socket)).flushall()

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@dataclass
class Provider:
    """The SendGrid stand-in as a process, and its own log of what it accepted: the truth."""

    log: Path
    url: str = ""
    key: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "tests.standins.sendgrid", "--api-key", API_KEY, "--log", str(self.log)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        told = json.loads(self.process.stdout.readline())
        self.url, self.key = told["url"], told["webhook_public_key"]

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            with self.process as process:
                process.kill()

    def tell(self, what: str, words: object) -> Any:
        """POST to one of its control endpoints."""
        return self._answer(Request(f"{self.url}/_control/{what}", json.dumps(words).encode(), method="POST"))

    def ask(self, what: str) -> Any:
        """GET one of its control endpoints."""
        return self._answer(Request(f"{self.url}/_control/{what}"))

    def _answer(self, request: Request) -> Any:
        """What it says; if it is away, when it is back. Whatever it is told may be told twice."""
        deadline = time.monotonic() + LONGEST_AWAY_SECONDS
        while True:
            try:
                with urlopen(request, timeout=ANSWER_SECONDS) as answer:
                    return json.load(answer)
            except ConnectionError:
                if time.monotonic() > deadline:
                    raise
            except URLError as error:
                if not isinstance(error.reason, ConnectionError) or time.monotonic() > deadline:
                    raise
            time.sleep(AGAIN_SECONDS)

    def set_clock(self, hours: float) -> None:
        """Let what was given to it ahead of time leave, as if so many hours had gone by."""
        self.tell("clock", {"ahead": hours * 3600})

    def forget(self) -> None:
        """Begin a run with nothing accepted, no rules and an empty log."""
        self.tell("reset", {})
        os.truncate(self.log, 0)

    def accepted(self) -> list[dict[str, Any]]:
        """Every request it accepted and was not called back from in time, from its log."""
        kept = set(self.ask("going_out"))
        lines = (json.loads(line) for line in self.log.read_text().splitlines())
        return [line for line in lines if line["message_id"] in kept]


@dataclass
class MailServer:
    """The mail server of one run (tests/chaos/mail_server.py), and its log of what it took."""

    log: Path
    process: subprocess.Popen[str]
    port: int

    @classmethod
    def open(cls, folder: Path, rules: Sequence[dict[str, Any]]) -> "MailServer":
        """Start it with rules of its own."""
        log, file = folder / "taken.jsonl", folder / "rules.json"
        file.write_text(json.dumps(rules))
        log.touch()
        command = [sys.executable, "-m", "tests.chaos.mail_server", str(log), str(file)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        return cls(log, process, int(process.stdout.readline()))

    def accepted(self) -> list[dict[str, Any]]:
        """Every message it took, from its log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def close(self) -> None:
        """End it."""
        with self.process as process:
            process.kill()


@dataclass
class Servers:
    """All of them."""

    folder: Path
    broker: Broker
    provider: Provider
    nursery: Nursery
    postgres: Callable[[], str]
    """Starts PostgreSQL with the first run that wants it; gives the address of its `postgres` database."""
    _filled: set[tuple[str, int]] = field(default_factory=set)

    def database(self, kind: str, name: str, recipients: int) -> str:
        """A fresh copy of the database with so many readers; gives its address."""
        self._have_filled(kind, recipients)
        if kind == "sqlite":
            path = self.folder / name / "disk" / "storywell.sqlite3"
            path.parent.mkdir(exist_ok=True)
            shutil.copy(self.folder / f"{recipients}.sqlite3", path)
            return f"sqlite:///{path}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template_{recipients} STRATEGY file_copy")
        return self._address(name)

    def size(self, recipients: int) -> int:
        """How many bytes the SQLite file of so many readers has."""
        self._have_filled("sqlite", recipients)
        return (self.folder / f"{recipients}.sqlite3").stat().st_size

    def _have_filled(self, kind: str, recipients: int) -> None:
        if (kind, recipients) not in self._filled:
            self._fill(kind, recipients)
            self._filled.add((kind, recipients))

    def drop(self, kind: str, name: str) -> None:
        """Forget a database."""
        if kind == "postgresql":
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def cut(self, name: str) -> None:
        """Cut every session with a database."""
        self._admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def restart_postgres(self) -> None:
        """Stop it as a power cut would, and start it again."""
        data = Path(str(make_url(self.postgres()).query["host"])) / "data"
        programs = Path((data / "postmaster.opts").read_text().split()[0].strip('"')).parent
        owner = data.stat()
        subprocess.run(
            [programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "-l", data.parent / "log", "restart"],
            user=owner.st_uid, group=owner.st_gid, extra_groups=[], cwd="/", check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def _fill(self, kind: str, recipients: int) -> None:
        url = f"sqlite:///{self.folder / f'{recipients}.sqlite3'}"
        if kind == "postgresql":
            self._admin(f"CREATE DATABASE template_{recipients}")
            url = self._address(f"template_{recipients}")
        make_tables(url)
        settings = Settings(database_url=url, secret_keys=(SECRET,), var=self.folder / "template")
        services = bootstrap(settings, doorbell=SilentDoorbell())
        fill(services, recipients)
        services.close()

    def _address(self, name: str) -> str:
        return make_url(self.postgres()).set(database=name).render_as_string(hide_password=False)

    def _admin(self, statement: str) -> None:
        """Over a connection of its own; again, when the server was just being restarted."""
        deadline = time.monotonic() + RESTART_SECONDS
        while True:
            admin = create_engine(self.postgres(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
            try:
                with admin.connect() as connection:
                    connection.execute(text(statement))
                return
            except OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(AGAIN_SECONDS)


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Everything started; PostgreSQL only once it is asked for. Stopped at the end."""
    with ExitStack() as stack:
        url: list[str] = []

        def postgres() -> str:
            if not url:
                url.append(stack.enter_context(postgresql()))
            return url[0]

        broker, provider = Broker(folder), Provider(folder / "accepted.jsonl")
        stack.callback(broker.kill)
        stack.callback(provider.stop)
        broker.start()
        provider.start()
        nursery = Nursery.open()
        stack.callback(nursery.close)
        yield Servers(folder, broker, provider, nursery, postgres)
