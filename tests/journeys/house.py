"""A whole house of real processes for a journey: web, workers and timer over a database, a Valkey and a transport."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

from service.bootstrap import Services, bootstrap
from service.cli.database import upgrade_database
from service.cli.parts import timer_command, web_command, worker_command
from service.settings import Settings

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-that-only-the-journeys-know-0123456789"
Found = TypeVar("Found")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(look: Callable[[], Found], *, seconds: float = 90, what: str = "") -> Found:
    """Look again and again until there is something true; AssertionError when there is not in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what or look}")
        time.sleep(0.05)


@dataclass
class House:
    """The processes, and services of our own over the same database to look and act with."""

    settings: Settings
    services: Services
    environment: Mapping[str, str]
    log: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the site is."""
        return self.settings.site_url

    def start(self, *names: str) -> None:
        """Start `web`, `timer`, or workers with names such as `worker`, `worker2`."""
        for name in names:
            kind = name.rstrip("0123456789")
            command = {"web": web_command, "timer": timer_command, "worker": worker_command}[kind]()
            with self.log.open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    command, env=dict(self.environment), cwd=ROOT, stdout=log, stderr=log, process_group=0
                )
        if "web" in names:
            wait_for(self._serves, what="the first page")

    def kill(self, name: str) -> None:
        """kill -9, the whole process group."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Stop everything that was started."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def _serves(self) -> bool:
        assert self.processes["web"].poll() is None, f"web died: {self.log.read_text()[-2000:]}"
        try:
            with urlopen(f"{self.url}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def a_house(database_url: str, valkey_socket: str, folder: Path, **settings: str) -> Iterator[House]:
    """A house with an empty, migrated database; further settings by their environment names. Stopped at the end."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name.upper() not in _OURS},
        "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}", "VAR": str(folder / "var"),
        "DATABASE_URL": database_url.replace("+psycopg", ""), "REDIS_URL": f"unix://{valkey_socket}",
        "SECRET_KEYS": SECRET, "LOG_LEVEL": "INFO", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        **settings,
    }  # fmt: skip
    ours = Settings.load(environment)
    upgrade_database(ours)
    house = House(settings=ours, services=bootstrap(ours), environment=environment, log=folder / "house.log")
    try:
        yield house
    finally:
        house.stop()
        house.services.close()


_OURS = {name.upper() for name in Settings.names()}
