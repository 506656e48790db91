"""Drain an issue: batch after batch, claim, intend, hand over, record. The queue is the database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from service.db import Database, UnitOfWork
from service.delivery import ledger, ramp, records
from service.delivery.addressing import Person
from service.delivery.ahead import Stock
from service.delivery.errors import ContentChanged, LostBatch
from service.delivery.flights import Flights
from service.delivery.ledger import Hold
from service.delivery.mailing import Press, Printed, write_group
from service.delivery.model import MOST_ATTEMPTS
from service.delivery.pacing import Pace
from service.delivery.presence import Presence
from service.delivery.start import AT_ONCE, Timing, freeze_again
from service.issues.actions import pause
from service.mail.bulk import BulkMailer, GroupReceipt
from service.mail.letterhead import Letterhead
from service.mail.message import Misconfigured, OutcomeUnknown, Rejected, TryLater

RECORD_AGAIN_SECONDS = 1.0
CONNECTIONS = 4


@dataclass(frozen=True)
class Posting:
    """A batch that is written down as `posting` under the name `worker`, and is about to leave."""

    hold: Hold
    worker: str
    people: Sequence[Person]
    text: Printed | Misconfigured
    provider_batch: str
    """Under which the provider is to hold it until its time; empty when it is to leave at once."""


@dataclass(frozen=True)
class Posted:
    """A batch that was given to the transport, and what the transport said; or a fault of our own."""

    hold: Hold
    worker: str
    outcome: records.Taken | Exception


@dataclass(frozen=True)
class Drain:
    """What a worker needs to hand batches over. `stopping` is asked before every batch.

    `connections` requests are under way at once, for each issue: the dial between throughput and doubt, because a
    worker that dies leaves as many batches of which nobody can tell whether they were taken.
    """

    database: Database
    mailer: BulkMailer
    head: Letterhead
    presence: Presence
    pace: Pace
    clock: Callable[[], datetime]
    stopping: Callable[[], bool]
    connections: int = CONNECTIONS
    timing: Timing = AT_ONCE
    stock: Stock = field(default_factory=lambda: Stock(None))
    _draining: dict[int, object] = field(default_factory=dict)

    @cached_property
    def press(self) -> Press:
        """The texts this worker has compiled."""
        return Press(self.head, self.mailer)

    def run(self, issue_id: int) -> int:
        """Hand over every ready batch of the issue; gives how many batches this worker took.

        One transaction records what came back and intends what leaves next. Whoever has to wait first records. A second
        bell for an issue that this process is draining changes nothing.
        """
        with Flights[Posted](self.connections) as flights:
            if self._draining.setdefault(issue_id, flights) is not flights:
                return 0
            try:
                return self._keep_busy(issue_id, flights)
            finally:
                while flights:
                    flights.wait()
                    self._surely_record(issue_id, flights.landed())
                del self._draining[issue_id]

    def _keep_busy(self, issue_id: int, flights: Flights[Posted]) -> int:
        taken, ahead_until = 0, self._ahead_until(issue_id)
        while True:
            landed, room = flights.landed(), self._room(flights)
            if room and self.clock() < ahead_until:
                self.stock.fill(room)
            postings = self._turn(issue_id, landed, room) if landed or room else []
            self.pace.give_back(room * self.mailer.largest - sum(len(one.people) for one in postings))
            for posting in postings:
                flights.start(partial(self._post, posting))
            taken += len(postings)
            if not postings and not flights:
                return taken
            if not postings or not flights.free:
                flights.wait()

    def _room(self, flights: Flights[Posted]) -> int:
        """How many more batches may leave at this moment."""
        if self.stopping() or not flights.free:
            return 0
        if not self.pace.is_limited and not self.pace.take(flights.free * self.mailer.largest):
            return flights.free
        return int(self.pace.wait(self.mailer.largest, lambda: self.stopping() or flights.has_landed()))

    def _turn(self, issue_id: int, landed: Sequence[Posted], room: int) -> list[Posting]:
        fault = _fault(landed)
        room = room if fault is None else 0
        try:
            try:
                postings = self._record_and_intend(issue_id, landed, room, untouched=True)
            except IntegrityError:  # somebody has a delivery already: of an earlier copy that an event has proven
                postings = self._record_and_intend(issue_id, landed, room, untouched=False)
        except Exception:  # what has left must be written down, whatever is wrong with the next batches
            self._surely_record(issue_id, landed)
            raise
        if fault is not None:
            raise fault
        return postings

    def _record_and_intend(
        self, issue_id: int, landed: Sequence[Posted], room: int, *, untouched: bool
    ) -> list[Posting]:
        with self.database.unit() as uow:
            for one in landed:
                self._record(uow, issue_id, one)
            if not room:
                return []
            with self.stock.some(room) as ids:
                return self._next(uow, issue_id, room, ids, untouched=untouched)

    def _ahead_until(self, issue_id: int) -> datetime:
        """Until then the provider is to hold some of the issue, and ids for that are needed."""
        if not self.timing.lead:
            return self.clock()
        with self.database.read() as session:
            return ledger.last_time(session, issue_id) or self.clock()

    def _next(self, uow: UnitOfWork, issue_id: int, room: int, ids: list[str], *, untouched: bool) -> list[Posting]:
        """Claim and intend the next batches that somebody is in; none when nothing is ready.

        Takes from `ids` what the provider is to hold batches under.
        """
        me, session = self.presence.name, uow.session
        left = ramp.lock_today(session, self.timing.ramp, self.clock())
        most = room if left is None else min(left, 1)
        while (claimed := self._claim(session, issue_id, most, ids))[0]:
            holds, given_as = claimed
            try:
                found = ledger.intend(
                    session, holds, me, provider_batches=given_as, untouched=untouched, now=self.clock()
                )
            except IntegrityError:
                ids.extend(given_as.values())
                raise
            except LostBatch:  # the issue was stopped a moment ago
                ledger.release(session, holds, me)
                return []
            except ContentChanged:  # a story was taken back since the start: render without it, and begin again
                freeze_again(uow, issue_id, self.head, now=self.clock())
                ids.extend(given_as.values())
                ledger.release(session, holds, me)
                continue
            postings = []
            for hold, people in zip(holds, found, strict=True):
                if people:
                    today = ramp.trim(session, hold, people, left, now=self.clock())
                    text = self._text(uow, hold)
                    postings.append(Posting(hold, me, today, text, given_as.get(hold.id, "")))
                else:
                    records.record_nobody(session, hold.id, me, now=self.clock())
            if postings:
                return postings
        if left == 0:
            ramp.put_off_until_tomorrow(session, issue_id, self.clock())
        return []

    def _claim(self, session: Session, issue_id: int, most: int, ids: list[str]) -> tuple[list[Hold], dict[int, str]]:
        """Lease ready batches; with those whose time is yet to come, one of `ids` each."""
        now, room = self.clock(), min(most, len(ids) or most)
        holds = ledger.claim(session, issue_id, self.presence.name, most=room, ahead=bool(ids), now=now)
        return holds, {hold.id: ids.pop() for hold in holds if hold.is_ahead(now)}

    def _text(self, uow: UnitOfWork, hold: Hold) -> Printed | Misconfigured:
        try:
            return self.press.prepared(uow.session, hold.issue_id, hold.variant_id)
        except Rejected as refusal:  # of the text, so of every batch: halving them would find nobody to blame
            return Misconfigured(refusal.reason)

    def _post(self, posting: Posting) -> Posted:
        """The one step outside of any transaction. Runs in a thread of its own."""
        try:
            return Posted(posting.hold, posting.worker, self._hand_over(posting))
        except Exception as said:  # `_turn` sorts it out, and raises what is no word of the port
            if isinstance(said, TryLater) and said.after:
                self.pace.hold(said.after)
            return Posted(posting.hold, posting.worker, said)

    def _hand_over(self, posting: Posting) -> records.Taken:
        if isinstance(posting.text, Misconfigured):
            raise posting.text
        printed = posting.text
        group = write_group(self.head, posting.hold, posting.people, posting.worker, printed.frame)
        if posting.provider_batch and posting.hold.send_at is not None:
            at = int(posting.hold.send_at.timestamp())
            group = replace(group, send_at=at, provider_batch=posting.provider_batch)
        # The name may be new: then the old one may be judged dead already, and its batches with it.
        if not self.presence.proven() or self.presence.name != posting.worker:
            raise TryLater("this worker could not prove that it is alive")
        receipt = printed.text.hand_over(group)
        if receipt.rest:
            self.pace.hold(receipt.rest)
        return _by_subscriber(receipt, group.deliveries, posting.people)

    def _surely_record(self, issue_id: int, landed: Sequence[Posted]) -> None:
        """Record, and wait for a database that is away: nobody else can tell what the transport said."""
        while landed:
            try:
                with self.database.unit() as uow:
                    for one in landed:
                        self._record(uow, issue_id, one)
                return
            except OperationalError:
                if self.stopping():
                    raise
                time.sleep(RECORD_AGAIN_SECONDS)

    def _record(self, uow: UnitOfWork, issue_id: int, done: Posted) -> None:
        try:
            self._write_down(uow, issue_id, done)
        except LostBatch:  # settled by somebody who had proof, while we waited for the reply
            return

    def _write_down(self, uow: UnitOfWork, issue_id: int, done: Posted) -> None:
        session, batch_id, worker, now = uow.session, done.hold.id, done.worker, self.clock()
        match done.outcome:
            case records.Taken() as taken:
                records.record_taken(session, batch_id, worker, taken, now=now)
            case Misconfigured(reason=reason):
                records.record_refused_for_now(session, batch_id, worker, reason, after=None, now=now)
                pause(uow, issue_id, reason)
            case Rejected(reason=reason):
                records.record_refused_for_good(session, batch_id, worker, reason, now=now)
            case TryLater(reason=reason, after=after):
                records.record_refused_for_now(session, batch_id, worker, reason, after=after, now=now)
                if done.hold.attempt + 1 >= MOST_ATTEMPTS:
                    pause(uow, issue_id, reason)
            case OutcomeUnknown(reason=reason):
                records.record_unknown(session, batch_id, worker, reason)
            case fault:
                records.record_unknown(session, batch_id, worker, f"a fault of our own: {type(fault).__name__}")


def _by_subscriber(receipt: GroupReceipt, keys: Sequence[str], people: Sequence[Person]) -> records.Taken:
    """The receipt in the ledger's terms."""
    if not (receipt.rejected or receipt.deferred or receipt.unknown):
        return records.Taken(receipt.message_id)
    subscribers = {key: person[0] for key, person in zip(keys, people, strict=True)}
    return records.Taken(
        receipt.message_id,
        rejected={subscribers[key]: reason for key, reason in receipt.rejected.items()},
        deferred={subscribers[key]: put_off for key, put_off in receipt.deferred.items()},
        unknown={subscribers[key]: reason for key, reason in receipt.unknown.items()},
    )


def _fault(landed: Sequence[Posted]) -> Exception | None:
    """An outcome that is no word of the port is a fault in the transport's code: recorded first, and not hidden."""
    said = (one.outcome for one in landed if isinstance(one.outcome, Exception))
    return next((one for one in said if not isinstance(one, (TryLater, Rejected, OutcomeUnknown))), None)
