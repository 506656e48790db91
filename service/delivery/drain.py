"""Drain an issue: batch after batch, claim, intend, hand over, record. The queue is the database."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError

from service.db import Database, UnitOfWork
from service.delivery import ledger
from service.delivery.errors import ContentChanged, LostBatch
from service.delivery.mailing import write_mailing
from service.delivery.model import MOST_ATTEMPTS, Batch, Variant
from service.delivery.pacing import Pace
from service.delivery.presence import Presence
from service.delivery.start import freeze_again
from service.issues.actions import pause
from service.issues.model import Issue
from service.mail.letterhead import Letterhead
from service.mail.message import Mailer, Mailing, Misconfigured, OutcomeUnknown, Receipt, Rejected, TryLater
from service.tokens import Purpose

RECORD_AGAIN_SECONDS = 1.0

Outcome = Receipt | Rejected | TryLater | OutcomeUnknown


@dataclass(frozen=True)
class Posting:
    """A batch that is written down as `posting` under the name `worker`, and the mailing that is about to leave."""

    batch_id: int
    worker: str
    mailing: Mailing


@dataclass(frozen=True)
class Posted:
    """A batch that was given to the transport, and what the transport said."""

    batch_id: int
    worker: str
    outcome: Outcome


@dataclass(frozen=True)
class Drain:
    """What a worker needs to hand batches over. `stopping` is asked before every batch."""

    database: Database
    mailer: Mailer
    head: Letterhead
    presence: Presence
    pace: Pace
    clock: Callable[[], datetime]
    stopping: Callable[[], bool]

    def run(self, issue_id: int) -> int:
        """Hand over every ready batch of the issue; gives how many batches this worker took.

        One transaction records a batch and intends the next. Whoever has to wait first records what is done.
        """
        taken, done = 0, None
        while True:
            if done is not None and (self.pace.is_limited or self.stopping()):
                self._surely_record(issue_id, done)
                done = None
            if self.stopping() or not self.pace.wait(self.mailer.largest, self.stopping):
                return taken
            posting = self._turn(issue_id, done)
            if posting is None:
                self.pace.give_back(self.mailer.largest)
                return taken
            done = Posted(posting.batch_id, posting.worker, self._post(posting.mailing))
            self.pace.give_back(self.mailer.largest - len(posting.mailing.recipients))
            taken += 1

    def _turn(self, issue_id: int, done: Posted | None) -> Posting | None:
        try:
            with self.database.unit() as uow:
                if done is not None:
                    self._record(uow, issue_id, done)
                return self._next(uow, issue_id)
        except Exception:
            if done is not None:  # what has left must be written down, whatever is wrong with the next batch
                self._surely_record(issue_id, done)
            raise

    def _next(self, uow: UnitOfWork, issue_id: int) -> Posting | None:
        """Claim and intend the next batch that somebody is in; None when nothing is ready."""
        me = self.presence.name
        while (batch_id := ledger.claim(uow.session, issue_id, me, now=self.clock())) is not None:
            try:
                with uow.session.begin_nested():
                    people = ledger.intend(uow.session, batch_id, me, now=self.clock())
            except LostBatch:  # the issue was stopped a moment ago
                ledger.release(uow.session, batch_id, me)
                return None
            except ContentChanged:  # a story was taken back since the start: render without it, and begin again
                freeze_again(uow, issue_id, self.head, now=self.clock())
                ledger.release(uow.session, batch_id, me)
                continue
            if people:
                issue = uow.session.get_one(Issue, issue_id)
                variant = uow.session.get_one(Variant, uow.session.get_one(Batch, batch_id).variant_id)
                return Posting(batch_id, me, write_mailing(self.head, issue, variant, people))
            ledger.record_nobody(uow.session, batch_id, me, now=self.clock())
        return None

    def _post(self, mailing: Mailing) -> Outcome:
        if not self.presence.proven():
            return TryLater("this worker could not prove that it is alive")
        try:
            return self.mailer.hand_over(mailing)
        except (Rejected, TryLater, OutcomeUnknown) as said:
            return said

    def _surely_record(self, issue_id: int, done: Posted) -> None:
        """Record, and wait for a database that is away: nobody else can tell what the transport said."""
        while True:
            try:
                with self.database.unit() as uow:
                    self._record(uow, issue_id, done)
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
        session, batch_id, worker, now = uow.session, done.batch_id, done.worker, self.clock()
        match done.outcome:
            case Receipt(rejected=rejected):
                refused = {self.head.tokens.open(Purpose.DELIVERY, key): why for key, why in rejected.items()}
                ledger.record_accepted(session, batch_id, worker, done.outcome, refused, now=now)
            case Misconfigured(reason=reason):
                ledger.record_refused_for_now(session, batch_id, worker, reason, after=None, now=now)
                pause(uow, issue_id, reason)
            case Rejected(reason=reason):
                ledger.record_refused_for_good(session, batch_id, worker, reason, now=now)
            case TryLater(reason=reason, after=after):
                ledger.record_refused_for_now(session, batch_id, worker, reason, after=after, now=now)
                if session.get_one(Batch, batch_id, populate_existing=True).attempt >= MOST_ATTEMPTS:
                    pause(uow, issue_id, reason)
            case OutcomeUnknown(reason=reason):
                ledger.record_unknown(session, batch_id, worker, reason)
