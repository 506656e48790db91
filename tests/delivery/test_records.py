"""A group of which some were taken, some refused, some put off, and of some nobody can tell."""

from collections.abc import Callable
from dataclasses import dataclass

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.model import MOST_ATTEMPTS, BatchStatus, DeliveryStatus
from service.delivery.records import record_unknown
from service.delivery.status import issue_status
from service.mail.bulk import BulkMailer, Circular, Deferral, Group, GroupReceipt, Prepared
from service.mail.message import TryLater
from tests.conftest import Clock, Postbox
from tests.delivery.conftest import batches, deliveries

DrainWith = Callable[[BulkMailer], Drain]


class Naming(Postbox):
    """A transport that takes people one by one: it says of some addresses what it is told to say, once or for ever."""

    def __init__(self, *, for_ever: bool = False, **said: str) -> None:
        super().__init__()
        self.said, self.for_ever = said, for_ever
        self.taken: list[str] = []

    def prepare(self, circular: Circular) -> Prepared:
        """Whatever the text is."""
        return Spoken(self)

    def judge(self, group: Group) -> GroupReceipt:
        """Name some, and take the others."""
        kinds: dict[str, dict[str, str]] = {"rejected": {}, "deferred": {}, "unknown": {}}
        for delivery, address, *_ in group.people():
            if kind := self.said.get(address.partition("@")[0]):
                kinds[kind][delivery] = f"said of {address}"
        if not self.for_ever:
            self.said = {}
        self.taken += sorted(set(group.deliveries).difference(*kinds.values()))
        put_off = {key: Deferral(why, 60) for key, why in kinds["deferred"].items()}
        return GroupReceipt("250 ok", kinds["rejected"], put_off, kinds["unknown"])


@dataclass
class Spoken:
    """A text, ready for its transport."""

    transport: Naming

    def hand_over(self, group: Group) -> GroupReceipt:
        """As the transport says."""
        return self.transport.judge(group)


def test_refused_person_stands_alone(services: Services, started: int, drain_with: DrainWith) -> None:
    """With the transport's words; the others have it."""
    drain_with(Naming(reader1="rejected")).run(started)

    refused = [one for one in deliveries(services, started) if one.status is DeliveryStatus.REJECTED]
    assert [one.reason for one in refused] == ["said of reader1@example.test"]
    assert {batch.status for batch in batches(services, started)} == {BatchStatus.HANDED_OVER}


def test_person_who_is_put_off_gets_it_later(
    services: Services, started: int, drain_with: DrainWith, clock: Clock
) -> None:
    """After the wait that the transport asked for, alone, and everybody once."""
    transport = Naming(reader1="deferred")
    drain = drain_with(transport)
    drain.run(started)
    assert len(deliveries(services, started)) == 6
    assert drain.run(started) == 0

    clock.move(seconds=61)
    assert drain.run(started) == 1
    assert len(transport.taken) == len(set(transport.taken)) == 7


def test_person_who_is_put_off_for_ever_is_refused_in_the_end(
    services: Services, started: int, drain_with: DrainWith, clock: Clock
) -> None:
    """One full mailbox does not keep an issue from ever being sent."""
    drain = drain_with(Naming(reader1="deferred", for_ever=True))
    for _ in range(MOST_ATTEMPTS):
        drain.run(started)
        clock.move(minutes=11)

    refused = [one for one in deliveries(services, started) if one.status is DeliveryStatus.REJECTED]
    assert [one.reason for one in refused] == ["said of reader1@example.test"]
    assert len(deliveries(services, started)) == 7


def test_person_of_whom_nobody_can_tell_is_set_apart(
    services: Services, started: int, drain_with: DrainWith, clock: Clock
) -> None:
    """One is unknown, not the hundred beside them; and nobody gets it twice."""
    transport = Naming(reader1="unknown")
    drain_with(transport).run(started)
    clock.move(days=1)
    drain_with(transport).run(started)

    apart = [batch for batch in batches(services, started) if batch.status is BatchStatus.UNKNOWN]
    assert [(batch.recipients, batch.reason) for batch in apart] == [(1, "said of reader1@example.test")]
    with services.database.read() as session:
        status = issue_status(session, started)
    assert (status.handed_over, status.unknown, status.recipients) == (6, 1, 7)
    assert len(transport.taken) == len(set(transport.taken)) == 6


def test_all_three_at_once(services: Services, started: int, drain_with: DrainWith, clock: Clock) -> None:
    """Each goes its own way."""
    drain = drain_with(Naming(reader0="rejected", reader1="deferred", reader2="unknown"))
    drain.run(started)
    clock.move(seconds=61)
    drain.run(started)

    with services.database.read() as session:
        status = issue_status(session, started)
    assert (status.handed_over, status.unknown, status.not_sent, status.recipients) == (5, 1, 1, 7)


def test_a_refusal_counts_even_when_the_worker_was_taken_for_dead(
    services: Services, started: int, drain_with: DrainWith, clock: Clock
) -> None:
    """A session cut before the first byte: the sweep loses sight, but the worker knows that nothing left."""
    transport = JudgedMeanwhile(services)
    drain_with(transport).run(started)
    assert {batch.status for batch in batches(services, started)} == {BatchStatus.READY}
    assert deliveries(services, started) == []

    clock.move(minutes=1)
    everybody = Naming()
    drain_with(everybody).run(started)
    assert len(everybody.taken) == len(deliveries(services, started)) == 7


@dataclass
class JudgedMeanwhile(Naming):
    """A transport that takes nothing, and every batch is judged before it says so."""

    services: Services

    def __post_init__(self) -> None:
        super().__init__()

    def judge(self, group: Group) -> GroupReceipt:
        """The sweep comes first, then the refusal."""
        with self.services.database.unit() as uow:
            record_unknown(uow.session, group.batch_id, group.worker, "the worker died while it was posting")
        raise TryLater("nothing left")
