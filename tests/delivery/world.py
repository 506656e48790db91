"""A world for the ledger: an issue, readers, workers that may be paused or die, and a transport with a memory."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import event, select

from service.bootstrap import Services
from service.db import Database
from service.delivery import ledger
from service.delivery.decisions import let_go, resend, send_to_the_rest
from service.delivery.errors import LostBatch
from service.delivery.events import apply_post, keep_post
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus
from service.delivery.settle import finish_issues, settle
from service.issues import actions
from service.issues.errors import NotPossibleNow
from service.issues.model import Issue, IssueState
from service.mail.message import Receipt
from service.subscribers.model import Subscriber, Subscription, UnsubscribeRoute
from service.tokens import Purpose
from tests.conftest import Chime, Clock
from tests.delivery.conftest import BATCH_SIZE

HANDS = 3


@dataclass
class Hand:
    """A worker as it remembers itself. It may be paused between any two steps, for however long."""

    name: str
    batch: int | None = None
    people: dict[int, int] = field(default_factory=dict)
    """Delivery id -> subscriber id, from the intend step on."""
    reply: str = ""
    """What it heard of the transport; empty until it posted."""
    intended: bool = False


class Graveyard:
    """A Presence that knows who can no longer prove that they live."""

    name = "sweeper"

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def proven(self) -> bool:
        """The sweep lives."""
        return True

    def is_gone(self, worker: str) -> bool:
        """Whether that worker was seen to die, or lost its proof."""
        return worker in self.gone

    def leave(self) -> None:
        """Nothing to give up."""


class World:
    """One issue, seven readers, three workers, and a transport that remembers what it took."""

    numbers: Iterator[int] = count()
    services: Services
    template: Path
    issue_id: int

    def begin(self) -> None:
        """A fresh copy of a database in which the issue has just started."""
        path = self.template.with_name(f"run{next(self.numbers)}.sqlite3")
        shutil.copy(self.template, path)
        self.database = Database(f"sqlite:///{path}", Chime())
        event.listen(self.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        self.clock = Clock(self.services.clock())
        self.graveyard = Graveyard()
        self.names = (f"worker{n}" for n in count())
        self.hands = [Hand(next(self.names)) for _ in range(HANDS)]
        self.taken: Counter[int] = Counter()
        """Subscriber id -> how often the transport truly took a mail for them."""
        self.proofs: dict[int, int] = {}
        """Delivery id -> subscriber id, of everything the transport took."""
        self.asked: Counter[int] = Counter()
        """Subscriber id -> how often a person asked to send again what the transport had in truth taken."""
        self.left: set[int] = set()
        """Readers who unsubscribed at some time."""
        self.raised: dict[int, DeliveryStatus] = {}
        self.settled: dict[int, BatchStatus] = {}
        with self.database.read() as session:
            self.audience = set(session.scalars(select(Subscription.subscriber_id).where(Subscription.sendable)))

    def end(self) -> None:
        """Close and delete the copy."""
        self.database.close()
        Path(str(self.database.engine.url.database)).unlink()

    def works(self, n: int, heard: str, taken: bool) -> None:
        """A worker takes its next step, however long after the last one."""
        hand = self.hands[n]
        if hand.batch is None:
            with self.database.unit() as uow:
                hand.batch = ledger.claim(uow.session, self.issue_id, hand.name, now=self.clock())
        elif not hand.intended:
            self._intend(n)
        elif not hand.reply:
            hand.reply = self._post(hand, heard, taken)
        else:
            with suppress(LostBatch):  # judged since: fenced
                self._record(hand)
            self.hands[n] = Hand(hand.name if hand.name not in self.graveyard.gone else next(self.names))

    def works_on(self, n: int, heard: str, taken: bool, steps: int) -> None:
        """Several steps without a pause."""
        for _ in range(steps):
            self.works(n, heard, taken)

    def _intend(self, n: int) -> None:
        hand = self.hands[n]
        assert hand.batch is not None
        try:
            with self.database.unit() as uow:
                ledger.intend(uow.session, hand.batch, hand.name, now=self.clock())
                mine = select(Delivery.id, Delivery.subscriber_id).where(Delivery.batch_id == hand.batch)
                hand.people, hand.intended = dict(uow.session.execute(mine).all()), True
        except LostBatch:
            self.hands[n] = Hand(hand.name)

    def _post(self, hand: Hand, heard: str, taken: bool) -> str:
        """The transport takes the whole request or nothing; what the worker hears of that is another thing."""
        if not hand.people:
            return "nobody"
        if hand.name in self.graveyard.gone:  # it asks for its proof right before the first byte
            return "busy"
        if heard in {"taken", "refused by name"} or (heard == "lost" and taken):
            self._take(dict(list(hand.people.items())[1:]) if heard == "refused by name" else hand.people)
        return heard

    def _take(self, people: dict[int, int]) -> None:
        self.taken.update(people.values())
        self.proofs |= people

    def _record(self, hand: Hand) -> None:
        assert hand.batch is not None
        me, now = hand.name, self.clock()
        with self.database.unit() as uow:
            match hand.reply:
                case "nobody":
                    ledger.record_nobody(uow.session, hand.batch, me, now=now)
                case "taken":
                    ledger.record_accepted(uow.session, hand.batch, me, Receipt("m"), {}, now=now)
                case "refused by name":
                    refused = {next(iter(hand.people)): "no such box"}
                    ledger.record_accepted(uow.session, hand.batch, me, Receipt("m"), refused, now=now)
                case "lost":
                    ledger.record_unknown(uow.session, hand.batch, me, "lost")
                case "busy":
                    ledger.record_refused_for_now(uow.session, hand.batch, me, "busy", after=None, now=now)
                case "bad":
                    ledger.record_refused_for_good(uow.session, hand.batch, me, "bad", now=now)

    def dies(self, n: int) -> None:
        """kill -9 at any moment; another worker takes its place."""
        self.graveyard.gone.add(self.hands[n].name)
        self.hands[n] = Hand(next(self.names))

    def loses_its_proof(self, n: int) -> None:
        """Its session with the database is cut. It lives, and goes on with what it was doing."""
        if self.hands[n].batch is not None:
            self.graveyard.gone.add(self.hands[n].name)

    def time_passes(self, seconds: int) -> None:
        """Up to far beyond every lease."""
        self.clock.move(seconds=seconds)

    def sweeps(self) -> None:
        """The sweep comes by."""
        with self.database.unit() as uow:
            settle(uow, self.graveyard, now=self.clock())
            finish_issues(uow, now=self.clock(), batch_size=BATCH_SIZE)

    def reports(self, who: int, kind: str, again: bool) -> None:
        """The provider reports something of what it took: early, late, twice, in any order."""
        if not self.proofs:
            return
        delivery = sorted(self.proofs)[who % len(self.proofs)]
        token = self.services.tokens.seal(Purpose.DELIVERY, delivery)
        row = {"event": kind, "sg_event_id": f"{kind}-{delivery}-{again}", "delivery": token, "reason": "as said"}
        with self.database.unit() as uow:
            post = keep_post(uow, json.dumps([row]).encode(), now=self.clock())
            apply_post(uow, post.id, self.services.tokens, now=self.clock())
            self.left |= set(uow.session.scalars(select(Subscription.subscriber_id).where(~Subscription.sendable)))

    def holds_or_goes_on(self, move: str) -> None:
        """Somebody presses the red button, or the green one; the engine pauses."""
        with suppress(NotPossibleNow), self.database.unit() as uow:
            if move == "pause":
                actions.pause(uow, self.issue_id, "the key is wrong")
            elif move == "stop":
                actions.stop(uow, self.issue_id, None, now=self.clock())
            else:
                actions.resume(uow, self.issue_id, None, now=self.clock())

    def leaves_or_comes_back(self, who: int, comes_back: bool) -> None:
        """A reader unsubscribes, or confirms again; Ben may confirm at last."""
        with self.database.unit() as uow:
            subscription = uow.session.scalars(select(Subscription).order_by(Subscription.id).offset(who)).first()
            assert subscription is not None
            if comes_back:
                subscription.start(self.clock())
            else:
                subscription.end(UnsubscribeRoute.PAGE, self.clock())
                self.left.add(subscription.subscriber_id)

    def changes_to_plain_text_or_back(self, who: int) -> None:
        """A reader moves to the other variant."""
        with self.database.unit() as uow:
            reader = uow.session.scalars(select(Subscriber).order_by(Subscriber.id).offset(who)).first()
            assert reader is not None
            reader.plain_text_only = not reader.plain_text_only

    def decides(self, again: bool) -> None:
        """A person decides about the first unknown batch."""
        with self.database.read() as session:
            batch_id = session.scalar(select(Batch.id).where(Batch.status == BatchStatus.UNKNOWN).limit(1))
            copies = list(session.scalars(select(Delivery.id).where(Delivery.batch_id == batch_id)))
        if batch_id is not None:
            with suppress(NotPossibleNow), self.database.unit() as uow:
                (resend if again else let_go)(uow, batch_id, None, self.clock())
                self.asked.update(self.proofs[copy] for copy in copies if again and copy in self.proofs)

    def writes_to_the_rest(self) -> None:
        """A person sends to those who have none."""
        with suppress(NotPossibleNow), self.database.unit() as uow:
            send_to_the_rest(uow, self.issue_id, None, self.clock(), batch_size=BATCH_SIZE)

    def calms_down(self) -> None:
        """The button is green, the transport well, somebody decides: in the end the issue is sent."""
        self.holds_or_goes_on("resume")
        for _ in range(20):
            self.clock.move(minutes=11)
            for n in range(HANDS):
                self.works_on(n, "taken", True, 4)
            self.decides(again=False)
            self.sweeps()
            if self.state() is not IssueState.SENDING:
                break
        assert self.state() is IssueState.SENT

    def state(self) -> IssueState:
        """Where the issue stands."""
        with self.database.read() as session:
            return session.get_one(Issue, self.issue_id).state
