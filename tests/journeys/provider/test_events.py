"""The provider's events on their bad days: early, doubled, mixed, missing for a day, signed with another key."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.serving import make_server

from service.app import create_app
from service.delivery.model import DeliveryStatus
from service.delivery.standing import Standing
from tests.journeys.house import wait_for
from tests.journeys.provider.post_office import (
    BATCH,
    READERS,
    MovedClock,
    PostOffice,
    everybody_once,
    once,
    send,
)

TAKEN, BAD_SIGNATURE, NOBODY_THERE = 204, 401, 0
pytestmark = pytest.mark.journey


def test_events_that_come_before_the_reply_are_believed(office: PostOffice) -> None:
    """The provider tells of a delivery while we still wait to hear that it took the request."""
    office.work()
    office.bad_days({"when": {"next": 3}, "do": "stall", "where": "after", "seconds": 1.0})
    sending = threading.Thread(target=office.work)
    sending.start()
    wait_for(office.accepted, what="the first request")
    assert set(office.tell_of(events=["delivered"])) == {TAKEN}
    sending.join()
    office.tell_of(events=["delivered"])
    office.work()

    assert office.standings() == {Standing.HANDED_OVER: READERS}
    assert {person.status for person in office.people()} == {DeliveryStatus.DELIVERED}
    assert everybody_once(office)


def test_events_that_are_missing_for_a_day_change_nothing_until_they_come(
    office: PostOffice, clock: MovedClock
) -> None:
    """Our site is away and the provider's posts fail: the ten stay unknown for a day, unsent; then all is proven."""
    send(office, once("accept_and_drop"))
    assert set(office.tell_of(url="http://127.0.0.1:9/")) == {NOBODY_THERE}
    clock.move(days=1)
    office.work()
    assert office.standings()[Standing.UNKNOWN] == BATCH

    office.tell_of(events=["processed", "delivered"], age=86_400)
    office.work()
    office.work()

    assert {person.status for person in office.people()} == {DeliveryStatus.DELIVERED}
    assert office.status().state == "sent"
    assert everybody_once(office)


@pytest.mark.parametrize(
    "mess", [{"duplicate": 1.0}, {"shuffle": True}, {"duplicate": 0.5, "shuffle": True, "seed": 7}]
)
def test_doubled_and_mixed_events_come_to_the_same(office: PostOffice, mess: dict[str, Any]) -> None:
    """A status is a maximum: whatever the order and however often, the worst is what stays."""
    send(office)
    worse = {"reader3@example.test": ["processed", "deferred", "bounce"]}
    order = {"events": ["processed", "deferred", "delivered"], "by_address": worse, "batch_size": 7}
    for _ in range(2):
        assert set(office.tell_of(**order, **mess)) == {TAKEN}
        office.work()

    counted = Counter(person.status for person in office.people())
    assert counted == {DeliveryStatus.DELIVERED: READERS - 1, DeliveryStatus.BOUNCED: 1}
    assert office.status().bounced == 1


def test_events_signed_with_a_rotated_key(office: PostOffice, site: str) -> None:
    """The new key's posts are refused and never kept while we hold the old key only; with both, both are believed."""
    send(office)
    old = office.provider.ask("webhook")["private_key"]
    office.provider.tell("webhook", {"rotate": True})
    assert set(office.tell_of(events=["delivered"])) == {BAD_SIGNATURE}
    office.work()
    assert {person.status for person in office.people()} == {DeliveryStatus.BATCH}

    new = office.provider.ask("webhook")
    with two_keys(office, f"{office.provider.key},{new['public_key']}") as both:
        assert set(both.tell_of(events=["delivered"])) == {TAKEN}
        both.provider.tell("webhook", {"private_key": old})
        assert set(both.tell_of(events=["processed"])) == {TAKEN}
        both.work()

    assert {person.status for person in office.people()} == {DeliveryStatus.DELIVERED}


@contextmanager
def two_keys(office: PostOffice, keys: str) -> Iterator[PostOffice]:
    """The same office whose settings name two webhook keys, with a site of its own."""
    ours = replace(office.services, settings=replace(office.services.settings, sendgrid_webhook_key=keys))
    server = make_server("127.0.0.1", 0, create_app(ours), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    office.provider.tell("webhook", {"url": f"http://127.0.0.1:{server.port}/hooks/sendgrid/events"})
    yield replace(office, services=ours)
    server.shutdown()
    thread.join()
    server.server_close()
