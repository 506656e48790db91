"""A newsletter with readers, an issue whose time has come, and workers that drain it."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.model import Batch, Delivery
from service.delivery.pacing import LocalPace
from service.delivery.presence import Presence, be_present
from service.delivery.start import start
from service.issues.model import Issue, IssueState, Item, ItemKind, Newsletter
from service.mail.bulk import BulkMailer
from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus
from tests.cast import NOW
from tests.conftest import Clock, Postbox
from tests.delivery.desk import Desk

BATCH_SIZE = 3


@pytest.fixture
def newsletter(services: Services) -> Newsletter:
    """The monthly newsletter."""
    with services.database.unit() as uow:
        monthly = Newsletter(
            slug="monthly", name="Monthly news", rrule="FREQ=MONTHLY;BYDAY=1TU", wall_time="09:00",
            zone="Europe/London", created_at=NOW,
        )  # fmt: skip
        uow.session.add(monthly)
    return monthly


@pytest.fixture
def subscribe(services: Services, newsletter: Newsletter) -> Callable[..., int]:
    """Add a reader with a subscription in the given status; gives the subscriber's id."""

    def add(email: str, status: SubscriptionStatus = SubscriptionStatus.CONFIRMED, *, name: str = "") -> int:
        with services.database.unit() as uow:
            reader = Subscriber(email=email, email_key=email, name=name, created_at=NOW)
            Subscription(
                newsletter_id=newsletter.id, subscriber=reader, status=status,
                sendable=status is SubscriptionStatus.CONFIRMED, created_at=NOW,
            )  # fmt: skip
            uow.session.add(reader)
        return reader.id

    return add


@pytest.fixture
def readers(subscribe: Callable[..., int]) -> list[int]:
    """Seven confirmed readers and one who is pending."""
    subscribe("ben@example.test", SubscriptionStatus.PENDING)
    return [subscribe(f"reader{n}@example.test", name=f"Reader {n}") for n in range(7)]


@pytest.fixture
def issue_id(services: Services, newsletter: Newsletter) -> int:
    """An issue that was scheduled for now."""
    with services.database.unit() as uow:
        issue = Issue(
            newsletter=uow.session.merge(newsletter), period="2026-06-02", slug="june", subject="June", planned_for=NOW,
            state=IssueState.SCHEDULED, send_at=NOW, created_at=NOW,
        )  # fmt: skip
        issue.items.append(
            Item(issue=issue, position=1, kind=ItemKind.HELLO, slot="welcome", why="first", words="Hello.")
        )
        uow.session.add(issue)
    return issue.id


@pytest.fixture
def presence(services: Services) -> Iterator[Presence]:
    """This worker's proof of life."""
    presence = be_present(services.database, services.settings.var / "workers")
    yield presence
    presence.leave()


@pytest.fixture
def drain_with(services: Services, presence: Presence) -> Callable[[BulkMailer], Drain]:
    """A drain over a mailer."""

    def build(mailer: BulkMailer) -> Drain:
        return Drain(
            database=services.database, mailer=mailer, head=services.head, presence=presence, pace=LocalPace(),
            clock=services.clock, stopping=lambda: False, connections=1,
        )  # fmt: skip

    return build


@pytest.fixture
def house(
    services: Services, newsletter: Newsletter, readers: list[int], postbox: Postbox, clock: Clock,
    drain_with: Callable[[BulkMailer], Drain],
) -> Desk:  # fmt: skip
    """Seven readers."""
    return Desk(services, newsletter, postbox, drain_with(postbox), clock)


@pytest.fixture
def started(services: Services, readers: list[int], issue_id: int) -> int:
    """The issue, started for its seven readers in batches of three."""
    with services.database.unit() as uow:
        assert start(uow, issue_id, services.head, batch_size=BATCH_SIZE, slots=2, now=services.clock())
    return issue_id


def batches(services: Services, issue_id: int) -> list[Batch]:
    """The batches of an issue, in order."""
    with services.database.read() as session:
        return list(session.scalars(select(Batch).where(Batch.issue_id == issue_id).order_by(Batch.first_subscriber)))


def deliveries(services: Services, issue_id: int) -> list[Delivery]:
    """The deliveries of an issue, by subscriber."""
    with services.database.read() as session:
        return list(
            session.scalars(select(Delivery).where(Delivery.issue_id == issue_id).order_by(Delivery.subscriber_id))
        )
