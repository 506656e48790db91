"""A correction goes to those alone who have a copy that showed the wrong item, and to each of them once."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from service.bootstrap import Services
from service.delivery.correcting import readers_with
from service.delivery.decisions import send_to_the_rest
from service.delivery.drain import Drain
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus, Variant
from service.delivery.start import NOTHING_LEFT, start
from service.delivery.status import issue_status
from service.editors.model import Editor
from service.issues.approvals import approve
from service.issues.corrections import mark_wrong
from service.issues.model import Issue, IssueState, Item, ItemKind
from service.issues.scheduling import schedule
from service.mail.bulk import BulkMailer
from service.stories.model import Scope
from service.subscribers.model import Subscriber, Subscription
from tests.conftest import Postbox
from tests.delivery.conftest import BATCH_SIZE
from tests.issues.paper import a_story, take_back

RIGHT = "Take two, with food."


@pytest.fixture
def sent(services: Services, started: int, drain_with: Callable[[BulkMailer], Drain], postbox: Postbox) -> int:
    """The issue, which all seven readers have."""
    drain_with(postbox).run(started)
    postbox.mailings.clear()
    with services.database.unit() as uow:
        uow.session.get_one(Issue, started).state = IssueState.SENT
    return started


@pytest.fixture
def send(services: Services, drain_with: Callable[[BulkMailer], Drain], postbox: Postbox, eve: Editor):  # type: ignore[no-untyped-def]
    """Write a correction of an issue's first item, start it and hand it over; gives its id and who got it."""

    def correct(issue_id: int) -> tuple[int, list[str]]:
        row = corrected(services, issue_id, eve)
        drain_with(postbox).run(row)
        return row, [person.to.email for mailing in postbox.mailings for person in mailing.recipients]

    return correct


def corrected(services: Services, issue_id: int, eve: Editor) -> int:
    """A correction that has begun to leave."""
    now = services.clock()
    with services.database.unit() as uow:
        item = uow.session.get_one(Issue, issue_id).items[0]
        made = mark_wrong(uow, issue_id, item.id, "Take ten.", RIGHT, eve, now=now)
        approve(uow, made.id, eve, now=now)
        schedule(uow, made.id, now, eve, head=services.head, now=now)
        assert start(uow, made.id, services.head, batch_size=BATCH_SIZE, slots=1, now=now)
    return made.id


def addresses(*numbers: int) -> list[str]:
    """Of some of the seven readers."""
    return [f"reader{number}@example.test" for number in numbers]


def test_whoever_has_it_gets_the_correction_once(
    services: Services, sent: int, subscribe: Callable[..., int], send: Callable[[int], tuple[int, list[str]]]
) -> None:
    """Nobody who joined since; the numbers add up, and the issue is corrected."""
    subscribe("late@example.test")

    row, got = send(sent)

    assert got == addresses(*range(7))
    with services.database.read() as session:
        told = issue_status(session, row)
        assert (told.recipients, told.handed_over, told.not_sent) == (7, 7, 0)
        assert session.get_one(Issue, sent).state is IssueState.CORRECTED


def test_copies_without_the_item_are_not_corrected(
    services: Services, sent: int, readers: list[int], send: Callable[[int], tuple[int, list[str]]]
) -> None:
    """Of readers between others in one range too."""
    with services.database.unit() as uow:
        other = Variant(
            issue_id=sent, key="plain", lang="en", subject="June", text="…", html="", created_at=services.clock(),
            items=[999],
        )  # fmt: skip
        uow.session.add(other)
        uow.session.flush()
        apart = Batch(
            issue_id=sent, variant_id=other.id, reader_key="plain", cut=9, first_subscriber=readers[1],
            last_subscriber=readers[4], status=BatchStatus.HANDED_OVER,
        )  # fmt: skip
        uow.session.add(apart)
        uow.session.flush()
        theirs = Delivery.subscriber_id.in_([readers[1], readers[4]])
        uow.session.execute(update(Delivery).where(Delivery.issue_id == sent, theirs).values(batch_id=apart.id))
        item = uow.session.get_one(Issue, sent).items[0]
        assert readers_with(uow.session, item) == 5

    assert send(sent)[1] == addresses(0, 2, 3, 5, 6)


def test_who_did_not_get_it_or_is_no_reader_any_more_gets_none(
    services: Services, sent: int, readers: list[int], send: Callable[[int], tuple[int, list[str]]]
) -> None:
    """Bounced, unsubscribed, suppressed, erased, and one of whom nobody knows."""
    with services.database.unit() as uow:
        bounced = Delivery.subscriber_id == readers[0]
        uow.session.execute(update(Delivery).where(bounced).values(status=DeliveryStatus.BOUNCED))
        left = Subscription.subscriber_id == readers[1]
        uow.session.execute(update(Subscription).where(left).values(sendable=False))
        uow.session.delete(uow.session.get_one(Subscriber, readers[2]))
        last = select(Delivery.batch_id).where(Delivery.subscriber_id == readers[6]).scalar_subquery()
        uow.session.execute(update(Batch).where(Batch.id == last).values(status=BatchStatus.UNKNOWN))

    assert send(sent)[1] == addresses(3, 4, 5)


def test_leaving_between_the_cut_and_the_hand_over_counts(
    services: Services, sent: int, readers: list[int], eve: Editor, drain_with: Callable[[BulkMailer], Drain],
    postbox: Postbox,
) -> None:  # fmt: skip
    """The ledger is asked once more at the last moment."""
    row = corrected(services, sent, eve)
    with services.database.unit() as uow:
        left = Subscription.subscriber_id == readers[3]
        uow.session.execute(update(Subscription).where(left).values(sendable=False))

    drain_with(postbox).run(row)

    assert sum(len(mailing.recipients) for mailing in postbox.mailings) == 6


def test_the_rest_of_a_correction_is_nobody_else(
    services: Services, sent: int, subscribe: Callable[..., int], send: Callable[[int], tuple[int, list[str]]],
    eve: Editor,
) -> None:  # fmt: skip
    """Pressing "send to the rest" finds no stranger."""
    row, _ = send(sent)
    subscribe("late@example.test")
    with services.database.unit() as uow:
        uow.session.get_one(Issue, row).state = IssueState.SENT

    with services.database.unit() as uow:
        assert send_to_the_rest(uow, row, eve, services.head, services.clock(), batch_size=BATCH_SIZE) == 0


def test_a_story_that_is_taken_back_holds_its_correction(
    services: Services, sent: int, eve: Editor, drain_with: Callable[[BulkMailer], Drain], postbox: Postbox
) -> None:
    """Already under way, it pauses instead of sending an empty mail."""
    with services.database.unit() as uow:
        story = a_story(uow.session, "the-bench")
        issue = uow.session.get_one(Issue, sent)
        told = Item(issue=issue, position=0, kind=ItemKind.STORY, slot="lead", why="first", story_id=story.id)
        uow.session.add(told)
        uow.session.flush()
        uow.session.expire(issue)
        uow.session.execute(update(Variant).where(Variant.issue_id == sent).values(items=[told.id]))
    row = corrected(services, sent, eve)
    with services.database.unit() as uow:
        take_back(uow.session.merge(story), Scope.NEWSLETTER)

    drain_with(postbox).run(row)

    assert postbox.mailings == []
    with services.database.read() as session:
        found = session.get_one(Issue, row)
        assert (found.state, found.held_because) == (IssueState.PAUSED, NOTHING_LEFT)
