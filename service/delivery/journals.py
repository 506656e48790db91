"""What a dead worker's journal proves of a group: who was taken, who never left, and the few on the wire."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import Session

from service.delivery.errors import LostBatch
from service.delivery.model import IN_BATCH, Batch, BatchStatus, Delivery, DeliveryStatus, of_number
from service.delivery.presence import Presence, keeps_journal
from service.delivery.records import Taken, record_refused_for_now, record_taken
from service.delivery.settle import DIED
from service.mail.bulk import Deferral
from service.mail.smtp_journal import Journals, Place, Proof
from service.tokens import Purpose, Tokens

ON_THE_WIRE = "the worker died before the mail server had answered"
NEVER_BEGUN = "the worker died before it came to this one"
HOLES = "the machine stopped, and its journal may have holes"

_GIVEN_UP = and_(Batch.status == BatchStatus.UNKNOWN, Batch.reason == DIED)
_TO_BE_TOLD = or_(Batch.status == BatchStatus.POSTING, _GIVEN_UP)
"""Of these a journal may tell. What it leaves in doubt itself is `unknown` too, and has another reason."""


def believe_journals(
    session: Session, presence: Presence, journals: Journals, tokens: Tokens, *, now: datetime
) -> None:
    """Settle the batches that were being posted by a worker that is proven gone and left a journal on this machine.

    Also those that another machine, or a clock gone wrong, has given up too early: if their journal is here, it counts.
    """
    for batch in session.scalars(select(Batch).where(_TO_BE_TOLD)).all():
        place = (batch.id, batch.attempt, batch.worker)
        if keeps_journal(batch.worker) and presence.is_gone(batch.worker):
            given_up = batch.status is BatchStatus.UNKNOWN
            proof = None if given_up and not journals.has(place) else journals.settle(place)
            if proof is not None:
                _record(session, batch, _split(session, batch, proof, tokens), now)


def tidy_journals(session: Session, presence: Presence, journals: Journals) -> None:
    """Remove the journals of groups that the ledger has recorded."""

    def to_be_told(places: Collection[Place]) -> list[Place]:
        place = tuple_(Batch.id, Batch.attempt, Batch.worker)
        query = select(Batch.id, Batch.attempt, Batch.worker).where(_TO_BE_TOLD)
        return [(row[0], row[1], row[2]) for row in session.execute(query.where(place.in_(list(places))))]

    journals.tidy(to_be_told, presence.has_ended)


def _split(session: Session, batch: Batch, proof: Proof, tokens: Tokens) -> Taken:
    """The journal in the ledger's terms, for everybody in the batch of whom nothing else is known."""
    numbers = tokens.open_many(Purpose.DELIVERY, proof.told)
    told = {of_number(number)[1]: proof.told[key] for key, number in numbers.items()}
    silent = select(Delivery.subscriber_id).join(Batch, IN_BATCH).where(Batch.id == batch.id)
    message_id, rejected, deferred, unknown = "", {}, {}, {}
    for person in session.scalars(silent.where(Delivery.status == DeliveryStatus.BATCH)):
        verdict, words = told.get(person, ("", ""))
        match verdict:
            case "accepted":
                message_id = words
            case "rejected":
                rejected[person] = words
            case "deferred":
                deferred[person] = Deferral(words)
            case "sent":
                unknown[person] = ON_THE_WIRE
            case _ if proof.complete:
                deferred[person] = Deferral(NEVER_BEGUN)
            case _:
                unknown[person] = HOLES
    return Taken(message_id, rejected, deferred, unknown)


def _record(session: Session, batch: Batch, taken: Taken, now: datetime) -> None:
    try:
        if taken.deferred and not (taken.message_id or taken.rejected or taken.unknown):
            reason = next(iter(taken.deferred.values())).reason
            record_refused_for_now(session, batch.id, batch.worker, reason, after=None, now=now)
        else:
            record_taken(session, batch.id, batch.worker, taken, now=now)
    except LostBatch:  # another sweep was quicker
        return
