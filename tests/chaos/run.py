"""One run: an issue is sent while the schedule strikes; then everything is let finish, and the books are compared."""

import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from service.db import UnitOfWork
from service.delivery.decisions import let_go
from service.delivery.model import Batch, BatchStatus, EventPost
from service.delivery.standing import Standing
from service.issues import actions
from service.issues.model import Issue, IssueState
from tests.chaos.house import BATCHES, WORKERS, House, a_house
from tests.chaos.people import number, schedule_issue
from tests.chaos.points import WIRE
from tests.chaos.schedule import SLOW_PROVIDERS, Plan
from tests.chaos.servers import Servers
from tests.chaos.verdict import Verdict, judge, ledger_lines

PATIENCE_SECONDS = 60.0
"""A run that is not finished by then has failed."""
LOOK_SECONDS = 0.04
FAULT_SECONDS = 1.0
"""How long a wrong clock, a full disk and their like last."""
STUCK_SECONDS = 4.0
"""When the faults so far let nothing go on, the next one does not wait for its turn."""
LATEST_ACCEPTANCE_SECONDS = 2.8
"""The slowest provider accepts this long after the request came (schedule.PROVIDER_FAULTS)."""
EVENTS_OF_A_REQUEST = 10
"""Unless the plan says `every one`: any event of a request proves it."""
IN_WORK = (BatchStatus.READY, BatchStatus.CLAIMED, BatchStatus.POSTING)


class NotInTime(Exception):
    """The run did not come to its end; the message is what it waited for."""


@dataclass(frozen=True)
class Look:
    """The ledger at one moment."""

    state: IssueState
    batches: Counter[BatchStatus]
    posts: int
    """Posts of events that are kept and not applied."""

    @property
    def share(self) -> float:
        """How many of the batches have been taken up."""
        return 1 - self.batches[BatchStatus.READY] / self.batches.total() if self.batches else 0.0

    @property
    def is_quiet(self) -> bool:
        """Nothing is in work, and nothing waits to be."""
        idle = bool(self.batches) and not any(self.batches[status] for status in IN_WORK) and not self.posts
        return idle and (self.state is IssueState.SENT or self.batches[BatchStatus.UNKNOWN] > 0)


@dataclass
class Run:
    """A run on its way."""

    house: House
    issue_id: int
    patience: float = PATIENCE_SECONDS
    _started: float = field(default_factory=time.monotonic)
    _poster: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _posting: Future[Any] | None = None

    def rush(self) -> None:
        """Let everything of the schedule happen in its time, until nothing is in work any more."""
        coming, last = list(self.house.plan.happenings), time.monotonic()
        calm = not coming
        while not (look := self._look()).is_quiet or not self.house.is_awake() or not self.house.is_idle() or not calm:
            stuck = time.monotonic() - last > STUCK_SECONDS
            while coming and (look.share >= coming[0].at or look.is_quiet or stuck):
                self.house.befall(coming.pop(0))
                last = time.monotonic()
            if not coming and not calm and time.monotonic() - last > FAULT_SECONDS:
                self.house.calm()
                calm = True
            if self.house.plan.events == "early" and look.share > 0:
                self._post("")
            self._go_on("the batches")

    def prove(self, silent: str) -> None:
        """Have the provider tell of everything but the request `silent`, until nothing more can be proven."""
        while True:
            self._post(silent)
            self._go_on("the events")
            while self._posting is not None or not self._look().is_quiet or not self.house.is_awake():
                self._go_on("the events")
                self._hear()
            if self._is_late_enough() and not self._still_to_prove(silent):
                return
            self._go_on("the proof")

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
            self.house.act(partial(self._let_go, batch))
        while self._look().state is not IssueState.SENT:
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
        """A moment passes. Raises NotInTime."""
        if self.seconds() > self.patience:
            raise NotInTime(f"{waited_for}: {self._look()}")
        self.house.look_after()
        self._hear()
        time.sleep(LOOK_SECONDS)

    def _look(self) -> Look:
        """The ledger now; as if nothing had begun while the database is away."""
        try:
            with self.house.services.database.read() as session:
                state = session.scalars(select(Issue.state).where(Issue.id == self.issue_id)).one()
                query = select(Batch.status, func.count()).where(Batch.issue_id == self.issue_id).group_by(Batch.status)
                batches = Counter({row[0]: row[1] for row in session.execute(query)})
                posts = session.scalar(select(func.count(EventPost.id)))
        except DBAPIError:
            return Look(IssueState.SENDING, Counter(), 0)
        if state is IssueState.PAUSED:
            self._resume()
        return Look(state, batches, posts or 0)

    def _resume(self) -> None:
        self.house.tell("the issue paused itself; an editor lets it go on")
        with suppress(DBAPIError), self.house.services.database.unit() as uow:
            actions.resume(uow, self.issue_id, None, now=self.house.services.clock())

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
        if not silent:
            self.house.post_events(**order)
            return
        for request in self.house.truth.accepted():
            if request["message_id"] != silent:
                self.house.post_events(**order, message_id=request["message_id"])

    def _still_to_prove(self, silent: str) -> set[int]:
        if not self.house.plan.events:
            return set()  # a mail server tells of nothing
        log = self.house.truth.accepted()
        accepted = {number(one) for request in log if request["message_id"] != silent for one in request["addresses"]}
        lines = ledger_lines(self.house, self.issue_id)
        return {who for who in accepted if who in lines and lines[who].standing is Standing.UNKNOWN}

    def _is_late_enough(self) -> bool:
        """No request that is on its way can still be accepted."""
        if self.house.plan.provider not in SLOW_PROVIDERS:
            return True
        posted = [entry.at for entry in self.house.diary.read() if entry.point in WIRE]
        return not posted or time.time() - posted[-1] > LATEST_ACCEPTANCE_SECONDS


@dataclass(frozen=True)
class Result:
    """What came of a run, and its story for whom it went wrong."""

    plan: Plan
    verdict: Verdict
    story: list[str]


def run(plan: Plan, servers: Servers, *, broken: str = "", patience: float = PATIENCE_SECONDS) -> Result:
    """Carry a plan out. `broken` names a fault put into the product on purpose (points.BREAKS)."""
    began = time.monotonic()
    with a_house(plan, servers, broken=broken) as house:
        issue_id = schedule_issue(house.services, with_story="story withdrawn" in plan.has)
        house.start("web", "timer", *(f"worker{n}" for n in range(WORKERS)))
        verdict = _through(Run(house, issue_id, patience))
        verdict.seconds = time.monotonic() - began
        return Result(plan, verdict, [*house.story, *_fates(house)])


def _through(going: Run) -> Verdict:
    silent, verdict = "", None
    try:
        going.rush()
        going.house.tell("nothing is in work any more")
        silent = going.silence()
        going.prove(silent)
        going.house.tell("nothing more can be proven")
        verdict = judge(going.house, going.issue_id, silent=silent)
        going.end()
        verdict.finished = True
    except NotInTime as waiting:
        verdict = verdict or judge(going.house, going.issue_id, silent=silent)
        verdict.wrongs.append(f"not within {going.patience:.0f} s: {waiting}")
        verdict.wrongs.append(f"the log ends: {going.house.last_words()}")
    finally:
        going.close()
    return verdict


def _fates(house: House) -> list[str]:
    entries = house.diary.read()
    struck = [entry for entry in entries if entry.point.startswith("!")]
    return [f"{entry.at - entries[0].at:6.2f} s  {entry.point} {entry.what} ({entry.pid})" for entry in struck]
