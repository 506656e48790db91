"""One run: an issue is sent while the schedule strikes; then everything is let finish, and the books are compared."""

import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from service.db import UnitOfWork
from service.delivery.decisions import let_go
from service.delivery.model import Batch, BatchStatus
from service.delivery.recall import calls_open
from service.delivery.standing import Standing
from service.issues import actions
from service.issues.model import IssueState
from tests.chaos.deeds import befall
from tests.chaos.house import BATCHES, WORKERS, House, a_house
from tests.chaos.look import Look
from tests.chaos.orders import points_since
from tests.chaos.people import number, schedule_issue, take_story_out
from tests.chaos.schedule import ABOUT_DOUBT, SLOW_PROVIDERS, Happening, Plan
from tests.chaos.servers import Servers
from tests.chaos.verdict import Verdict, judge, ledger_lines
from tests.chaos.wire import WIRE

PATIENCE = 240
"""A run in which the house has swept so often, and nothing has come of it, has failed. Sweeps and not seconds: on a
machine that is five times slower they come five times as slowly."""
SILENCE_SECONDS = 120.0
"""And one in which nobody has swept for so long."""
MOST_ROUNDS = 60
"""So often the provider tells of everything it knows."""
LOOK_SECONDS = 0.04
TELLING = "the events"
FAULT_SECONDS = 1.0
"""How long a wrong clock, a full disk and their like last."""
STUCK_SECONDS = 4.0
"""When the faults so far let nothing go on, the next one does not wait for its turn."""
LATEST_ACCEPTANCE_SECONDS = 2.8
"""The slowest provider accepts this long after the request came (schedule.PROVIDER_FAULTS)."""
EVENTS_OF_A_REQUEST = 10
"""Unless the plan says `every one`: any event of a request proves it."""


class NotInTime(Exception):
    """The run did not come to its end; the message is what it waited for."""


@dataclass
class Run:
    """A run on its way."""

    house: House
    issue_id: int
    patience: int = PATIENCE
    is_ahead: bool = False
    """Its mail is with the provider, and its time has not come."""
    _progress: object = None
    _swept: int = 0
    """The sweeps until there was progress for the last time."""
    _heard: tuple[int, float] = (0, 0.0)
    """The sweeps so far, and when there were fewer."""
    _started: float = field(default_factory=time.monotonic)
    _poster: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _posting: Future[Any] | None = None

    def rush(self) -> None:
        """Let everything of the schedule happen in its time, until nothing is in work any more."""
        coming, last = self._in_order(), time.monotonic()
        calm = not coming
        while not (look := self._look()).is_quiet or not self.house.is_awake() or not self.house.is_idle() or not calm:
            stuck = time.monotonic() - last > STUCK_SECONDS
            while coming and (_is_time(coming[0], look) or stuck):
                befall(self.house, coming.pop(0))
                last = time.monotonic()
            if not coming and not calm and time.monotonic() - last > FAULT_SECONDS:
                self.house.calm()
                calm = True
            if self.house.plan.events == "early" and look.share > 0 and look.is_in_work:
                self._post("")
            self._go_on("the batches")

    def _in_order(self) -> list[Happening]:
        """What is about a doubt comes last, because it waits for one."""
        return sorted(self.house.plan.happenings, key=lambda it: it.what in ABOUT_DOUBT)

    def let_time_pass(self) -> None:
        """What was given to the provider ahead of its time leaves, when it was."""
        if self.is_ahead:
            self.is_ahead = False
            self.house.tell("its time has come")
            self.house.let_time_pass()

    def prove(self, silent: str) -> None:
        """Have the provider tell of everything but the request `silent`, until nothing more can be proven."""
        for _ in range(MOST_ROUNDS):
            self._post(silent)
            self._go_on(TELLING)
            while self._posting is not None or not self._look().is_quiet or not self.house.is_awake():
                self._go_on(TELLING)
                self._hear()
            if self._is_late_enough() and not self._still_to_prove(silent):
                return
            self._go_on("the proof")
        raise NotInTime(f"the proof: of {len(self._still_to_prove(silent))} people the events do not tell")

    def silence(self) -> str:
        """The request that the provider never tells of, by the plan: one in doubt, if there is any."""
        if self.house.plan.events != "missing":
            return ""
        lines = ledger_lines(self.house, self.issue_id)
        log = self.house.truth.accepted()
        heard = {line.request for line in lines.values()}
        doubtful = [request["message_id"] for request in log if request["message_id"] not in heard]
        return str((doubtful or [request["message_id"] for request in log])[0])

    def end(self) -> None:
        """An editor lets go whom nobody can know of, and then the issue is sent."""
        with self.house.services.database.read() as session:
            unknown = list(session.scalars(select(Batch.id).where(Batch.status == BatchStatus.UNKNOWN)))
        for batch in unknown:
            self.house.begin(partial(self.house.act, partial(self._let_go, batch)))
        while not self.house.is_idle() or self._look().state is not IssueState.SENT:
            self._go_on("the issue to be sent")

    def _let_go(self, batch: int, uow: UnitOfWork) -> None:
        let_go(uow, batch, None, self.house.services.clock())

    def seconds(self) -> float:
        """Since the workers were started."""
        return time.monotonic() - self._started

    def close(self) -> None:
        """Wait for a post that is on its way."""
        self._poster.shutdown()

    def _go_on(self, waited_for: str) -> None:
        """A moment passes. Raises NotInTime when nothing more comes of it."""
        self._lose_patience(waited_for)
        self.house.look_after()
        self._hear()
        time.sleep(LOOK_SECONDS)

    def _lose_patience(self, waited_for: str) -> None:
        look, swept = self._look(), points_since(self.house.diary.read(), 0.0, "finish:committed")
        if swept != self._heard[0] or not self._heard[1] or not self.house.is_awake():
            self._heard = swept, time.monotonic()
        progress = look.settled, look.state is IssueState.SENT, self.house.truth.log.stat().st_size
        if (
            progress != self._progress
            or (self._posting is not None and waited_for == TELLING)
            or not self.house.is_idle()
        ):
            self._progress, self._swept = progress, swept
        if swept - self._swept > self.patience or time.monotonic() - self._heard[1] > SILENCE_SECONDS:
            raise NotInTime(f"{waited_for}, for {swept - self._swept} sweeps: {look}")

    def _look(self) -> Look:
        """The ledger now; as if nothing had begun while the database is away."""
        try:
            with self.house.services.database.read() as session:
                calls = self.is_ahead and calls_open(session, self.house.services.clock())
                look = Look.at(session, self.issue_id, calls=calls, ahead=self.is_ahead)
        except DBAPIError:
            return Look(IssueState.SENDING, Counter(), 0, False, self.is_ahead)
        if look.state in {IssueState.PAUSED, IssueState.PREFLIGHT}:
            self._help(look.state)
        return look

    def _help(self, state: IssueState) -> None:
        """An editor does what the issue asks for."""
        with suppress(DBAPIError), self.house.services.database.unit() as uow:
            if state is IssueState.PAUSED:
                self.house.tell("the issue paused itself; an editor lets it go on")
                actions.resume(uow, self.issue_id, None, now=self.house.services.clock())
            else:
                self.house.tell("its story was taken back before it began; an editor takes it out")
                take_story_out(uow, self.issue_id)

    def _post(self, silent: str) -> None:
        """Have events posted, if there are any, unless that is going on already."""
        if self._posting is None and self.house.plan.events:
            self._posting = self._poster.submit(self._post_now, silent)

    def _hear(self) -> None:
        if self._posting is not None and self._posting.done():
            done, self._posting = self._posting, None
            if isinstance(done.exception(), OSError):
                return  # the provider was away
            done.result()

    def _post_now(self, silent: str) -> None:
        mood = self.house.plan.events
        whole = mood == "every one"
        order: dict[str, Any] = {
            "events": ["processed", "delivered"] if whole else ["delivered"],
            "every": 1 if whole else max(1, self.house.plan.recipients // BATCHES // EVENTS_OF_A_REQUEST),
            "duplicate": 1.0 if mood == "doubled" else 0.0, "shuffle": mood == "mixed", "seed": self.house.plan.seed,
        }  # fmt: skip
        self.house.post_events(**order, silent=silent)

    def _still_to_prove(self, silent: str) -> set[int]:
        if not self.house.plan.events:
            return set()  # a mail server tells of nothing
        log = self.house.truth.accepted()
        accepted = {number(one) for request in log if request["message_id"] != silent for one in request["addresses"]}
        lines = ledger_lines(self.house, self.issue_id)
        provable = accepted & lines.keys() - self.house.sent_again  # an event may be about their first copy
        return {who for who in provable if lines[who].standing is Standing.UNKNOWN}

    def _is_late_enough(self) -> bool:
        """No request that is on its way can still be accepted."""
        if self.house.plan.provider not in SLOW_PROVIDERS:
            return True
        posted = [entry.at for entry in self.house.diary.read() if entry.point in WIRE]
        return not posted or time.time() - posted[-1] > LATEST_ACCEPTANCE_SECONDS


def _is_time(happening: Happening, look: Look) -> bool:
    if happening.what in ABOUT_DOUBT:
        return look.is_quiet or look.batches[BatchStatus.UNKNOWN] > 0
    return look.is_quiet or look.share >= happening.at


@dataclass(frozen=True)
class Result:
    """What came of a run, and its story for whom it went wrong."""

    plan: Plan
    verdict: Verdict
    story: list[str]
    disk_is_real: bool = False
    """The disk that was full was one, and not a limit of pages."""


def run(plan: Plan, servers: Servers, *, broken: str = "", patience: int = PATIENCE) -> Result:
    """Carry a plan out. `broken` names a fault put into the product on purpose (points.BREAKS)."""
    began = time.monotonic()
    with a_house(plan, servers, broken=broken) as house:
        issue_id = schedule_issue(house.services, with_story="story withdrawn" in plan.has, course=plan.course)
        house.start("web", "timer", *(f"worker{n}" for n in range(WORKERS)))
        verdict = _through(Run(house, issue_id, patience, is_ahead=plan.course == "ahead"))
        verdict.seconds = time.monotonic() - began
        return Result(plan, verdict, [*house.story, *_fates(house)], house.disk is not None and house.disk.is_real)


def _through(going: Run) -> Verdict:
    silent, verdict = "", None
    try:
        going.rush()
        going.house.tell("nothing is in work any more")
        going.let_time_pass()
        silent = going.silence()
        going.prove(silent)
        going.house.tell("nothing more can be proven")
        verdict = judge(going.house, going.issue_id, silent=silent)
        going.end()
        verdict.finished = True
    except NotInTime as waiting:
        verdict = verdict or judge(going.house, going.issue_id, silent=silent)
        verdict.wrongs.append(f"it does not get on: {waiting}")
        verdict.wrongs.append(f"the log ends: {going.house.last_words()}")
    finally:
        going.close()
    return verdict


def _fates(house: House) -> list[str]:
    entries = house.diary.read()
    struck = [entry for entry in entries if entry.point.startswith("!")]
    return [f"{entry.at - entries[0].at:6.2f} s  {entry.point} {entry.what} ({entry.pid})" for entry in struck]
