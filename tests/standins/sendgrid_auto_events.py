"""Events without being asked: every so many seconds, processed and delivered for whatever has left since."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from itertools import islice

from tests.standins.sendgrid_answers import Json
from tests.standins.sendgrid_events import EventOrder, compose
from tests.standins.sendgrid_ledger import Acceptance, Recipient
from tests.standins.sendgrid_provider import Provider
from tests.standins.sendgrid_schedule import GOING_OUT, Fate

COPIES_A_POST = 500
Copy = tuple[Acceptance, int, Recipient]


@dataclass
class Backlog:
    """How many acceptances were read, and their copies: waiting for their time, and gone but not yet told of."""

    read: int = 0
    waiting: list[Copy] = field(default_factory=list)
    unposted: deque[Copy] = field(default_factory=deque)


class AutoEvents:
    """Posts each copy's events once it has left; a batch that gets no 2xx is posted again at the next round (A4)."""

    def __init__(self, provider: Provider, seconds: float) -> None:
        self._provider = provider
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._backlog = Backlog()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def forget(self) -> None:
        """Start afresh, as the ledger does."""
        self._backlog = Backlog()

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            if self._provider.webhook_url:
                self._round(self._backlog)

    def _round(self, backlog: Backlog) -> None:
        """Gather what has left, then post until everything is posted or one post fails."""
        self._gather(backlog)
        envelope = self._provider.envelope(EventOrder())
        while backlog.unposted and not self._stopping.is_set():
            batch = list(islice(backlog.unposted, COPIES_A_POST))
            if not 200 <= envelope.post([event for copy in batch for event in self._events(copy)]) < 300:
                return
            for _ in batch:
                backlog.unposted.popleft()

    def _gather(self, backlog: Backlog) -> None:
        fresh = self._provider.ledger.acceptances(since=backlog.read)
        backlog.read += len(fresh)
        copies = [(one, place, recipient) for one in fresh for place, recipient in enumerate(one.recipients())]
        waiting, backlog.waiting = backlog.waiting + copies, []
        for copy in waiting:
            acceptance, _, recipient = copy
            fate = self._provider.batches.fate(acceptance.batch_id, recipient.release, self._provider.now())
            if fate is Fate.SENT:
                backlog.unposted.append(copy)
            elif fate in GOING_OUT:
                backlog.waiting.append(copy)

    def _events(self, copy: Copy) -> list[Json]:
        """What the lists hold is dropped (A6); everything else is delivered."""
        reason = self._provider.suppressions.drop_reason(copy[2].address)
        if reason:
            return [{**compose("dropped", *copy, self._provider.now()), "reason": reason}]
        return [compose(kind, *copy, self._provider.now()) for kind in ("processed", "delivered")]
