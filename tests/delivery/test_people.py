"""Who has it, who has not, and why: person by person."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from service.bootstrap import Services
from service.delivery.decisions import LET_GO, let_go
from service.delivery.drain import Drain
from service.delivery.model import Delivery, DeliveryStatus
from service.delivery.people import Person, people, unknown_batches
from service.delivery.standing import Standing
from service.delivery.status import issue_status
from service.mail.message import Mailer, OutcomeUnknown
from service.subscribers.model import Subscriber
from tests.conftest import Moody, Postbox
from tests.delivery.conftest import batches
from tests.delivery.test_drain import Picky

DrainWith = Callable[[Mailer], Drain]


def listed(services: Services, issue_id: int, standing: Standing | None = None) -> list[Person]:
    """Everybody, or those who stand so."""
    with services.database.read() as session:
        return people(session, issue_id, standing=standing)


def say(services: Services, subscriber_id: int, status: DeliveryStatus, reason: str = "") -> None:
    """An event said so of a reader's copy."""
    with services.database.unit() as uow:
        uow.session.execute(
            update(Delivery).where(Delivery.subscriber_id == subscriber_id).values(status=status, reason=reason)
        )


def test_everybody_is_listed_with_request_and_time(
    services: Services, started: int, drain_with: DrainWith, postbox: Postbox
) -> None:
    """Masked, in order, by which request and when."""
    drain_with(postbox).run(started)
    found = listed(services, started)

    assert [one.address for one in found] == ["r•••@example.test"] * 7
    assert [one.request for one in found] == ["postbox-1"] * 3 + ["postbox-2"] * 3 + ["postbox-3"]
    assert {(one.standing, one.at, one.reason) for one in found} == {(Standing.HANDED_OVER, services.clock(), "")}


def test_pages_follow_each_other_without_a_gap(
    services: Services, started: int, drain_with: DrainWith, postbox: Postbox
) -> None:
    """Each begins behind the last person of the one before."""
    drain_with(postbox).run(started)
    seen, after = [], 0
    with services.database.read() as session:
        while page := people(session, started, after=after, most=2):
            seen += [one.subscriber_id for one in page]
            after = seen[-1]

    assert seen == [one.subscriber_id for one in listed(services, started)]


def test_who_was_refused_has_the_reason(services: Services, started: int, drain_with: DrainWith) -> None:
    """In the transport's words."""
    drain_with(Picky("reader4@example.test")).run(started)

    assert [one.reason for one in listed(services, started, Standing.REFUSED)] == ["the address is malformed"]
    assert len(listed(services, started, Standing.HANDED_OVER)) == 6


def test_what_came_back_has_the_reason(
    services: Services, started: int, readers: list[int], drain_with: DrainWith, postbox: Postbox
) -> None:
    """A bounce is no delivery, though it was handed over."""
    drain_with(postbox).run(started)
    say(services, readers[2], DeliveryStatus.BOUNCED, "550 no such box")

    assert [one.reason for one in listed(services, started, Standing.CAME_BACK)] == ["550 no such box"]


def test_the_unknown_are_named_with_their_batch(services: Services, started: int, drain_with: DrainWith) -> None:
    """How many, when, by whom, why."""
    drain = drain_with(Moody(OutcomeUnknown("the connection was lost")))
    drain.run(started)
    with services.database.read() as session:
        (batch,) = unknown_batches(session, started)

    assert (batch.people, batch.posted_at, batch.worker) == (3, services.clock(), drain.presence.name)
    assert [one.reason for one in listed(services, started, Standing.UNKNOWN)] == ["the connection was lost"] * 3


def test_who_was_left_at_that_is_not_sent_until_an_event_says_otherwise(
    services: Services, started: int, readers: list[int], drain_with: DrainWith
) -> None:
    """The counts go with it, and always add up."""
    drain_with(Moody(OutcomeUnknown("lost"))).run(started)
    with services.database.unit() as uow:
        let_go(uow, batches(services, started)[0].id, None, services.clock())
    assert [one.reason for one in listed(services, started, Standing.REFUSED)] == [LET_GO] * 3

    say(services, readers[0], DeliveryStatus.DELIVERED)
    assert len(listed(services, started, Standing.REFUSED)) == 2
    with services.database.read() as session:
        counts = issue_status(session, started)
    assert (counts.recipients, counts.handed_over, counts.delivered, counts.not_sent) == (7, 5, 1, 2)


@pytest.mark.parametrize("status", DeliveryStatus)
def test_everybody_stands_in_exactly_one_place(
    services: Services, started: int, readers: list[int], drain_with: DrainWith, postbox: Postbox,
    status: DeliveryStatus,
) -> None:  # fmt: skip
    """Whatever the events say."""
    drain_with(postbox).run(started)
    say(services, readers[0], status)

    assert sum(len(listed(services, started, standing)) for standing in Standing) == 7


def test_the_proof_outlives_the_subscriber(
    services: Services, started: int, readers: list[int], drain_with: DrainWith, postbox: Postbox
) -> None:
    """Without an address."""
    drain_with(postbox).run(started)
    with services.database.unit() as uow:
        uow.session.delete(uow.session.get_one(Subscriber, readers[0]))

    assert [one.address for one in listed(services, started)][:2] == ["", "r•••@example.test"]
