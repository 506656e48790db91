"""Draining: everyone once, whatever the transport says."""

from collections.abc import Callable

import pytest

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.model import MOST_ATTEMPTS, BatchStatus, Delivery, DeliveryStatus
from service.delivery.start import start
from service.issues.model import Issue, IssueState
from service.mail.bulk import BulkMailer
from service.mail.message import Mailing, Misconfigured, OutcomeUnknown, Receipt, Rejected, TryLater
from service.subscribers.model import Subscription
from tests.conftest import Clock, Moody, Postbox
from tests.delivery.conftest import batches, deliveries
from tests.delivery.readers import PLAIN, choose

DrainWith = Callable[[BulkMailer], Drain]


class Picky(Postbox):
    """A transport that refuses every mailing in which a certain address stands, as SendGrid does."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Refuse the whole mailing for one."""
        if any(person.to.email == self.address for person in mailing.recipients):
            raise Rejected("the address is malformed")
        return super().hand_over(mailing)


def addresses(postbox: Postbox) -> list[str]:
    """Everyone who was handed over, sorted, repeats included."""
    return sorted(person.to.email for mailing in postbox.mailings for person in mailing.recipients)


EVERYONE = [f"reader{n}@example.test" for n in range(7)]


def test_everyone_gets_it_once(services: Services, started: int, drain_with: DrainWith, postbox: Postbox) -> None:
    """Three batches, seven readers, no one twice."""
    assert drain_with(postbox).run(started) == 3

    assert addresses(postbox) == EVERYONE
    assert {batch.status for batch in batches(services, started)} == {BatchStatus.HANDED_OVER}
    assert len(deliveries(services, started)) == 7


def test_who_has_it_already_is_passed_over(
    services: Services, readers: list[int], started: int, drain_with: DrainWith, postbox: Postbox
) -> None:
    """One reader of the middle batch had an earlier copy, which an event has proven; the others of it get theirs."""
    with services.database.unit() as uow:
        uow.session.add(Delivery(issue_id=started, subscriber_id=readers[3], batch_id=batches(services, started)[0].id))

    assert drain_with(postbox).run(started) == 3
    assert addresses(postbox) == [address for place, address in enumerate(EVERYONE) if place != 3]
    assert len(deliveries(services, started)) == 7


def test_draining_again_sends_nothing(started: int, drain_with: DrainWith, postbox: Postbox) -> None:
    """A second bell is harmless."""
    drain_with(postbox).run(started)

    assert drain_with(postbox).run(started) == 0
    assert addresses(postbox) == EVERYONE


def test_each_reader_has_a_link_of_their_own(started: int, drain_with: DrainWith, postbox: Postbox) -> None:
    """Unsubscribing ends one person's subscription."""
    drain_with(postbox).run(started)

    links = [person.slots["%%unsubscribe_url%%"] for mailing in postbox.mailings for person in mailing.recipients]
    assert len(set(links)) == 7


def test_a_refusal_for_now_is_tried_again_after_a_wait(
    services: Services, started: int, drain_with: DrainWith, clock: Clock
) -> None:
    """429: nobody is written down as reached, and nobody is forgotten."""
    transport = Moody(TryLater("too many requests", after=1))
    drain = drain_with(transport)
    drain.run(started)
    assert len(addresses(transport)) == 4

    clock.move(seconds=2)
    drain.run(started)
    assert addresses(transport) == EVERYONE


def test_a_lost_reply_is_unknown_and_never_sent_again(
    services: Services, started: int, drain_with: DrainWith, clock: Clock
) -> None:
    """Three people may or may not have it; nobody gets it twice."""
    transport = Moody(OutcomeUnknown("the connection was lost"))
    drain = drain_with(transport)
    drain.run(started)
    clock.move(days=1)
    drain.run(started)

    assert [batch.status for batch in batches(services, started)].count(BatchStatus.UNKNOWN) == 1
    assert len(addresses(transport)) == 4
    assert len(deliveries(services, started)) == 7


def test_one_bad_address_stands_alone(services: Services, started: int, drain_with: DrainWith) -> None:
    """The request is halved until only the bad recipient is refused."""
    transport = Picky("reader4@example.test")
    drain_with(transport).run(started)

    assert addresses(transport) == [email for email in EVERYONE if email != "reader4@example.test"]
    refused = [one for one in deliveries(services, started) if one.status is DeliveryStatus.REJECTED]
    assert [one.reason for one in refused] == ["the address is malformed"]


def test_a_wrong_key_pauses_the_issue(services: Services, started: int, drain_with: DrainWith) -> None:
    """Refusing a million people one by one helps nobody: a person has to mend the key."""
    drain_with(Moody(Misconfigured("the key is not valid"))).run(started)

    with services.database.read() as session:
        assert session.get_one(Issue, started).state is IssueState.PAUSED
    assert deliveries(services, started) == []


def test_attempts_are_capped_and_then_a_person_is_asked(
    services: Services, started: int, drain_with: DrainWith, clock: Clock
) -> None:
    """A transport that is away for hours pauses the issue instead of giving readers up."""
    drain = drain_with(Moody(*[TryLater("busy") for _ in range(MOST_ATTEMPTS * 3)]))
    for _ in range(MOST_ATTEMPTS * 2):
        drain.run(started)
        clock.move(minutes=11)

    assert max(batch.attempt for batch in batches(services, started)) == MOST_ATTEMPTS
    with services.database.read() as session:
        assert session.get_one(Issue, started).state is IssueState.PAUSED


def test_who_unsubscribes_before_the_batch_leaves_is_not_in_it(
    services: Services, started: int, readers: list[int], drain_with: DrainWith, postbox: Postbox
) -> None:
    """The list is read at the last moment."""
    with services.database.unit() as uow:
        uow.session.query(Subscription).filter_by(subscriber_id=readers[2]).one().sendable = False
    drain_with(postbox).run(started)

    assert addresses(postbox) == [email for email in EVERYONE if email != "reader2@example.test"]


def test_a_range_whose_readers_all_left_is_done(
    services: Services, started: int, readers: list[int], drain_with: DrainWith, postbox: Postbox
) -> None:
    """Nobody to write to is no error and no request."""
    with services.database.unit() as uow:
        uow.session.query(Subscription).filter_by(subscriber_id=readers[6]).one().sendable = False
    drain_with(postbox).run(started)

    assert len(postbox.mailings) == 2
    assert {batch.status for batch in batches(services, started)} == {BatchStatus.HANDED_OVER}


@pytest.mark.parametrize("state", [IssueState.STOPPED, IssueState.PAUSED])
def test_a_stopped_issue_hands_nothing_over(
    services: Services, started: int, drain_with: DrainWith, postbox: Postbox, state: IssueState
) -> None:
    """The red button works on the next claim."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, started).state = state
    drain_with(postbox).run(started)

    assert postbox.mailings == []


def test_a_reader_who_wants_plain_text_gets_no_html(
    services: Services, readers: list[int], issue_id: int, drain_with: DrainWith, postbox: Postbox
) -> None:
    """A choice on the preference page is honoured, or it is not offered."""
    choose(services, readers[0], PLAIN)
    with services.database.unit() as uow:
        start(uow, issue_id, services.head, batch_size=3, slots=1, now=services.clock())
    drain_with(postbox).run(issue_id)

    plain = [mailing for mailing in postbox.mailings if not mailing.html]
    assert [person.to.email for mailing in plain for person in mailing.recipients] == ["reader0@example.test"]
    assert addresses(postbox) == EVERYONE
