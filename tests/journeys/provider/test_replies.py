"""Every bad day of the provider, through the real transport: what each person's standing is, and who truly has it."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from service.bootstrap import Services
from service.delivery.presence import Presence
from service.delivery.standing import Standing
from service.subscribers.address import masked
from tests.chaos.servers import Provider
from tests.conftest import Chime
from tests.journeys.house import wait_for
from tests.journeys.provider.post_office import (
    BATCH,
    HASTE_SECONDS,
    LATE_SECONDS,
    READERS,
    MovedClock,
    PostOffice,
    a_mailer,
    everybody_once,
    once,
    send,
    work_until,
)

TAKEN = 204
pytestmark = pytest.mark.journey

LOST = {
    "end of file": once("accept_and_drop"),
    "reset": once("accept_and_drop", reset=True),
    "stall": once("stall", where="after", seconds=LATE_SECONDS),
    "slow loris": once("slow_reply", pause=0.05),
}
LATE = {
    "accepts late": once("accept_late", seconds=LATE_SECONDS),
    "reads late": once("stall", where="before", seconds=LATE_SECONDS),
}


@pytest.mark.parametrize("patience", [HASTE_SECONDS])
@pytest.mark.parametrize("how", LOST)
def test_a_lost_reply_is_unknown_until_an_event_proves_it(office: PostOffice, how: str) -> None:
    """Accepted, and the reply never came: nobody is written to again, and one event settles all ten."""
    send(office, LOST[how])
    assert office.standings() == {Standing.HANDED_OVER: READERS - BATCH, Standing.UNKNOWN: BATCH}

    assert office.tell_of(events=["processed"]) == [TAKEN]
    office.work()
    office.work()

    assert office.standings() == {Standing.HANDED_OVER: READERS}
    assert everybody_once(office)
    assert office.status().state == "sent"


@pytest.mark.parametrize("patience", [HASTE_SECONDS])
@pytest.mark.parametrize("how", LATE)
def test_what_is_accepted_after_our_time_out_is_proven_all_the_same(office: PostOffice, how: str) -> None:
    """The request was there before we stopped waiting: the ten are unknown, the provider takes them, nobody twice."""
    send(office, LATE[how])
    assert office.standings()[Standing.UNKNOWN] == BATCH

    wait_for(lambda: everybody_once(office), what="the late acceptance")
    office.tell_of(events=["delivered"])
    office.work()
    office.work()

    assert office.standings() == {Standing.HANDED_OVER: READERS}
    assert everybody_once(office)


def test_a_storm_of_429_is_waited_out(office: PostOffice) -> None:
    """Nobody is reached before the reset, nobody is forgotten after it, and the provider is not hammered."""
    send(office, {"when": {"next": 6}, "do": "answer", "status": 429, "reset": 1})
    refused = office.provider.ask("counts")["answers"]["429"]
    work_until(office, lambda: everybody_once(office))

    assert refused <= 6
    assert office.standings() == {Standing.HANDED_OVER: READERS}


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_gateway_that_fails_leaves_a_doubt(office: PostOffice, clock: MovedClock, status: int) -> None:
    """It cannot say whether the API behind it took the request, so its ten are named and not written to again."""
    send(office, once("answer", status=status))
    clock.move(hours=1)
    office.work()

    unknown = {person.reason[:3] for person in office.people() if person.standing is Standing.UNKNOWN}
    assert office.standings() == {Standing.HANDED_OVER: READERS - BATCH, Standing.UNKNOWN: BATCH}
    assert unknown == {str(status)}
    assert set(office.accepted().values()) == {1}
    assert office.status().state == "sending"


def test_a_503_of_the_api_itself_is_tried_again(office: PostOffice, clock: MovedClock) -> None:
    """With its own error body it says that nothing was taken."""
    send(office, once("answer", status=503, **{"as": "json"}))
    clock.move(minutes=11)
    office.work()

    assert office.standings() == {Standing.HANDED_OVER: READERS}
    assert everybody_once(office)


def test_a_503_of_something_before_the_api_leaves_a_doubt(office: PostOffice, clock: MovedClock) -> None:
    """A page of nginx speaks for nginx alone."""
    send(office, once("answer", status=503, **{"as": "html"}))
    clock.move(hours=1)
    office.work()

    assert office.standings()[Standing.UNKNOWN] == BATCH
    assert len(office.accepted()) == READERS - BATCH


def test_a_request_that_is_too_large_is_halved(office: PostOffice) -> None:
    """413 is a page of HTML, not JSON; everybody gets it in smaller requests."""
    send(office, once("answer", status=413))
    office.work()

    assert sorted(len(request["addresses"]) for request in office.provider.accepted()) == [5, 5, 10, 10]
    assert everybody_once(office)
    assert office.standings() == {Standing.HANDED_OVER: READERS}


def test_a_slow_reply_in_time_is_a_reply(office: PostOffice) -> None:
    """Byte by byte, but whole before our patience ends."""
    send(office, once("slow_reply", pause=0.0005))

    assert office.standings() == {Standing.HANDED_OVER: READERS}
    assert everybody_once(office)


def test_a_refused_connection_is_no_attempt(office: PostOffice, clock: MovedClock) -> None:
    """Nothing left the house: nobody is unknown, and everybody gets it when the provider is back."""
    with elsewhere(office, "http://127.0.0.1:9") as refused:
        send(refused)
        assert (refused.standings(), office.accepted()) == (Counter(), Counter())

    clock.move(minutes=11)
    office.work()
    assert everybody_once(office)
    assert office.standings() == {Standing.HANDED_OVER: READERS}


def test_a_kept_connection_that_died_meanwhile_is_not_used(office: PostOffice, clock: MovedClock) -> None:
    """The provider restarts between two requests: nobody becomes unknown for it."""
    send(office, once("answer", status=429, reset=1))
    office.provider.tell("away", {"seconds": 2.0})
    wait_for(lambda: not is_open(office), what="the provider to go")
    wait_for(lambda: is_open(office), what="the provider")
    clock.move(minutes=11)
    work_until(office, lambda: office.status().state == "sent")

    assert office.standings() == {Standing.HANDED_OVER: READERS}
    assert everybody_once(office)


def test_a_connection_that_dies_in_mid_request_is_judged_by_what_was_written(office: PostOffice) -> None:
    """Nobody of that request has it. A small one had left our hands as a whole, so its ten are named."""
    send(office, once("drop_before", after_bytes=2_000, reset=True))

    assert office.standings()[Standing.UNKNOWN] in {0, BATCH}
    assert len(office.accepted()) == office.standings()[Standing.HANDED_OVER]
    assert set(office.accepted().values()) == {1}


def test_a_half_open_socket_does_not_hold_us_for_ever(office: PostOffice) -> None:
    """Somebody takes our bytes and never answers: everybody is named, and the worker is free again."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=16) as deaf,
        elsewhere(office, f"http://127.0.0.1:{deaf.getsockname()[1]}") as half_open,
    ):
        send(half_open)

    assert office.standings() == {Standing.UNKNOWN: READERS}
    assert {person.reason.partition(":")[0] for person in office.people()} == {"SendGrid's reply was lost"}


def test_one_bad_address_among_a_thousand_is_named_and_spoils_nothing(
    services: Services, provider: Provider, presence: Presence, chime: Chime
) -> None:
    """999 get it, and one is refused with the provider's own words."""
    services.mailer.largest = 1000
    office = PostOffice.open(services, provider, presence, chime, 1000)
    bad = "reader617@example.test"
    send(office, {"when": {"address": bad}, "do": "answer", "status": 400})
    work_until(office, lambda: office.status().state == "sent")

    (refused,) = [person for person in office.people() if person.standing is not Standing.HANDED_OVER]
    assert (refused.standing, refused.address) == (Standing.REFUSED, masked(bad))
    assert "Does not contain a valid address" in refused.reason
    assert office.accepted() == Counter(reader for reader in office.readers if reader != bad)


def is_open(office: PostOffice) -> bool:
    """Whether the provider takes connections."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", int(office.provider.url.rpartition(":")[2]))) == 0


@contextmanager
def elsewhere(office: PostOffice, url: str) -> Iterator[PostOffice]:
    """The same office, which looks for the provider at another address."""
    mailer = a_mailer(url, office.services.clock, HASTE_SECONDS)
    yield replace(office, services=replace(office.services, mailer=mailer))
    mailer.close()
