"""What only a person decides: send again, leave it, and write to the rest."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from service.bootstrap import Services
from service.delivery.decisions import LET_GO, let_go, resend, send_to_the_rest
from service.delivery.drain import Drain
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus
from service.delivery.presence import Presence
from service.delivery.rest import rest_size
from service.editors.model import Editor
from service.issues.errors import NotPossibleNow
from service.issues.model import Issue, IssueState
from service.mail.message import Mailer, OutcomeUnknown
from service.subscribers.model import Subscription, SubscriptionStatus
from tests.conftest import Chime, Clock, Moody, Postbox
from tests.delivery.conftest import BATCH_SIZE, batches, deliveries
from tests.delivery.readers import PLAIN, choose
from tests.delivery.test_drain import EVERYONE, addresses
from tests.delivery.test_settle import statuses, sweep
from tests.web.at_desk import trail

DrainWith = Callable[[Mailer], Drain]


@pytest.fixture
def transport(started: int, drain_with: DrainWith) -> Moody:
    """It lost the reply to the first batch, three people, and took the others."""
    transport = Moody(OutcomeUnknown("the connection was lost"))
    drain_with(transport).run(started)
    return transport


def the_rest(services: Services, issue_id: int, eve: Editor) -> int:
    """Eve sends to the rest; gives how many batches were cut."""
    with services.database.unit() as uow:
        return send_to_the_rest(uow, issue_id, eve, services.head, services.clock(), batch_size=BATCH_SIZE)


def test_a_person_may_send_an_unknown_batch_again(
    services: Services, started: int, transport: Moody, drain_with: DrainWith, eve: Editor, chime: Chime
) -> None:
    """The three get it; the trail says who decided."""
    chime.rung.clear()
    with services.database.unit() as uow:
        resend(uow, batches(services, started)[0].id, eve, services.clock())
    assert chime.rung == [("delivery.drain", started)]
    drain_with(transport).run(started)

    assert addresses(transport) == EVERYONE
    assert len(deliveries(services, started)) == 7
    assert trail(services) == [("sent_again", f"batch:{batches(services, started)[0].id}")]


def test_a_person_may_leave_it(
    services: Services, started: int, transport: Moody, presence: Presence, eve: Editor
) -> None:
    """Nobody gets it twice, the reason is kept, and the issue can be finished."""
    with services.database.unit() as uow:
        let_go(uow, batches(services, started)[0].id, eve, services.clock())
    sweep(services, presence)

    assert statuses(services, started)[0] is BatchStatus.REJECTED
    assert batches(services, started)[0].reason == LET_GO
    assert len(addresses(transport)) == 4
    with services.database.read() as session:
        assert session.get_one(Issue, started).state is IssueState.SENT


@pytest.mark.parametrize("decide", [resend, let_go])
def test_only_what_is_unknown_waits_for_a_decision(
    services: Services, started: int, transport: Moody, eve: Editor, decide: Callable[..., None]
) -> None:
    """What was handed over stays so, and so does the trail."""
    with pytest.raises(NotPossibleNow), services.database.unit() as uow:
        decide(uow, batches(services, started)[1].id, eve, services.clock())

    assert statuses(services, started)[1] is BatchStatus.HANDED_OVER
    assert trail(services) == []


@pytest.mark.parametrize("decide", [resend, let_go])
def test_an_event_ends_the_doubt(
    services: Services, started: int, transport: Moody, eve: Editor, decide: Callable[..., None]
) -> None:
    """It was taken, the sweep has only not seen it yet: nobody gets it twice for that."""
    batch = batches(services, started)[0]
    with services.database.unit() as uow:
        one = select(Delivery.subscriber_id).where(Delivery.batch_id == batch.id).limit(1).scalar_subquery()
        first = update(Delivery).where(Delivery.subscriber_id == one)
        uow.session.execute(first.values(status=DeliveryStatus.DELIVERED))
    with pytest.raises(NotPossibleNow), services.database.unit() as uow:
        decide(uow, batch.id, eve, services.clock())

    assert statuses(services, started)[0] is BatchStatus.UNKNOWN
    assert len(deliveries(services, started)) == 7


def test_nothing_of_a_cancelled_issue_is_sent_again(
    services: Services, started: int, transport: Moody, eve: Editor
) -> None:
    """It was given up."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, started).state = IssueState.CANCELLED
    with pytest.raises(NotPossibleNow), services.database.unit() as uow:
        resend(uow, batches(services, started)[0].id, eve, services.clock())

    assert statuses(services, started)[0] is BatchStatus.UNKNOWN


def test_the_rest_is_who_came_late(
    services: Services, started: int, drain_with: DrainWith, postbox: Postbox, presence: Presence, eve: Editor,
    subscribe: Callable[..., int],
) -> None:  # fmt: skip
    """Four who confirmed after the cut get a sent issue; nobody else gets it again, and twice is harmless."""
    drain_with(postbox).run(started)
    sweep(services, presence)
    late = [f"late{n}@example.test" for n in range(4)]
    for email in late:
        subscribe(email)
    services.clock.move(days=1)  # type: ignore[attr-defined]

    assert (the_rest(services, started, eve), the_rest(services, started, eve)) == (2, 0)
    drain_with(postbox).run(started)
    sweep(services, presence)

    assert addresses(postbox) == sorted([*EVERYONE, *late])
    assert trail(services) == [("sent_to_the_rest", f"issue:{started}")]
    with services.database.read() as session:
        assert session.get_one(Issue, started).state is IssueState.SENT
        assert rest_size(session, session.get_one(Issue, started)) == 0


def test_who_came_back_to_the_first_place_of_a_range_is_the_rest(
    services: Services, started: int, readers: list[int], drain_with: DrainWith, postbox: Postbox, eve: Editor
) -> None:
    """A range of the second cutting may begin where one of the first did."""
    set_sendable(services, readers[0], False)
    drain_with(postbox).run(started)
    set_sendable(services, readers[0], True)
    the_rest(services, started, eve)
    drain_with(postbox).run(started)

    assert addresses(postbox) == EVERYONE


def test_cancelled_ranges_are_the_rest_only_when_a_person_says_so(
    services: Services, started: int, drain_with: DrainWith, postbox: Postbox, presence: Presence, eve: Editor
) -> None:
    """The sweep leaves them alone."""
    with services.database.unit() as uow:
        uow.session.execute(update(Batch).where(Batch.issue_id == started).values(status=BatchStatus.CANCELLED))
    sweep(services, presence)
    assert len(batches(services, started)) == 3

    assert the_rest(services, started, eve) == 3
    drain_with(postbox).run(started)
    assert addresses(postbox) == EVERYONE


@pytest.mark.parametrize("state", [IssueState.SCHEDULED, IssueState.STOPPED, IssueState.CANCELLED])
def test_the_rest_of_an_issue_that_does_not_go_out_gets_nothing(
    services: Services, started: int, eve: Editor, state: IssueState
) -> None:
    """Go on with it first."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, started).state = state
    with pytest.raises(NotPossibleNow):
        the_rest(services, started, eve)


def test_who_changes_to_plain_text_between_cut_and_hand_over_is_not_missed(
    services: Services, started: int, readers: list[int], drain_with: DrainWith, postbox: Postbox, presence: Presence
) -> None:
    """They left the one range and are in no other: an issue is not sent before they have it too."""
    choose(services, readers[4], PLAIN)
    drain_with(postbox).run(started)
    assert "reader4@example.test" not in addresses(postbox)
    sweep(services, presence)
    drain_with(postbox).run(started)
    sweep(services, presence)

    assert addresses(postbox) == EVERYONE
    with services.database.read() as session:
        assert session.get_one(Issue, started).state is IssueState.SENT


def test_the_sweep_does_not_reach_for_those_who_came_late(
    services: Services, started: int, drain_with: DrainWith, postbox: Postbox, presence: Presence, clock: Clock
) -> None:
    """Ben confirms a day later; whether he gets an old issue is for a person to say."""
    drain_with(postbox).run(started)
    clock.move(days=1)
    with services.database.unit() as uow:
        subscription = uow.session.scalars(select(Subscription).where(Subscription.status == "pending")).one()
        subscription.start(clock())
        assert subscription.status is SubscriptionStatus.CONFIRMED
    sweep(services, presence)

    assert addresses(postbox) == EVERYONE
    assert len(batches(services, started)) == 3


def set_sendable(services: Services, subscriber_id: int, sendable: bool) -> None:
    """Let a reader leave or come back."""
    with services.database.unit() as uow:
        uow.session.execute(
            update(Subscription).where(Subscription.subscriber_id == subscriber_id).values(sendable=sendable)
        )
