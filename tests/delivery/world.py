"""A world for the ledger: an issue, readers, workers that may be paused or die, and a transport with a memory."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import event, func, select

from service.bootstrap import Services
from service.db import Database
from service.delivery import ledger, records
from service.delivery.decisions import let_go, resend, send_to_the_rest
from service.delivery.errors import LostBatch
from service.delivery.events import apply_post, keep_post
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus, delivery_number
from service.delivery.settle import finish_issues, settle
from service.issues import actions
from service.issues.errors import NotPossibleNow
from service.issues.model import Issue, IssueState
from service.mail.bulk import Deferral
from service.subscribers.model import Subscriber, Subscription, UnsubscribeRoute
from service.subscribers.reading import Reading, choose_reading
from service.tokens import Purpose
from service.vault import Vault
from tests.conftest import Chime, Clock
from tests.delivery.conftest import BATCH_SIZE

HANDS = 3
BY_NAME = frozenset({"refused by name", "put off by name", "unknown by name"})


@dataclass
class Hand:
    """A worker as it remembers itself. It may be paused between any two steps, for however long."""

    name: str
    hold: ledger.Hold | None = None
    people: dict[int, int] = field(default_factory=dict)
    """Delivery number -> subscriber id, from the intend step on."""
    reply: str = ""
    """What it heard of the transport; empty until it posted."""
    named: list[int] = field(default_factory=list)
    """Subscribers whom the transport named in its reply."""
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

    def has_ended(self, worker: str) -> bool:
        """The same."""
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
        Vault(self.services.settings.keys()).guard(self.database.engine)
        self.clock = Clock(self.services.clock())
        self.graveyard = Graveyard()
        self.names = (f"worker{n}" for n in count())
        self.hands = [Hand(next(self.names)) for _ in range(HANDS)]
        self.taken: Counter[int] = Counter()
        """Subscriber id -> how often the transport truly took a mail for them."""
        self.proofs: dict[int, int] = {}
        """Delivery number -> subscriber id, of everything the transport took."""
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
        if hand.hold is None:
            with self.database.unit() as uow:
                holds = ledger.claim(uow.session, self.issue_id, hand.name, now=self.clock())
                hand.hold = holds[0] if holds else None
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
        assert hand.hold is not None
        try:
            with self.database.unit() as uow:
                [people] = ledger.intend(uow.session, [hand.hold], hand.name, now=self.clock())
                ids = [person[0] for person in people]
                hand.people, hand.intended = {delivery_number(self.issue_id, person): person for person in ids}, True
        except LostBatch:
            self.hands[n] = Hand(hand.name)

    def _post(self, hand: Hand, heard: str, taken: bool) -> str:
        """What the transport takes is one thing, and what the worker hears of that is another.

        One kind takes a request as a whole, the other takes people one by one and names those it did not take.
        """
        if not hand.people:
            return "nobody"
        if hand.name in self.graveyard.gone:  # it asks for its proof right before the first byte
            return "busy"
        if heard == "taken" or (heard == "lost" and taken):
            self._take(hand.people)
        elif heard in BY_NAME:
            (_, first), *others = hand.people.items()
            hand.named = [first]
            self._take(dict(others))
            if heard == "unknown by name" and taken:
                self._take({key: person for key, person in hand.people.items() if person == first})
        return heard

    def _take(self, people: dict[int, int]) -> None:
        self.taken.update(people.values())
        self.proofs |= people

    def _record(self, hand: Hand) -> None:
        assert hand.hold is not None
        batch, me, now = hand.hold.id, hand.name, self.clock()
        with self.database.unit() as uow:
            match hand.reply:
                case "nobody":
                    records.record_nobody(uow.session, batch, me, now=now)
                case "taken":
                    records.record_taken(uow.session, batch, me, records.Taken("m"), now=now)
                case "refused by name":
                    taken = records.Taken("m", rejected=dict.fromkeys(hand.named, "no such box"))
                    records.record_taken(uow.session, batch, me, taken, now=now)
                case "put off by name":
                    taken = records.Taken("m", deferred=dict.fromkeys(hand.named, Deferral("greylisted", 60)))
                    records.record_taken(uow.session, batch, me, taken, now=now)
                case "unknown by name":
                    taken = records.Taken("m", unknown=dict.fromkeys(hand.named, "the line went dead"))
                    records.record_taken(uow.session, batch, me, taken, now=now)
                case "lost":
                    records.record_unknown(uow.session, batch, me, "lost")
                case "busy":
                    records.record_refused_for_now(uow.session, batch, me, "busy", after=None, now=now)
                case "bad":
                    records.record_refused_for_good(uow.session, batch, me, "bad", now=now)

    def dies(self, n: int) -> None:
        """kill -9 at any moment; another worker takes its place."""
        self.graveyard.gone.add(self.hands[n].name)
        self.hands[n] = Hand(next(self.names))

    def loses_its_proof(self, n: int) -> None:
        """Its session with the database is cut. It lives, and goes on with what it was doing."""
        if self.hands[n].hold is not None:
            self.graveyard.gone.add(self.hands[n].name)

    def time_passes(self, seconds: int) -> None:
        """Up to far beyond every lease."""
        self.clock.move(seconds=seconds)

    def sweeps(self) -> None:
        """The sweep comes by."""
        with self.database.unit() as uow:
            settle(uow, self.graveyard, now=self.clock())
            finish_issues(uow, self.services.head, now=self.clock(), batch_size=BATCH_SIZE)

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

    def chooses_otherwise(self, who: int, reading: Reading) -> None:
        """A reader moves to another copy, which there may not be yet."""
        with self.database.unit() as uow:
            reader = uow.session.scalars(select(Subscriber).order_by(Subscriber.id).offset(who)).first()
            assert reader is not None
            choose_reading(uow, self.services.tokens, reader, reading, now=self.clock())

    def decides(self, again: bool) -> None:
        """A person decides about the first unknown batch."""
        with self.database.read() as session:
            batch_id = session.scalar(select(func.min(Batch.id)).where(Batch.status == BatchStatus.UNKNOWN))
            silent = (Delivery.batch_id == batch_id, Delivery.status == DeliveryStatus.BATCH)
            people = list(session.scalars(select(Delivery.subscriber_id).where(*silent)))
        if batch_id is not None:
            with suppress(NotPossibleNow), self.database.unit() as uow:
                (resend if again else let_go)(uow, batch_id, None, self.clock())
                self.asked.update(person for person in people if again and self.taken[person])

    def writes_to_the_rest(self) -> None:
        """A person sends to those who have none."""
        with suppress(NotPossibleNow), self.database.unit() as uow:
            send_to_the_rest(uow, self.issue_id, None, self.services.head, self.clock(), batch_size=BATCH_SIZE)

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
