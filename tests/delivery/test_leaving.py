"""When readers get an issue: all at once, each on their own clocks, and the canary before the others."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from service.bootstrap import Services
from service.delivery.canary import canary_of
from service.delivery.drain import Drain
from service.delivery.leaving import local_moment
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus
from service.delivery.presence import Presence
from service.delivery.settle import finish_issues, settle
from service.delivery.start import Timing, start
from service.issues import actions
from service.issues.model import Issue, IssueState
from service.issues.queries import due_issues
from service.mail.message import Mailer
from service.subscribers.model import Subscriber
from tests.cast import NOW
from tests.conftest import Clock, Postbox
from tests.delivery.conftest import batches, deliveries

NINE = datetime(2026, 7, 7, 8, 0, tzinfo=UTC)
"""Nine o'clock in London, in summer."""


def begin(services: Services, issue_id: int, now: datetime, *, lead: int = 0, size: int = 1000) -> bool:
    """Try to start it at `now` with a lead of so many minutes."""
    timing = Timing(timedelta(minutes=lead))
    with services.database.unit() as uow:
        return start(uow, issue_id, services.head, batch_size=size, slots=1, timing=timing, now=now)


def change(services: Services, issue_id: int, **values: object) -> None:
    """Set some fields of the issue."""
    with services.database.unit() as uow:
        issue = uow.session.get_one(Issue, issue_id)
        for name, value in values.items():
            setattr(issue, name, value)


def live_in(services: Services, *zones: str) -> None:
    """Let the readers live in these zones, in the order of their ids; the others stay in London."""
    with services.database.unit() as uow:
        ids = uow.session.scalars(select(Subscriber.id).order_by(Subscriber.id)).all()[1:]
        for reader, zone in zip(ids, zones, strict=False):
            uow.session.execute(update(Subscriber).where(Subscriber.id == reader).values(zone=zone))


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Europe/London", datetime(2026, 7, 7, 8, 0, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 7, 6, 19, 0, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 7, 7, 16, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 7, 7, 3, 15, tzinfo=UTC)),
        ("Mars/Olympus", NINE),
    ],
)
def test_nine_is_nine_on_every_wall(zone: str, at: datetime) -> None:
    """And a zone that nobody knows is the newsletter's."""
    assert local_moment(NINE, "Europe/London", zone) == at


def test_half_past_two_on_the_night_of_the_change() -> None:
    """New York's clocks jump over 02:30 on 8 March 2026: later by the jump. In November it comes twice: the first."""
    spring = datetime(2026, 3, 8, 2, 30, tzinfo=UTC)
    autumn = datetime(2026, 11, 1, 1, 30, tzinfo=UTC)

    assert local_moment(spring, "Etc/UTC", "America/New_York") == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert local_moment(autumn, "Etc/UTC", "America/New_York") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_an_issue_begins_its_lead_before_its_time(services: Services, readers: list[int], issue_id: int) -> None:
    """Half an hour before, and not earlier."""
    change(services, issue_id, send_at=NINE)
    assert not begin(services, issue_id, NINE - timedelta(minutes=31), lead=30)
    assert begin(services, issue_id, NINE - timedelta(minutes=30), lead=30)

    assert [batch.send_at for batch in batches(services, issue_id)] == [NINE]


def test_without_a_lead_it_begins_at_its_time(services: Services, readers: list[int], issue_id: int) -> None:
    """SMTP and the outbox hold nothing."""
    change(services, issue_id, send_at=NINE)
    assert not begin(services, issue_id, NINE - timedelta(seconds=1))
    assert begin(services, issue_id, NINE)

    assert [batch.send_at for batch in batches(services, issue_id)] == [None]


def test_readers_of_one_hour_are_batches_of_their_own(services: Services, readers: list[int], issue_id: int) -> None:
    """Nobody is in two, nobody in none, and each part waits for its own half hour."""
    change(services, issue_id, send_at=NINE, local_time=True)
    live_in(services, "Asia/Tokyo", "Asia/Seoul", "America/Lima")
    tokyo = datetime(2026, 7, 7, 0, 0, tzinfo=UTC)
    assert not begin(services, issue_id, tokyo - timedelta(minutes=31), lead=30)
    assert begin(services, issue_id, tokyo - timedelta(minutes=30), lead=30)

    found = {tuple(batch.zones): (batch.send_at, batch.not_before) for batch in batches(services, issue_id)}
    assert found == {
        ("Asia/Seoul", "Asia/Tokyo"): (tokyo, None),
        ("Europe/London",): (NINE, NINE - timedelta(minutes=30)),
        ("America/Lima",): (NINE + timedelta(hours=6), NINE + timedelta(hours=5, minutes=30)),
    }


def test_everybody_gets_it_once_on_their_own_clock(
    services: Services, readers: list[int], issue_id: int, drain_with: Callable[[Mailer], Drain], postbox: Postbox,
    clock: Clock, presence: Presence,
) -> None:  # fmt: skip
    """Three hours of the day, seven readers."""
    change(services, issue_id, send_at=NINE, local_time=True)
    live_in(services, "Asia/Tokyo", "Asia/Seoul", "America/Lima")
    clock.at = datetime(2026, 7, 7, 0, 0, tzinfo=UTC)
    assert begin(services, issue_id, clock())
    reached = []
    for hours in (0, 8, 6):
        clock.move(hours=hours)
        drain_with(postbox).run(issue_id)
        reached.append(len(deliveries(services, issue_id)))
        with services.database.unit() as uow:
            settle(uow, presence, now=clock())
            finish_issues(uow, services.head, now=clock())

    assert reached == [2, 6, 7]
    with services.database.read() as session:
        assert session.get_one(Issue, issue_id).state is IssueState.SENT


def test_who_moves_to_another_zone_meanwhile_is_not_missed(
    services: Services, readers: list[int], issue_id: int, drain_with: Callable[[Mailer], Drain], postbox: Postbox,
    clock: Clock, presence: Presence,
) -> None:  # fmt: skip
    """From Lima, where it is not nine yet, to Tokyo, where it was: the end finds them."""
    change(services, issue_id, send_at=NINE, local_time=True)
    live_in(services, "Asia/Tokyo", "America/Lima")
    clock.at = datetime(2026, 7, 7, 0, 0, tzinfo=UTC)
    begin(services, issue_id, clock())
    drain_with(postbox).run(issue_id)
    live_in(services, "Asia/Tokyo", "Asia/Tokyo")
    for _ in range(3):
        clock.move(hours=8)
        drain_with(postbox).run(issue_id)
        with services.database.unit() as uow:
            settle(uow, presence, now=clock())
            finish_issues(uow, services.head, now=clock())

    assert len(deliveries(services, issue_id)) == 7


def test_a_local_issue_is_looked_at_in_time_for_the_first_zone(services: Services, issue_id: int) -> None:
    """A day before, because somebody may live on Kiritimati."""
    change(services, issue_id, send_at=NINE, local_time=True)
    with services.database.read() as session:
        early = due_issues(session, NINE - timedelta(hours=26, minutes=30), ahead=timedelta(minutes=30))
        too_early = due_issues(session, NINE - timedelta(hours=27), ahead=timedelta(minutes=30))

    assert ([issue.id for issue in early], too_early) == ([issue_id], [])


@pytest.fixture
def many(subscribe: Callable[..., int]) -> list[int]:
    """A hundred readers."""
    return [subscribe(f"reader{n}@example.test") for n in range(100)]


def with_canary(services: Services, issue_id: int, many: list[int]) -> None:
    """The issue begins, and some go first."""
    change(services, issue_id, canary_percent=2)
    assert begin(services, issue_id, NOW)


def ranges(services: Services, status: BatchStatus) -> list[tuple[int, int]]:
    """First and last place on the list of the batches in a status, counted from 0."""
    with services.database.read() as session:
        low = session.scalar(select(func.min(Batch.first_subscriber))) or 0
        rows = session.scalars(select(Batch).where(Batch.status == status).order_by(Batch.first_subscriber))
        return [(row.first_subscriber - low, row.last_subscriber - low) for row in rows]


def test_twenty_go_first_from_all_over_the_list(services: Services, issue_id: int, many: list[int]) -> None:
    """Four places of five, and the other eighty are held."""
    with_canary(services, issue_id, many)
    first, held = ranges(services, BatchStatus.READY), ranges(services, BatchStatus.HELD)

    assert sum(last - begin + 1 for begin, last in first) == 20
    assert sum(last - begin + 1 for begin, last in held) == 80
    assert first[-1][0] - first[0][0] >= 60


def sweep(services: Services, presence: Presence) -> None:
    """One pass."""
    with services.database.unit() as uow:
        settle(uow, presence, now=services.clock())
        finish_issues(uow, services.head, now=services.clock())


def test_the_others_go_on_by_themselves_when_all_is_well(
    services: Services, issue_id: int, many: list[int], drain_with: Callable[[Mailer], Drain], postbox: Postbox,
    clock: Clock, presence: Presence,
) -> None:  # fmt: skip
    """After ten minutes, and not before."""
    with_canary(services, issue_id, many)
    drain_with(postbox).run(issue_id)
    assert len(deliveries(services, issue_id)) == 20
    clock.move(minutes=9)
    sweep(services, presence)
    drain_with(postbox).run(issue_id)
    assert len(deliveries(services, issue_id)) == 20

    clock.move(minutes=1)
    sweep(services, presence)
    drain_with(postbox).run(issue_id)
    assert len(deliveries(services, issue_id)) == 100


def test_nobody_waits_for_a_clock_that_was_wrong(
    services: Services,
    drain_with: Callable[[Mailer], Drain],
    postbox: Postbox,
    presence: Presence,
    clock: Clock,
    issue_id: int,
    many: list[int],
) -> None:
    """The canary was posted while the clock was a day ahead; once it is right again the others do not wait a day."""
    with_canary(services, issue_id, many)
    drain_with(postbox).run(issue_id)
    with services.database.unit() as uow:
        uow.session.execute(update(Batch).where(Batch.posted_at.is_not(None)).values(posted_at=NOW + timedelta(days=1)))
    clock.move(minutes=10)
    sweep(services, presence)

    assert not ranges(services, BatchStatus.HELD)


@pytest.mark.parametrize("seen", [DeliveryStatus.BOUNCED, DeliveryStatus.DROPPED, DeliveryStatus.COMPLAINED])
def test_too_many_faults_pause_it_at_once(
    services: Services, issue_id: int, many: list[int], drain_with: Callable[[Mailer], Drain], postbox: Postbox,
    presence: Presence, seen: DeliveryStatus,
) -> None:  # fmt: skip
    """Two of twenty; nobody waits for the ten minutes to end."""
    with_canary(services, issue_id, many)
    drain_with(postbox).run(issue_id)
    two = [delivery.subscriber_id for delivery in deliveries(services, issue_id)[:2]]
    with services.database.unit() as uow:
        uow.session.execute(update(Delivery).where(Delivery.subscriber_id.in_(two)).values(status=seen))
    sweep(services, presence)

    with services.database.read() as session:
        issue = session.get_one(Issue, issue_id)
    assert issue.state is IssueState.PAUSED
    assert "2 of the first 20" in issue.held_because


def test_one_fault_is_chance(
    services: Services, issue_id: int, many: list[int], drain_with: Callable[[Mailer], Drain], postbox: Postbox
) -> None:
    """One of twenty bounced."""
    with_canary(services, issue_id, many)
    drain_with(postbox).run(issue_id)
    one = deliveries(services, issue_id)[0].subscriber_id
    with services.database.unit() as uow:
        uow.session.execute(update(Delivery).where(Delivery.subscriber_id == one).values(status=DeliveryStatus.BOUNCED))

    with services.database.read() as session:
        assert canary_of(session, issue_id).fault == ""


def test_a_person_judges_better(
    services: Services, issue_id: int, many: list[int], drain_with: Callable[[Mailer], Drain], postbox: Postbox,
    presence: Presence,
) -> None:  # fmt: skip
    """Paused, and let go on by somebody: the others get it, and nobody asks again."""
    with_canary(services, issue_id, many)
    drain_with(postbox).run(issue_id)
    with services.database.unit() as uow:
        uow.session.execute(update(Delivery).values(status=DeliveryStatus.BOUNCED))
    sweep(services, presence)
    with services.database.unit() as uow:
        actions.resume(uow, issue_id, None, now=services.clock())
    sweep(services, presence)
    drain_with(postbox).run(issue_id)

    assert len(deliveries(services, issue_id)) == 100
