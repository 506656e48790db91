"""Several requests under way at once: SEND_CONNECTIONS of them, each recorded, whatever becomes of the others."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, BrokenBarrierError, Lock

import pytest

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.flights import Flights
from service.delivery.model import BatchStatus
from service.mail.bulk import BulkMailer
from service.mail.message import Mailing, OutcomeUnknown, Receipt
from tests.conftest import Postbox
from tests.delivery.conftest import batches, deliveries
from tests.delivery.test_drain import EVERYONE, addresses

DrainWith = Callable[[BulkMailer], Drain]


class Meeting(Postbox):
    """A transport that answers only when so many requests are there at once."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.barrier, self.lock = Barrier(wanted), Lock()

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Wait for the others."""
        try:
            self.barrier.wait(5)
        except BrokenBarrierError:
            raise OutcomeUnknown("nobody else came") from None
        with self.lock:
            return super().hand_over(mailing)


class Broken(Postbox):
    """A transport with a fault of its own in the first request."""

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Not one of the errors of the port."""
        if not self.mailings:
            self.mailings.append(mailing)
            raise ZeroDivisionError
        return super().hand_over(mailing)


def test_requests_wait_for_the_provider_together(services: Services, started: int, drain_with: DrainWith) -> None:
    """Three batches are three requests at once."""
    transport = Meeting(3)
    drain = replace(drain_with(transport), connections=3)

    assert drain.run(started) == 3
    assert addresses(transport) == EVERYONE
    assert {batch.status for batch in batches(services, started)} == {BatchStatus.HANDED_OVER}


def test_no_more_than_the_setting_says(services: Services, started: int, drain_with: DrainWith) -> None:
    """The doubt that a dead worker leaves is bounded: the third has to wait, and nobody waits for it."""
    drain = replace(drain_with(Meeting(3)), connections=1)
    drain.mailer.barrier.abort()  # type: ignore[attr-defined]

    assert drain.run(started) == 3
    assert {batch.status for batch in batches(services, started)} == {BatchStatus.UNKNOWN}


def test_fault_of_our_own_is_recorded_and_raised(services: Services, started: int, drain_with: DrainWith) -> None:
    """Nobody knows what left; what was taken is written down all the same."""
    with pytest.raises(ZeroDivisionError):
        drain_with(Broken()).run(started)

    first, *_ = batches(services, started)
    assert (first.status, first.reason) == (BatchStatus.UNKNOWN, "a fault of our own: ZeroDivisionError")
    assert not any(batch.status is BatchStatus.POSTING for batch in batches(services, started))
    assert len(deliveries(services, started)) >= 3


def test_second_bell_in_the_same_process_does_nothing(started: int, drain_with: DrainWith) -> None:
    """One drain of an issue uses all of its connections already."""

    class Curious(Postbox):
        def hand_over(self, mailing: Mailing) -> Receipt:
            again.append(drain.run(started))
            return super().hand_over(mailing)

    again: list[int] = []
    drain = drain_with(Curious())
    drain.run(started)

    assert again == [0, 0, 0]


def test_what_landed_is_gathered_once() -> None:
    """And leaving waits for the rest."""
    with Flights[int](2) as flights:
        flights.start(lambda: 1)
        flights.start(lambda: 2)
        assert flights.free == 0
        gathered: list[int] = []
        while flights:
            flights.wait()
            gathered += flights.landed()

    assert sorted(gathered) == [1, 2]
    assert flights.free == 2
