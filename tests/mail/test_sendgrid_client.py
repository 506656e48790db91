"""Connections to SendGrid: kept, looked at before they are used again, and never a request too many."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from service.mail.sendgrid_client import NotSent, ReplyLost, SendGridClient

OK = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: m1\r\nContent-Length: 0\r\n\r\n"
Talk = Callable[[socket.socket], None]


class Door:
    """A server that talks on each connection as it is told, in turn."""

    def __init__(self, *talks: Talk) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.connections = 0
        self.hung_up = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._serve, args=(talks,), daemon=True)
        self._thread.start()

    def _serve(self, talks: tuple[Talk, ...]) -> None:
        for talk in talks:
            connection, _ = self._listening.accept()
            self.connections += 1
            with connection:
                talk(connection)
            self.hung_up.release()

    def close(self) -> None:
        """Nobody else comes in."""
        self._listening.close()
        self._thread.join(5)


def read(connection: socket.socket) -> bytes:
    """One request."""
    words = b""
    while b"\r\n\r\n" not in words:
        words += connection.recv(65536)
    head, _, body = words.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    while len(body) < length:
        body += connection.recv(65536)
    return body


def answers(times: int, words: bytes = OK) -> Talk:
    """Read and answer so often, then hang up."""

    def talk(connection: socket.socket) -> None:
        for _ in range(times):
            read(connection)
            connection.sendall(words)

    return talk


@pytest.fixture
def door() -> Iterator[Callable[..., Door]]:
    """Open a door; it is closed in the end."""
    doors: list[Door] = []

    def opened(*talks: Talk) -> Door:
        doors.append(Door(*talks))
        return doors[-1]

    yield opened
    for one in doors:
        one.close()


def client(door: Door, *, read_seconds: float = 60.0) -> "closing[SendGridClient]":
    """A client that waits so long for a reply."""
    return closing(SendGridClient("SG.key", door.url, read_seconds=read_seconds))


def test_connection_is_kept_for_the_next_request(door: Callable[..., Door]) -> None:
    """A handshake for each would cost more than the mail."""
    here = door(answers(3))
    with client(here) as sendgrid:
        said = [sendgrid.request("POST", "/v3/mail/send", b"x" * 300_000).status for _ in range(3)]

    assert said == [202, 202, 202]
    assert here.connections == 1


def test_connection_that_was_closed_meanwhile_is_not_used_again(door: Callable[..., Door]) -> None:
    """A request on it would be lost, and nobody could tell."""
    here = door(answers(1), answers(1))
    with client(here) as sendgrid:
        sendgrid.request("POST", "/", b"one")
        assert here.hung_up.acquire(timeout=60)

        assert sendgrid.request("POST", "/", b"two").status == 202
    assert here.connections == 2


def test_hanging_up_after_the_request_is_a_lost_reply(door: Callable[..., Door]) -> None:
    """It may have been taken; it is not asked again."""
    here = door(lambda connection: [read(connection), None][1])
    with client(here) as sendgrid, pytest.raises(ReplyLost):
        sendgrid.request("POST", "/", b"one")

    assert here.connections == 1


def test_reply_that_trickles_in_for_ever_is_lost_in_time(door: Callable[..., Door]) -> None:
    """The time-out is for the whole reply, not for each byte of it."""

    def trickle(connection: socket.socket) -> None:
        read(connection)
        try:
            for byte in OK:
                connection.sendall(bytes([byte]))
                threading.Event().wait(0.1)
        except OSError:
            return

    with client(door(trickle), read_seconds=0.5) as sendgrid, pytest.raises(ReplyLost, match="Timeout"):
        sendgrid.request("POST", "/", b"one")


def test_refusal_before_the_whole_request_was_read_is_heard(door: Callable[..., Door]) -> None:
    """413: the gateway says so as soon as it has seen the length."""

    def refuse(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1_000_000):
            pass

    with client(door(refuse)) as sendgrid:
        assert sendgrid.request("POST", "/", b"x" * 3_000_000).status == 413


def test_request_that_could_not_be_written_was_not_sent(door: Callable[..., Door]) -> None:
    """Nobody reads it: half a request cannot be accepted."""
    done = threading.Event()
    with client(door(lambda _: bool(done.wait(60)) and None), read_seconds=0.5) as sendgrid, pytest.raises(NotSent):
        sendgrid.request("POST", "/", b"x" * 30_000_000)
    done.set()


def test_nobody_there_means_not_sent() -> None:
    """Connection refused."""
    with closing(SendGridClient("SG.key", "http://127.0.0.1:9")) as sendgrid, pytest.raises(NotSent):
        sendgrid.request("GET", "/v3/scopes")


def test_key_and_length_go_along(door: Callable[..., Door]) -> None:
    """And the path stands behind the address's own."""
    seen: list[bytes] = []

    def look(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(OK)

    here = door(look)
    with closing(SendGridClient("SG.key", f"{here.url}/eu/")) as sendgrid:
        sendgrid.request("GET", "/v3/scopes")

    head = seen[0].decode()
    assert head.startswith("GET /eu/v3/scopes HTTP/1.1\r\n")
    assert "Authorization: Bearer SG.key\r\n" in head
    assert "Content-Length: 0\r\n" in head
