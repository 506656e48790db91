"""Given to the provider ahead of time, and called back: exactly once, at a stand-in that counts."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from service.bootstrap import Services
from service.delivery.ahead import Stock
from service.delivery.drain import Drain
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus, Recall, RecallState
from service.delivery.outlook import outlook
from service.delivery.pacing import LocalPace
from service.delivery.presence import Presence
from service.delivery.recall import call_back
from service.delivery.settle import finish_issues, settle
from service.delivery.start import Timing, start
from service.delivery.status import issue_status
from service.issues import actions
from service.issues.model import Issue, IssueState, Item, ItemKind
from service.mail.sendgrid import SendGridMailer
from service.mail.sendgrid_client import SendGridClient
from service.mail.sendgrid_schedule import SendGridSchedule
from service.stories.model import Scope, Story
from tests.conftest import Clock
from tests.delivery.conftest import BATCH_SIZE, batches
from tests.issues.paper import a_story, take_back
from tests.journeys.house import wait_for
from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY

LEAD = timedelta(minutes=30)


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    """A provider with a memory."""
    with SendGridStandin(api_key=KEY) as standin:
        yield standin


@pytest.fixture
def schedule(standin: SendGridStandin) -> Iterator[SendGridSchedule]:
    """What calls back."""
    with closing(SendGridSchedule(SendGridClient(KEY, standin.url))) as schedule:
        yield schedule


@pytest.fixture
def drain(
    services: Services, standin: SendGridStandin, schedule: SendGridSchedule, presence: Presence, clock: Clock
) -> Iterator[Drain]:
    """A worker over the provider, at the true time, because the provider lives in it."""
    clock.at = datetime.now(UTC)
    with closing(SendGridMailer(KEY, standin.url, clock=clock, read_seconds=1)) as mailer:
        yield Drain(
            database=services.database, mailer=mailer, head=services.head, presence=presence, pace=LocalPace(),
            clock=clock, stopping=lambda: False, connections=2, timing=Timing(LEAD), stock=Stock(schedule),
        )  # fmt: skip


@pytest.fixture
def soon(services: Services, drain: Drain, readers: list[int], issue_id: int, clock: Clock) -> int:
    """An issue for seven readers that leaves in twenty-nine minutes, and has begun to be given to the provider."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, issue_id).send_at = clock() + LEAD - timedelta(minutes=1)
        assert start(
            uow, issue_id, services.head, batch_size=BATCH_SIZE, slots=1, timing=Timing(LEAD), now=clock()
        )  # fmt: skip
    return issue_id


@pytest.fixture
def sweep(services: Services, schedule: SendGridSchedule, presence: Presence, clock: Clock) -> Callable[[], int]:
    """One pass of the sweep, and what it rings for."""

    def pass_by() -> int:
        with services.database.unit() as uow:
            settle(uow, presence, now=clock())
            finish_issues(uow, services.head, now=clock(), batch_size=BATCH_SIZE)
        return call_back(services.database, schedule, presence, clock=clock)

    return pass_by


def leaving(standin: SendGridStandin) -> Counter[str]:
    """Address -> how many copies are going to reach it."""
    return Counter(message.to for message in standin.messages() if message.fate in {"scheduled", "sent"})


EVERYONE = Counter(f"reader{n}@example.test" for n in range(7))


def state_of(services: Services, issue_id: int) -> IssueState:
    """Where the issue stands."""
    with services.database.read() as session:
        return session.get_one(Issue, issue_id).state


def test_every_request_has_its_time_and_an_id_of_its_own(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int
) -> None:
    """Mail leaves at the minute it was promised, and the ledger knows under which id."""
    drain.run(soon)

    bodies = [request["body"] for request in standin.requests()]
    at = batches(services, soon)[0].send_at
    assert at is not None
    assert {body["send_at"] for body in bodies} == {int(at.timestamp())}
    assert {body["batch_id"] for body in bodies} == {batch.provider_batch for batch in batches(services, soon)}
    assert len(bodies) == 3
    assert leaving(standin) == EVERYONE


def test_two_issues_that_leave_at_a_time_do_not_count_on_the_same_id(schedule: SendGridSchedule) -> None:
    """An id that another one is about to use is nobody else's; what is not used is there for the next."""
    stock = Stock(schedule)
    assert stock.fill(2) == 2

    with stock.some(2) as mine:
        with stock.some(2) as theirs:
            assert (len(mine), theirs, len(stock)) == (2, [], 0)
        used = mine.pop()

    assert len(stock) == 1
    with stock.some(2) as left:
        assert used not in left


def test_nobody_has_it_yet(services: Services, drain: Drain, soon: int, sweep: Callable[[], int], clock: Clock) -> None:
    """Handed over ahead is not sent: the issue ends when its time has come."""
    drain.run(soon)
    sweep()
    with services.database.read() as session:
        assert outlook(session, soon, (), clock()).ahead == 7
    assert state_of(services, soon) is IssueState.SENDING

    clock.move(minutes=30)
    sweep()
    assert state_of(services, soon) is IssueState.SENT


def test_a_lost_reply_is_called_back_and_sent_again_exactly_once(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, sweep: Callable[[], int]
) -> None:
    """The provider had taken it: the copy is thrown away, and a new one is under a new id."""
    standin.behave({"when": {"next": 1}, "do": "accept_and_drop"})
    drain.run(soon)
    assert BatchStatus.UNKNOWN in {batch.status for batch in batches(services, soon)}

    assert sweep() == 1
    drain.run(soon)
    assert leaving(standin) == EVERYONE
    assert len(standin.messages()) == 10


def test_a_request_that_arrives_after_the_call_reaches_nobody(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, sweep: Callable[[], int]
) -> None:
    """Accepted long after our time-out, under an id that was cancelled meanwhile."""
    standin.behave({"when": {"next": 1}, "do": "accept_late", "seconds": 1.6})
    drain.run(soon)
    assert sweep() == 1
    drain.run(soon)
    standin_took_ten(standin)

    assert leaving(standin) == EVERYONE


def standin_took_ten(standin: SendGridStandin) -> None:
    """Wait for the late one."""
    wait_for(lambda: len(standin.messages()) == 10, seconds=10, what="the late acceptance")


def test_a_batch_of_a_worker_that_may_only_sleep_is_called_back(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, sweep: Callable[[], int], clock: Clock
) -> None:
    """Nobody can prove it dead; but what it may yet post under its id is thrown away."""
    drain.run(soon)
    with services.database.unit() as uow:
        sleeping = uow.session.scalars(select(Batch).limit(1)).one()
        sleeping.status, sleeping.lease_until = BatchStatus.POSTING, clock() - timedelta(minutes=1)
    assert sweep() == 1
    drain.run(soon)

    assert leaving(standin) == EVERYONE


def test_an_emergency_stop_calls_everything_back(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, sweep: Callable[[], int], clock: Clock
) -> None:
    """Nobody gets it; after the all-clear everybody does, once."""
    drain.run(soon)
    with services.database.unit() as uow:
        actions.stop(uow, soon, None, now=clock())
    assert sweep() == 3
    assert leaving(standin) == Counter()
    with services.database.read() as session:
        counts, ahead = issue_status(session, soon), outlook(session, soon, (), clock())
    assert (counts.handed_over, counts.not_sent, ahead.called_back, ahead.ahead) == (0, 7, 7, 0)

    with services.database.unit() as uow:
        actions.resume(uow, soon, None, now=clock())
    drain.run(soon)
    assert leaving(standin) == EVERYONE


def test_a_cancelled_issue_never_leaves(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, sweep: Callable[[], int], clock: Clock
) -> None:
    """Not even what was called back, or is asked for again."""
    drain.run(soon)
    with services.database.unit() as uow:
        actions.stop(uow, soon, None, now=clock())
        actions.cancel(uow, soon, None, now=clock())
    sweep()
    sweep()
    drain.run(soon)

    assert leaving(standin) == Counter()
    assert {batch.status for batch in batches(services, soon)} == {BatchStatus.CALLED_BACK, BatchStatus.CANCELLED}


def test_a_story_that_is_taken_back_is_called_back_and_the_issue_comes_without_it(
    services: Services, standin: SendGridStandin, drain: Drain, readers: list[int], issue_id: int,
    sweep: Callable[[], int], clock: Clock,
) -> None:  # fmt: skip
    """Between the hand-over and ten minutes before: everybody gets one mail, and the story is in none of them."""
    with services.database.unit() as uow:
        story = a_story(uow.session, "the-bench", clock())
        issue = uow.session.get_one(Issue, issue_id)
        issue.items.append(
            Item(issue=issue, position=2, kind=ItemKind.STORY, slot="lead", why="newest", story_id=story.id)
        )
        issue.send_at = clock() + LEAD - timedelta(minutes=1)
    with services.database.unit() as uow:
        begin = {"batch_size": BATCH_SIZE, "slots": 1, "timing": Timing(LEAD), "now": clock()}
        assert start(uow, issue_id, services.head, **begin)  # type: ignore[arg-type]
    drain.run(issue_id)
    assert all("The bench" in message.text for message in standin.messages())
    with services.database.unit() as uow:
        take_back(uow.session.scalars(select(Story)).one(), Scope.NEWSLETTER)

    assert sweep() == 3
    drain.run(issue_id)
    assert leaving(standin) == EVERYONE
    assert not any("The bench" in message.text for message in standin.messages() if message.fate == "scheduled")
    assert sweep() == 0


def test_a_provider_that_says_enough_is_obeyed(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, clock: Clock
) -> None:
    """No requests left in this window: nobody asks for more until it is over, but for those under way already."""
    standin.configure(rate_limit=4, rate_window=2.0)

    def all_left() -> bool:
        clock.at = datetime.now(UTC)
        drain.run(soon)
        return len(standin.requests()) == 3

    wait_for(all_left, seconds=30, what="three batches")

    answers = standin.counts()["answers"]
    assert answers["202"] == 3
    assert answers.get("429", 0) <= 6, "two are under way at a time, and each of three windows may end under both"


def test_ten_minutes_before_it_is_too_late(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, sweep: Callable[[], int], clock: Clock
) -> None:
    """What cannot be proven is not said: everybody gets it, and the ledger says that they do."""
    drain.run(soon)
    clock.move(minutes=19)
    with services.database.unit() as uow:
        actions.stop(uow, soon, None, now=clock())

    assert sweep() == 0
    assert leaving(standin) == EVERYONE
    with services.database.read() as session:
        assert issue_status(session, soon).handed_over == 7


def test_what_the_provider_has_no_room_for_waits(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, sweep: Callable[[], int], clock: Clock
) -> None:
    """It holds back one at a time: one is called back, the others are named with the reason, and nobody is wrong."""
    standin.configure(cancel_limit=1)
    drain.run(soon)
    with services.database.unit() as uow:
        actions.stop(uow, soon, None, now=clock())

    assert sweep() == 1
    assert sum(leaving(standin).values()) == sum(
        batch.recipients or 0 for batch in batches(services, soon) if batch.status is BatchStatus.HANDED_OVER
    )
    with services.database.read() as session:
        waiting = session.scalars(select(Recall).where(Recall.state == RecallState.ASKED)).all()
    assert len(waiting) == 2
    assert any("no room" in recall.reason for recall in waiting)


def test_room_is_given_back_when_it_is_over(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, sweep: Callable[[], int], clock: Clock
) -> None:
    """An hour after its time nothing of it is under way any more."""
    drain.run(soon)
    with services.database.unit() as uow:
        actions.stop(uow, soon, None, now=clock())
    sweep()
    clock.move(minutes=91)
    sweep()

    with services.database.read() as session:
        assert all(recall.forgotten_at for recall in session.scalars(select(Recall)))


def test_a_call_that_a_crash_left_half_done_is_doubt_when_it_is_late(
    services: Services, drain: Drain, soon: int, schedule: SendGridSchedule, sweep: Callable[[], int], clock: Clock
) -> None:
    """Asked, done at the provider, and never recorded: nobody says "handed over" of what may have been thrown away."""
    drain.run(soon)
    with services.database.unit() as uow:
        batch = uow.session.scalars(select(Batch).order_by(Batch.id).limit(1)).one()
        assert batch.send_at is not None
        uow.session.add(
            Recall(
                provider_batch=batch.provider_batch, batch_id=batch.id, issue_id=soon, people=3, worker="",
                send_at=batch.send_at, asked_at=clock(),
            )
        )  # fmt: skip
        schedule.call_back(batch.provider_batch)
    clock.move(minutes=25)
    sweep()

    assert batches(services, soon)[0].status is BatchStatus.UNKNOWN


def test_an_event_says_that_it_has_left(
    services: Services, drain: Drain, soon: int, sweep: Callable[[], int], clock: Clock
) -> None:
    """Then nothing is called back, whatever the provider says about the id."""
    drain.run(soon)
    with services.database.unit() as uow:
        uow.session.execute(update(Delivery).values(status=DeliveryStatus.PROCESSED))
        actions.stop(uow, soon, None, now=clock())

    assert sweep() == 0
    assert {batch.status for batch in batches(services, soon)} == {BatchStatus.HANDED_OVER}


def test_without_ids_nothing_is_given_ahead(
    services: Services, standin: SendGridStandin, drain: Drain, soon: int, clock: Clock
) -> None:
    """A key without the scope: the issue leaves at its time, and not before."""
    standin.configure(scopes=["mail.send"])
    drain.run(soon)
    assert standin.requests() == []

    clock.move(minutes=30)
    drain.run(soon)
    assert leaving(standin) == EVERYONE
    assert all("batch_id" not in request["body"] for request in standin.requests())
