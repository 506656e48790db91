"""Settling: what never left is put back, what nobody can know is named, and proof is believed."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from service.bootstrap import Services
from service.delivery.addressing import Person
from service.delivery.drain import Drain
from service.delivery.errors import LostBatch
from service.delivery.ledger import Hold, claim, intend
from service.delivery.model import MOST_ATTEMPTS, Batch, BatchStatus, Delivery, DeliveryStatus
from service.delivery.presence import Presence
from service.delivery.records import Taken, record_taken
from service.delivery.settle import finish_issues, hands_wanted, settle
from service.issues.model import Issue, IssueState
from service.mail.bulk import BulkMailer
from service.mail.message import TryLater
from tests.conftest import Clock, Moody, Postbox
from tests.delivery.conftest import batches


def sweep(services: Services, presence: Presence) -> None:
    """One pass of the sweep."""
    with services.database.unit() as uow:
        settle(uow, presence, now=services.clock())
        finish_issues(uow, services.head, now=services.clock())


def claim_one(services: Services, issue_id: int, worker: str) -> Hold:
    """Have a worker claim a batch."""
    with services.database.unit() as uow:
        [hold] = claim(uow.session, issue_id, worker, now=services.clock())
    return hold


def intend_one(services: Services, hold: Hold, worker: str) -> list[Person]:
    """Have a worker write down that it is about to post."""
    with services.database.unit() as uow:
        [people] = intend(uow.session, [hold], worker, now=services.clock())
    return people


def statuses(services: Services, issue_id: int) -> list[BatchStatus]:
    """The statuses of the batches, in order."""
    return [batch.status for batch in batches(services, issue_id)]


def test_a_claim_of_a_dead_worker_is_ready_again(services: Services, started: int, presence: Presence) -> None:
    """Nothing had left the house."""
    claim_one(services, started, "dead")
    sweep(services, presence)

    assert statuses(services, started) == [BatchStatus.READY] * 3


def test_a_claim_of_a_living_worker_is_left_alone_until_its_lease_ends(
    services: Services, started: int, presence: Presence, clock: Clock
) -> None:
    """Then it is put back, and the worker finds that it lost it."""
    claim_one(services, started, presence.name)
    sweep(services, presence)
    assert statuses(services, started)[0] is BatchStatus.CLAIMED

    clock.move(minutes=3)
    sweep(services, presence)
    assert statuses(services, started)[0] is BatchStatus.READY


def test_posting_by_a_dead_worker_is_unknown(services: Services, started: int, presence: Presence) -> None:
    """It may have left a moment before."""
    intend_one(services, claim_one(services, started, "dead"), "dead")
    sweep(services, presence)

    assert statuses(services, started)[0] is BatchStatus.UNKNOWN


def test_posting_by_a_stopped_worker_is_not_judged(
    services: Services, started: int, presence: Presence, clock: Clock
) -> None:
    """Paused is not dead: however long it takes, a living worker may still post."""
    intend_one(services, claim_one(services, started, presence.name), presence.name)
    clock.move(days=1)
    sweep(services, presence)

    assert statuses(services, started)[0] is BatchStatus.POSTING


@pytest.mark.parametrize("seen", [DeliveryStatus.PROCESSED, DeliveryStatus.DELIVERED, DeliveryStatus.BOUNCED])
def test_one_event_proves_an_unknown_batch(
    services: Services, started: int, presence: Presence, seen: DeliveryStatus
) -> None:
    """A request is taken or refused as a whole."""
    people = intend_one(services, claim_one(services, started, "dead"), "dead")
    with services.database.unit() as uow:
        uow.session.execute(update(Delivery).where(Delivery.subscriber_id == people[0][0]).values(status=seen))
    sweep(services, presence)

    assert statuses(services, started)[0] is BatchStatus.HANDED_OVER


def test_an_issue_is_sent_when_nothing_is_open(
    services: Services, started: int, presence: Presence, drain_with: Callable[[BulkMailer], Drain], postbox: Postbox
) -> None:
    """Finished means everyone is accounted for."""
    drain_with(postbox).run(started)
    sweep(services, presence)

    with services.database.read() as session:
        issue = session.get_one(Issue, started)
    assert issue.state is IssueState.SENT
    assert issue.sent_at == services.clock()


def test_an_issue_with_an_unknown_batch_is_not_sent(services: Services, started: int, presence: Presence) -> None:
    """Somebody may have been missed, so nobody says "sent"."""
    first = batches(services, started)[0].id
    with services.database.unit() as uow:
        uow.session.execute(update(Batch).values(status=BatchStatus.HANDED_OVER))
        uow.session.execute(update(Batch).where(Batch.id == first).values(status=BatchStatus.UNKNOWN))
    sweep(services, presence)

    with services.database.read() as session:
        assert session.get_one(Issue, started).state is IssueState.SENDING


def test_hands_are_wanted_while_batches_wait(services: Services, started: int) -> None:
    """Three batches and two slots: two hands, and one when a worker is at it already."""
    with services.database.read() as session:
        assert hands_wanted(session, 2, services.clock()) == {started: 2}
    claim_one(services, started, "somebody")
    with services.database.read() as session:
        assert hands_wanted(session, 2, services.clock()) == {started: 1}


def test_a_batch_that_used_up_its_attempts_has_new_ones_when_a_person_goes_on(
    services: Services, started: int, presence: Presence
) -> None:
    """The pause asked a person; the person said: try again."""
    with services.database.unit() as uow:
        uow.session.execute(update(Batch).values(attempt=MOST_ATTEMPTS))
    sweep(services, presence)

    assert [batch.attempt for batch in batches(services, started)] == [0, 0, 0]


def test_a_worker_that_wakes_up_late_changes_nothing(services: Services, started: int, presence: Presence) -> None:
    """Its batch was judged, sent again by a person's word and is another worker's now: the late reply is fenced off."""
    hold = claim_one(services, started, "sleeper")
    intend_one(services, hold, "sleeper")
    sweep(services, presence)
    with services.database.unit() as uow:
        uow.session.execute(delete(Delivery).where(Delivery.batch_id == hold.id))
        uow.session.execute(update(Batch).where(Batch.id == hold.id).values(status=BatchStatus.READY, worker=""))
    again = claim_one(services, started, presence.name)
    assert again.id == hold.id
    intend_one(services, again, presence.name)

    with services.database.unit() as uow, pytest.raises(LostBatch):
        record_taken(uow.session, hold.id, "sleeper", Taken("late"), now=services.clock())
    assert batches(services, started)[0].status is BatchStatus.POSTING


def test_a_wait_set_by_a_clock_gone_wrong_is_ended(
    services: Services, started: int, presence: Presence, drain_with: Callable[[BulkMailer], Drain], clock: Clock
) -> None:
    """The clock ran a day ahead while the transport refused, and was set right again: nobody waits for that day."""
    clock.move(hours=26)
    drain_with(Moody(*[TryLater("busy")] * 3)).run(started)
    clock.move(hours=-26)
    sweep(services, presence)

    assert drain_with(Postbox()).run(started) == 3
