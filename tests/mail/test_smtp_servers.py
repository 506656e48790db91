"""Several mail servers: shares by weight, rest for the one that fails, and no more connections than allowed."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from service.mail.message import TryLater
from service.mail.smtp_conversation import Ended
from service.mail.smtp_server import Server
from service.mail.smtp_servers import FIRST_REST, LONGEST_REST, Servers
from tests.conftest import Clock
from tests.standins.smtp import SmtpStandin


@pytest.fixture
def clock() -> Clock:
    """The servers' clock."""
    return Clock()


@pytest.fixture
def gone() -> Iterator[str]:
    """The address of a server that is not there; the port is held, so that nobody else comes to listen on it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"smtp://127.0.0.1:{held.getsockname()[1]}?starttls=no"


def open_servers(clock: Clock, *urls: str, reply_seconds: float = 60.0) -> Servers:
    """The servers of an SMTP_URL."""
    return Servers(Server.parse_all(",".join(urls)), clock=clock, reply_seconds=reply_seconds)


def test_each_server_gets_its_share(clock: Clock) -> None:
    """Three to one, evenly mixed."""
    with SmtpStandin() as large, SmtpStandin() as small:
        servers = open_servers(clock, f"{large.url}&weight=3", small.url)
        chosen = Counter(served(servers, turns=8))
        servers.close()

    assert sorted(chosen.values()) == [2, 6]


def served(servers: Servers, turns: int) -> list[int]:
    """Which connection each turn went over."""
    found = []
    for _ in range(turns):
        with servers.wire(set()) as wire:
            found.append(id(wire))
    return found


def test_server_that_fails_once_is_left_out_of_this_hand_over(clock: Clock, gone: str) -> None:
    """And asked again at the next."""
    with SmtpStandin() as well:
        servers = open_servers(clock, f"{gone}&weight=9", well.url)
        tried: set[Server] = set()
        with pytest.raises(TryLater), servers.wire(tried):
            pass
        with servers.wire(tried):
            pass
        servers.close()

    assert [server.weight for server in tried] == [9]


def test_server_that_fails_again_and_again_rests(clock: Clock, gone: str) -> None:
    """Five seconds, then twice as long each time; nobody waits for it in vain."""
    servers = open_servers(clock, gone)

    assert [refused(servers), refused(servers)] == [None, None]
    assert refused(servers) == FIRST_REST.total_seconds()
    clock.move(seconds=6)
    assert [refused(servers), refused(servers)] == [None, 2 * FIRST_REST.total_seconds()]
    for _ in range(10):
        clock.move(seconds=301)
        refused(servers)
    assert refused(servers) == LONGEST_REST.total_seconds()


def refused(servers: Servers) -> float | None:
    """How long to wait, as far as that is known without asking the server."""
    with pytest.raises(TryLater, match="no connection") as refusal, servers.wire(set()):
        pass
    return refusal.value.after


def test_rest_ends_when_it_serves_again(clock: Clock) -> None:
    """One message taken, and all is forgotten."""
    with SmtpStandin() as server:
        servers = open_servers(clock, server.url)
        for _ in range(2):
            with pytest.raises(Ended), servers.wire(set()):
                raise Ended("421 go away")
        with pytest.raises(TryLater, match="421 go away"), servers.wire(set()):
            pass
        clock.move(seconds=6)
        with servers.wire(set()) as wire:
            wire.was_useful = True
        with pytest.raises(Ended), servers.wire(set()):
            raise Ended("a kept connection was left by the server")
        with servers.wire(set()):
            pass
        servers.close()


def test_connections_are_limited(clock: Clock) -> None:
    """Nobody waits for one longer than for a reply."""
    with SmtpStandin() as server:
        servers = open_servers(clock, f"{server.url}&connections=1", reply_seconds=0.2)
        with servers.wire(set()), pytest.raises(TryLater, match="in use"), servers.wire(set()):
            pass
        servers.close()


def test_connection_in_use_is_waited_for(clock: Clock) -> None:
    """The second one begins when the first is given back."""
    with SmtpStandin() as server:
        servers = open_servers(clock, f"{server.url}&connections=1")
        began = threading.Event()

        def second() -> None:
            with servers.wire(set()):
                began.set()

        with servers.wire(set()):
            other = threading.Thread(target=second)
            other.start()
        other.join(60)
        servers.close()

    assert began.is_set()
    assert server.connections == 1


def test_idle_connection_is_not_trusted_for_long(clock: Clock) -> None:
    """Servers hang up after a few minutes; so do we, before they do."""
    with SmtpStandin() as server:
        servers = open_servers(clock, server.url)
        for _ in range(2):
            with servers.wire(set()):
                pass
            clock.at += timedelta(minutes=2)
        servers.close()

    assert server.connections == 2
