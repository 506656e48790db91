"""Events: applied once each, in any order, with whatever fields are missing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.events import apply_post, keep_post, waiting_posts
from service.delivery.model import DeliveryStatus, Event, EventPost
from service.delivery.reports import STATUS, read_reports
from service.mail.message import Mailer
from service.subscribers.model import Subscription, SubscriptionStatus, UnsubscribeRoute
from service.tokens import Purpose, Tokens
from tests.cast import NOW
from tests.conftest import Postbox
from tests.delivery.conftest import deliveries

TOKENS = Tokens((b"k" * 32,))


@pytest.fixture
def sent(started: int, drain_with: Callable[[Mailer], Drain], postbox: Postbox) -> int:
    """An issue that was handed over to everyone."""
    drain_with(postbox).run(started)
    return started


def event(services: Services, delivery: int, kind: str, number: int = 1, **more: Any) -> dict[str, Any]:
    """An event as the provider posts it."""
    token = services.tokens.seal(Purpose.DELIVERY, delivery)
    return {
        "event": kind, "sg_event_id": f"{delivery}-{kind}-{number}", "delivery": token,
        "timestamp": int(NOW.timestamp()), "email": "reader0@example.test", **more,
    }  # fmt: skip


def post(services: Services, *events: dict[str, Any]) -> int:
    """Keep and apply one post; gives how many events were new."""
    with services.database.unit() as uow:
        kept = keep_post(uow, json.dumps(events).encode(), now=services.clock())
    with services.database.unit() as uow:
        return apply_post(uow, kept.id, services.tokens, now=services.clock())


def status(services: Services, issue_id: int) -> DeliveryStatus:
    """The status of the first delivery."""
    return deliveries(services, issue_id)[0].status


@pytest.mark.parametrize(("kind", "ours"), STATUS.items())
def test_every_word_of_the_provider_has_ours(services: Services, sent: int, kind: str, ours: DeliveryStatus) -> None:
    """Processed to complained."""
    first = deliveries(services, sent)[0].number
    more: dict[str, Any] = {"event": "bounce", "type": "blocked"} if kind == "blocked" else {}

    post(services, event(services, first, kind, **more))

    assert status(services, sent) is ours


def test_a_late_event_does_not_take_a_status_back(services: Services, sent: int) -> None:
    """Delivered, then processed: delivered."""
    first = deliveries(services, sent)[0].number
    post(services, event(services, first, "delivered"))
    post(services, event(services, first, "processed"))

    assert status(services, sent) is DeliveryStatus.DELIVERED


def test_a_repeated_event_counts_once(services: Services, sent: int) -> None:
    """The provider retries for a day."""
    first = deliveries(services, sent)[0].number

    assert post(services, event(services, first, "delivered"), event(services, first, "delivered")) == 1
    assert post(services, event(services, first, "delivered")) == 0


def test_a_hard_bounce_ends_the_mail_to_that_address(services: Services, sent: int, readers: list[int]) -> None:
    """The next issue leaves the reader out."""
    first = deliveries(services, sent)[0]
    post(services, event(services, first.number, "bounce", type="bounce", reason="550 no such user"))

    with services.database.read() as session:
        subscription = session.scalars(
            select(Subscription).where(Subscription.subscriber_id == first.subscriber_id)
        ).one()
    assert not subscription.sendable


@pytest.mark.parametrize("reason", ["Recipient List over Package Quota", "Spam Content", "Invalid SMTPAPI header"])
def test_a_drop_that_is_our_fault_suppresses_nobody(services: Services, sent: int, reason: str) -> None:
    """A quota says nothing about the reader."""
    first = deliveries(services, sent)[0]
    post(services, event(services, first.number, "dropped", reason=reason))

    with services.database.read() as session:
        subscription = session.scalars(
            select(Subscription).where(Subscription.subscriber_id == first.subscriber_id)
        ).one()
    assert subscription.sendable


def test_an_event_without_our_id_finds_its_address(services: Services, sent: int) -> None:
    """Asynchronous bounces come without message id and custom arguments."""
    post(services, {"event": "bounce", "sg_event_id": "x", "email": "reader0@example.test", "type": "bounce"})

    with services.database.read() as session:
        sendable = session.scalars(select(Subscription.sendable).order_by(Subscription.id)).all()
    assert sendable.count(True) == 6


@pytest.mark.parametrize("kind", ["unsubscribe", "group_unsubscribe"])
def test_leaving_at_the_provider_ends_the_subscription(services: Services, sent: int, kind: str) -> None:
    """The reader's own word: off the list, and not written to again."""
    first = deliveries(services, sent)[0]
    post(services, event(services, first.number, kind))

    with services.database.read() as session:
        place = session.scalars(select(Subscription).where(Subscription.subscriber_id == first.subscriber_id)).one()
        assert place.subscriber.suppressed
    assert (place.status, place.unsubscribed_by) == (SubscriptionStatus.UNSUBSCRIBED, UnsubscribeRoute.PROVIDER)


def test_the_highest_of_a_post_counts_in_any_order(services: Services, sent: int) -> None:
    """One statement for all of them, and the maximum for each."""
    first, second, *others = [delivery.number for delivery in deliveries(services, sent)]
    kinds = ["delivered", "spamreport", "processed", "bounce", "deferred"]
    post(
        services,
        *(event(services, row, kind) for row in (second, first) for kind in kinds),
        event(services, 99, "open"),
    )

    found = [delivery.status for delivery in deliveries(services, sent)]
    assert found == [DeliveryStatus.COMPLAINED] * 2 + [DeliveryStatus.BATCH] * len(others)


def test_a_post_longer_than_a_statement_is_applied_whole(services: Services, sent: int) -> None:
    """The provider posts up to 768 KB."""
    first = deliveries(services, sent)[0].number
    many = [event(services, first, "open", number) for number in range(2100)]

    assert post(services, *many, event(services, first, "delivered")) == 2101
    assert status(services, sent) is DeliveryStatus.DELIVERED


def test_characters_that_no_database_takes_are_left_out(services: Services, sent: int) -> None:
    """NUL, and halves of surrogate pairs, in every field that is kept."""
    first = deliveries(services, sent)[0].number
    odd = event(services, first, "bounce", reason="550\0 no\ud800 user", status="5\0", email="a\0@example.test")

    assert post(services, odd | {"sg_event_id": "i\0d"}, {"event": "x\0", "sg_event_id": "\ud800y"}) == 2
    assert deliveries(services, sent)[0].reason == "550 no user"
    with services.database.read() as session:
        kept = session.scalars(select(Event).order_by(Event.id)).all()
    assert {(one.provider_id, one.kind) for one in kept} == {("id", "bounce"), ("y", "x")}


def test_what_is_kept_of_an_event_reads_back(services: Services, sent: int) -> None:
    """The same on both databases: an instant, a delivery, words."""
    first = deliveries(services, sent)[0].number
    post(services, event(services, first, "bounce", status="5.1.1", attempt=2))

    with services.database.read() as session:
        kept = session.scalars(select(Event)).one()
    assert (kept.happened_at, kept.delivery_id) == (NOW.replace(microsecond=0), first)
    assert kept.detail == {"status": "5.1.1", "attempt": "2"}


def test_unknown_events_are_kept_and_change_nothing(services: Services, sent: int) -> None:
    """A word the provider invents tomorrow breaks nothing."""
    first = deliveries(services, sent)[0].number

    assert post(services, event(services, first, "teleported")) == 1
    assert status(services, sent) is DeliveryStatus.BATCH


def test_the_raw_post_is_forgotten_and_no_address_stays(services: Services, sent: int) -> None:
    """What is kept of an event names nobody."""
    first = deliveries(services, sent)[0].number
    post(services, event(services, first, "bounce", reason="550 <Reader0@example.test> unknown" + "." * 280 + "x@y.z"))

    with services.database.read() as session:
        assert session.scalars(select(EventPost)).all() == []
        assert "@" not in json.dumps([kept.detail for kept in session.scalars(select(Event))])
    assert "@" not in deliveries(services, sent)[0].reason


def test_a_post_waits_until_it_is_applied(services: Services) -> None:
    """The sweep finds what the bell missed."""
    with services.database.unit() as uow:
        kept = keep_post(uow, b"[]", now=services.clock())
    with services.database.read() as session:
        assert waiting_posts(session) == [kept.id]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
ODD_EVENT = st.fixed_dictionaries(
    {"event": st.sampled_from([*STATUS, "open"]), "sg_event_id": st.text(min_size=1)},
    optional={"timestamp": JSON, "email": JSON, "delivery": JSON, "reason": JSON, "category": JSON, "type": JSON},
)


@given(st.lists(ODD_EVENT | JSON))
def test_no_post_is_too_odd_to_read(rows: list[Any]) -> None:
    """Fields go missing and change their type in the wild."""
    reports = read_reports(json.dumps(rows).encode(), TOKENS, NOW)

    assert len({report.provider_id for report in reports}) == len(reports)
    assert all(report.happened_at <= NOW for report in reports)


@given(st.binary())
def test_no_bytes_are_too_odd_to_read(body: bytes) -> None:
    """A body that is no JSON has no events."""
    assert isinstance(read_reports(body, TOKENS, NOW), list)
