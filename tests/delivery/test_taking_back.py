"""A story is taken back, or its consent narrowed, while mails with it wait to leave: no further reader gets it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.model import Batch, BatchStatus, Recall, RecallState, Variant
from service.delivery.start import start
from service.delivery.taking_back import mailed_to, surfaces
from service.issues.model import Issue, Item, ItemKind
from service.mail.bulk import BulkMailer
from service.stories.model import Scope, Story, StoryState
from service.stories.moderation import withdraw
from service.stories.queries import story_for_change
from service.stories.receipts import Receipt, receipt_of
from service.stories.take_backs import Place
from service.stories.taking_back import open_take_backs, take_back
from tests.conftest import Chime, Clock, Postbox
from tests.delivery.conftest import BATCH_SIZE
from tests.issues.paper import a_story
from tests.issues.paper import take_back as say_no

DrainWith = Callable[[BulkMailer], Drain]


@pytest.fixture
def story_id(services: Services, readers: list[int], issue_id: int) -> int:
    """A story in the issue, which has begun to leave."""
    with services.database.unit() as uow:
        story = a_story(uow.session, "the-bench")
        issue = uow.session.get_one(Issue, issue_id)
        issue.items.append(
            Item(issue=issue, position=2, kind=ItemKind.STORY, slot="lead", why="next", story_id=story.id)
        )
    with services.database.unit() as uow:
        assert start(uow, issue_id, services.head, batch_size=BATCH_SIZE, slots=1, now=services.clock())
    return story.id


@pytest.fixture
def first_only(drain_with: DrainWith, postbox: Postbox) -> Drain:
    """A worker that stops after one batch."""
    return replace(drain_with(postbox), stopping=lambda: bool(postbox.mailings))


def taken_back(services: Services, story_id: int) -> bool:
    """Its teller takes it back, and the fan-out comes by; whether it is clean everywhere."""
    with services.database.unit() as uow:
        story = story_for_change(uow.session, story_id)
        withdraw(uow, story, organisation="The Group", now=services.clock(), by="storyteller")
    return go_on(services, story_id)


def go_on(services: Services, story_id: int) -> bool:
    """The fan-out comes by again."""
    return take_back(services.database, story_id, surfaces(services.head), mailed_to, clock=services.clock)


def receipt(services: Services, story_id: int) -> Receipt:
    """What the teller sees."""
    with services.database.read() as session:
        return receipt_of(session, story_id)


def line(services: Services, story_id: int, words: str) -> tuple[bool, str]:
    """Whether one place of the receipt is clean, and what it says."""
    found = next(one for one in receipt(services, story_id).lines if one.words == words)
    return found.clean_at is not None, found.said


def texts(postbox: Postbox) -> list[tuple[int, bool]]:
    """How many readers each hand-over had, and whether the story stood in it."""
    return [(len(one.recipients), "bench" in f"{one.text} {one.html}".lower()) for one in postbox.mailings]


LEAVING, COPIES = "Newsletters that were leaving", "Our own copies of the mails"


def test_the_rest_of_the_readers_do_not_get_it(
    services: Services, story_id: int, issue_id: int, first_only: Drain, drain_with: DrainWith, postbox: Postbox
) -> None:
    """Three have it, and the receipt says so; four get the issue without it; our own copies are empty."""
    first_only.run(issue_id)
    assert texts(postbox) == [(3, True)]

    assert taken_back(services, story_id)
    drain_with(postbox).run(issue_id)
    assert texts(postbox) == [(3, True), (3, False), (1, False)]
    assert [(one.on, one.readers) for one in receipt(services, story_id).posted] == [(services.clock().date(), 3)]
    with services.database.read() as session:
        for variant in session.scalars(select(Variant)):
            assert "bench" not in f"{variant.text} {variant.html}".lower()


def test_a_batch_that_is_leaving_is_waited_for(services: Services, story_id: int, issue_id: int, clock: Clock) -> None:
    """What is between our door and the transport's is neither clean nor lost; the receipt waits for the answer."""
    leaving = update(Batch).where(Batch.first_subscriber == select(func.min(Batch.first_subscriber)).scalar_subquery())
    with services.database.unit() as uow:
        uow.session.execute(leaving.values(status=BatchStatus.POSTING, recipients=3))

    assert not taken_back(services, story_id)
    assert line(services, story_id, LEAVING) == (False, "Some mails are leaving at this very moment.")
    with services.database.unit() as uow:
        uow.session.execute(leaving.values(status=BatchStatus.HANDED_OVER))
    clock.move(seconds=2)
    assert go_on(services, story_id)
    assert receipt(services, story_id).posted[0].readers == 3


def test_what_the_provider_only_holds_is_called_back(
    services: Services, story_id: int, clock: Clock, chime: Chime
) -> None:
    """The bell rings for it, and the place is clean when the provider has said yes."""
    in_an_hour = clock() + timedelta(hours=1)
    held = {"status": BatchStatus.HANDED_OVER, "provider_batch": Batch.id, "send_at": in_an_hour, "recipients": 3}
    with services.database.unit() as uow:
        uow.session.execute(update(Batch).values(**held))

    assert not taken_back(services, story_id)
    assert ("delivery.call_back", 0) in chime.rung
    with services.database.unit() as uow:
        for batch in uow.session.scalars(select(Batch)):
            call = Recall(
                provider_batch=batch.provider_batch, batch_id=batch.id, issue_id=batch.issue_id, people=3,
                worker="w", send_at=in_an_hour, asked_at=clock(),
            )  # fmt: skip
            uow.session.add(call)
    clock.move(seconds=2)
    assert not go_on(services, story_id)
    assert line(services, story_id, LEAVING)[1].startswith("Our mail service was asked")

    with services.database.unit() as uow:
        uow.session.execute(update(Recall).values(state=RecallState.CALLED_BACK))
        uow.session.execute(update(Batch).values(status=BatchStatus.CALLED_BACK))
    clock.move(seconds=4)
    assert go_on(services, story_id)
    assert receipt(services, story_id).posted == []


def test_a_late_report_of_a_hand_over_is_counted(services: Services, story_id: int, clock: Clock) -> None:
    """A batch of which nobody knows may have reached its readers, so the receipt counts them."""
    with services.database.unit() as uow:
        uow.session.execute(update(Batch).values(status=BatchStatus.UNKNOWN, recipients=2))

    assert taken_back(services, story_id)
    assert receipt(services, story_id).posted[0].readers == 6


@pytest.mark.parametrize("scope", [Scope.NEWSLETTER, Scope.WEB])
def test_a_no_between_start_and_claim_is_kept(
    services: Services, story_id: int, issue_id: int, drain_with: DrainWith, postbox: Postbox, scope: Scope
) -> None:
    """Each batch asks anew in the transaction that claims it: who says no to mails is in none of them (I3)."""
    with services.database.unit() as uow:
        say_no(story_for_change(uow.session, story_id), scope)

    drain_with(postbox).run(issue_id)
    assert texts(postbox) == [(size, scope is not Scope.NEWSLETTER) for size in (3, 3, 1)]


@pytest.mark.parametrize("state", [StoryState.HIDDEN, StoryState.RETIRED, StoryState.WITHDRAWN])
def test_a_story_that_is_hidden_half_way_is_in_no_further_mail(
    services: Services, story_id: int, issue_id: int, first_only: Drain, drain_with: DrainWith, postbox: Postbox,
    state: StoryState,
) -> None:  # fmt: skip
    """Also before any fan-out has come by."""
    first_only.run(issue_id)
    with services.database.unit() as uow:
        uow.session.get_one(Story, story_id).state = state

    drain_with(postbox).run(issue_id)
    assert texts(postbox) == [(3, True), (3, False), (1, False)]


def test_every_place_there_is_is_looked_at(services: Services) -> None:
    """The list is complete, and each place stands in it once."""
    assert sorted(one.place for one in surfaces(services.head)) == sorted(Place)


def test_a_finished_take_back_is_not_rung_for_again(services: Services, story_id: int) -> None:
    """The sweep finds nothing."""
    taken_back(services, story_id)

    with services.database.read() as session:
        assert open_take_backs(session, services.clock() + timedelta(days=1)) == []
