"""The house of one run: three workers, a timer and a web over a fresh database, and everything that befalls them."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from sqlalchemy.exc import DBAPIError

from service.bootstrap import Services, bootstrap
from service.db import SilentDoorbell, UnitOfWork
from service.settings import Settings
from tests.chaos import people
from tests.chaos.disk import Disk
from tests.chaos.orders import Diary, Fate, Order, points_since
from tests.chaos.processes import end, is_alive, is_stopped
from tests.chaos.schedule import Happening, Plan
from tests.chaos.servers import API_KEY, MailServer, Provider, Servers
from tests.journeys.house import SECRET, free_port

WORKERS = 3
BATCHES = 20
MOST_DEATHS = 30
SLEEP_SECONDS = 0.9
"""Longer than every lease of the run (conditions.LEASE)."""
SWEEPS_OF_A_SLEEP = 2
LONGEST_SLEEP_SECONDS = 3.0
"""For a sleeper whom every sweep has to wait for."""
PERSON_SECONDS = 120.0
"""So long people try again, while the page says that it did not work."""
AGAIN_SECONDS = 0.05
"""Between two tries."""
JUMP_HOURS = 1.0
"""Past the time of what was given to the provider ahead of it (people.AHEAD)."""


@dataclass
class House:
    """The processes of a run by name, and services of our own to look and act with."""

    plan: Plan
    servers: Servers
    truth: Provider | MailServer
    """Who took the mail, and keeps a log of it."""
    folder: Path
    name: str
    services: Services
    environment: dict[str, str]
    diary: Diary
    disk: Disk | None = None
    """Of a database that may fill its disk."""
    pids: dict[str, int] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)
    """What befell it, for the person who has to understand a failure."""
    changed: dict[int, float] = field(default_factory=dict)
    """Subscriber id -> when what they asked for was committed."""
    withdrawn_at: float | None = None
    stopped: list[tuple[float, float]] = field(default_factory=list)
    """From when to when nothing was to leave."""
    sent_again: frozenset[int] = frozenset()
    """Those to whom a person had it sent again, whatever they have."""
    left_alone: frozenset[int] = frozenset()
    """Those whom a person left as they were, unknown."""
    hours: float = 0
    """How much time was made to pass."""
    dead: set[int] = field(default_factory=set)
    """The processes that the house killed."""
    _asleep: dict[int, float] = field(default_factory=dict)
    _deaths: int = 0
    _hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))
    _done: SimpleQueue[Future[object]] = field(default_factory=SimpleQueue)
    _doing: int = 0
    _began: float = field(default_factory=time.monotonic)

    def tell(self, what: str) -> None:
        """Add a line to the story."""
        self.story.append(f"{time.monotonic() - self._began:6.2f} s  {what}")

    def start(self, *names: str) -> None:
        """Start parts: `web`, `timer`, `timer2`, or `worker0` and so on."""
        for name in names:
            kind = name.rstrip("0123456789")
            self.pids[name] = self.servers.nursery.start(kind, self.environment, self.folder / "log")

    def look_after(self) -> None:
        """Wake who has slept long enough, and replace who died. To be called again and again."""
        for name, pid in list(self.pids.items()):
            if is_stopped(pid):
                if self._has_slept(time.time() - self._asleep.setdefault(pid, time.time()), self._asleep[pid]):
                    self._wake(name, pid)
            elif not is_alive(pid):
                self.tell(f"{name} is dead; another takes its place")
                self._deaths += 1
                assert self._deaths < MOST_DEATHS, f"{name} does not live: {self.last_words()}"
                self.start(name)

    def _has_slept(self, seconds: float, since: float) -> bool:
        """Long enough for others to take it for dead: so many sweeps, however slow the machine is."""
        if SLEEP_SECONDS < seconds < LONGEST_SLEEP_SECONDS:
            return points_since(self.diary.read(), since, "settle:before") >= SWEEPS_OF_A_SLEEP
        return seconds > SLEEP_SECONDS

    def _wake(self, name: str, pid: int) -> None:
        del self._asleep[pid]
        fates = [entry for entry in self.diary.read() if entry.pid == pid and entry.point.startswith("!")]
        if fates and fates[-1].point == f"!{Fate.CUT}":
            self.cut_sessions()
        self.tell(f"{name} wakes up; it had stopped {'at ' + fates[-1].what if fates else 'anywhere'}")
        os.kill(pid, signal.SIGCONT)

    def is_awake(self) -> bool:
        """Nobody sleeps."""
        return not any(is_stopped(pid) for pid in list(self.pids.values()))  # others may be starting one

    def befall(self, happening: Happening, deed: Callable[[], object]) -> None:
        """Let it happen."""
        self.tell(happening.what + (f" ({happening.how})" if happening.how else ""))
        self.begin(deed)

    def begin(self, deed: Callable[[], object]) -> None:
        """Have somebody do it. People wait for a database that is busy or away; nobody waits for them."""
        self._hands.submit(deed).add_done_callback(self._done.put)
        self._doing += 1

    def is_idle(self) -> bool:
        """Everything that was to happen has happened. Raises what went wrong with it."""
        while not self._done.empty():
            self._doing -= 1
            self._done.get().result()
        return self._doing == 0

    def act(self, action: Callable[[UnitOfWork], object]) -> None:
        """What a person does, who tries again when the page says that it did not work."""
        deadline = time.monotonic() + PERSON_SECONDS
        while True:
            try:
                with self.services.database.unit() as uow:
                    action(uow)
                return
            except DBAPIError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(AGAIN_SECONDS)

    def calm(self) -> None:
        """No fault any more: the clock is right, the disk free; the provider's bad days have an end of their own."""
        self.set_clock(0)
        if self.disk is not None:
            self.disk.free()
        Path(self.environment["CHAOS_FULL"]).unlink(missing_ok=True)

    def change(self, whom: tuple[int, ...], how: str) -> None:
        """Readers unsubscribe, are suppressed or erased, one transaction each."""
        for one in whom:
            self.act(partial(self._change_one, one, how))
            self.changed.setdefault(one, time.time())

    def _change_one(self, one: int, how: str, uow: UnitOfWork) -> None:
        people.CHANGES[how](uow, self.services.tokens, one, self.services.clock())

    def withdraw(self) -> None:
        """The storyteller takes the story back."""
        self.act(people.take_story_back)
        self.withdrawn_at = time.time()

    def cut_sessions(self) -> None:
        """Cut every session with the database."""
        if self.plan.database == "postgresql":
            self.servers.cut(self.name)

    def kill(self, name: str) -> None:
        """kill -9; `look_after` starts another."""
        self.dead.add(self.pids[name])
        end(self.pids[name])

    def pause(self, name: str) -> None:
        """SIGSTOP; `look_after` wakes it. If it is dead already, the one that takes its place is stopped."""
        deadline = time.monotonic() + PERSON_SECONDS
        while time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                return os.kill(self.pids[name], signal.SIGSTOP)
            time.sleep(AGAIN_SECONDS)
        raise TimeoutError(f"nobody takes the place of {name}")

    def post_events(self, **order: object) -> None:
        """Have the provider post events of what has left."""
        self.servers.provider.tell("post_events", order)

    def let_time_pass(self) -> None:
        """What the provider holds until its time leaves now."""
        self.hours = JUMP_HOURS
        self.servers.provider.set_clock(self.hours)
        self.set_clock(0)

    def set_clock(self, hours: float) -> None:
        """Have the clock of the run be wrong by so many hours."""
        path = Path(self.environment["CHAOS_CLOCK"])
        (new := path.with_suffix(f".{threading.get_ident()}")).write_text(str(self.hours + hours))
        new.rename(path)

    def last_words(self) -> str:
        """The end of the processes' log."""
        log = self.folder / "log"
        return log.read_text()[-2000:] if log.exists() else ""

    def close(self) -> None:
        """End every process and forget the database."""
        for pid in list(self.pids.values()):
            end(pid)
        self._hands.shutdown()
        self.services.close()
        self.diary.close()
        self.servers.drop(self.plan.database, self.name)


@contextmanager
def a_house(plan: Plan, servers: Servers, *, broken: str = "") -> Iterator[House]:
    """A house with an issue that is due, and nobody at work yet. `broken` names what is wrong with the product."""
    name = f"run_{plan.seed}_{os.getpid()}"
    folder = servers.folder / name
    folder.mkdir()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        disk = Disk.mount(folder / "disk", servers.size(plan.recipients)) if "disk full" in plan.has else None
        if disk is not None:
            stack.callback(disk.unmount)
        url = servers.database(plan.database, name, plan.recipients)
        mail_server = MailServer.open(folder, plan.rules) if plan.transport == "smtp" else None
        if mail_server is not None:
            stack.callback(mail_server.close)
        environment = _environment(plan, servers, folder, url, mail_server) | {"CHAOS_BREAK": broken}
        servers.broker.forget()
        _prepare(plan, servers.provider, environment["PUBLIC_URL"])
        services = bootstrap(Settings.load(environment), doorbell=SilentDoorbell())
        truth, diary = mail_server or servers.provider, Diary(folder / "diary")
        house = House(plan, servers, truth, folder, name, services, environment, diary, disk)
        stack.callback(house.close)
        yield house


def _environment(
    plan: Plan, servers: Servers, folder: Path, url: str, mail_server: MailServer | None
) -> dict[str, str]:
    port = free_port()
    return {
        "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PORT": str(port), "VAR": str(folder / "var"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}", "DATABASE_URL": url.replace("+psycopg", ""),
        "REDIS_URL": f"unix://{servers.broker.socket}", "SECRET_KEYS": SECRET, "LOG_LEVEL": "INFO",
        "MAIL_TRANSPORT": plan.transport, "SENDGRID_API_KEY": API_KEY, "SENDGRID_API_URL": servers.provider.url,
        "SENDGRID_WEBHOOK_KEY": servers.provider.key, "WORKER_THREADS": "2",
        "CHAOS_DIARY": str(folder / "diary"), "CHAOS_CLOCK": str(folder / "clock"), "CHAOS_FULL": str(folder / "full"),
        "CHAOS_BATCH": str(max(1, plan.recipients // BATCHES)), "CHAOS_ORDERS": Order.write(plan.orders),
        **({"SMTP_URL": f"smtp://127.0.0.1:{mail_server.port}?starttls=no"} if mail_server else {}),
    }  # fmt: skip


def _prepare(plan: Plan, provider: Provider, site: str) -> None:
    """The provider begins the run anew, with its rules."""
    provider.forget()
    provider.tell("webhook", {"url": f"{site}/hooks/sendgrid/events"})
    provider.tell("behave", list(plan.rules) if plan.transport == "sendgrid" else [])
    provider.tell("account", {"logs": plan.events != "missing"})
