"""Drain an issue: batch after batch, claim, intend, hand over, record. The queue is the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.db import Database
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
        """Hand over every ready batch of the issue; gives how many batches this worker took."""
        taken = 0
        while not self.stopping() and self.pace.wait(self.mailer.largest, self.stopping):
            batch_id = self._claim(issue_id)
            if batch_id is None:
                self.pace.give_back(self.mailer.largest)
                return taken
            self.pace.give_back(self.mailer.largest - self._hand_over(issue_id, batch_id))
            taken += 1
        return taken

    def _claim(self, issue_id: int) -> int | None:
        with self.database.unit() as uow:
            return ledger.claim(uow.session, issue_id, self.presence.name, now=self.clock())

    def _hand_over(self, issue_id: int, batch_id: int) -> int:
        """One batch from claim to record; gives how many people were in what left."""
        try:
            mailing = self._intend(issue_id, batch_id)
        except LostBatch:
            return 0
        except ContentChanged:
            self._begin_again(issue_id, batch_id)
            return 0
        outcome = self._post(mailing) if mailing.recipients else None
        try:
            self._record(issue_id, batch_id, outcome)
        except LostBatch:  # settled by somebody who had proof, while we waited for the reply
            return 0
        return len(mailing.recipients)

    def _intend(self, issue_id: int, batch_id: int) -> Mailing:
        with self.database.unit() as uow:
            people = ledger.intend(uow.session, batch_id, self.presence.name, now=self.clock())
            issue = uow.session.get_one(Issue, issue_id)
            variant = uow.session.get_one(Variant, uow.session.get_one(Batch, batch_id).variant_id)
            return write_mailing(self.head, issue, variant, people)

    def _post(self, mailing: Mailing) -> Receipt | Rejected | TryLater | OutcomeUnknown:
        if not self.presence.proven():
            return TryLater("this worker could not prove that it is alive")
        try:
            return self.mailer.hand_over(mailing)
        except (Rejected, TryLater, OutcomeUnknown) as said:
            return said

    def _record(
        self, issue_id: int, batch_id: int, outcome: Receipt | Rejected | TryLater | OutcomeUnknown | None
    ) -> None:
        me, now = self.presence.name, self.clock()
        with self.database.unit() as uow:
            match outcome:
                case None:
                    ledger.record_nobody(uow.session, batch_id, me, now=now)
                case Receipt(rejected=rejected):
                    refused = {self.head.tokens.open(Purpose.DELIVERY, key): why for key, why in rejected.items()}
                    ledger.record_accepted(uow.session, batch_id, me, outcome, refused, now=now)
                case Misconfigured(reason=reason):
                    ledger.record_refused_for_now(uow.session, batch_id, me, reason, after=None, now=now)
                    pause(uow, issue_id, reason)
                case Rejected(reason=reason):
                    ledger.record_refused_for_good(uow.session, batch_id, me, reason, now=now)
                case TryLater(reason=reason, after=after):
                    ledger.record_refused_for_now(uow.session, batch_id, me, reason, after=after, now=now)
                    if uow.session.get_one(Batch, batch_id, populate_existing=True).attempt >= MOST_ATTEMPTS:
                        pause(uow, issue_id, reason)
                case OutcomeUnknown(reason=reason):
                    ledger.record_unknown(uow.session, batch_id, me, reason)

    def _begin_again(self, issue_id: int, batch_id: int) -> None:
        """A story was taken back between the start and now: render without it, and put the batch back."""
        with self.database.unit() as uow:
            freeze_again(uow, issue_id, self.head, now=self.clock())
            ledger.release(uow.session, batch_id, self.presence.name)
