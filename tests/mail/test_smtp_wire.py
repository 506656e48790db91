"""One connection: replies as servers write them, and exact knowledge of what has left."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.smtp_wire import Lost, NotWritten, Reply, Wire


@pytest.fixture
def ends() -> Iterator[tuple[Wire, socket.socket]]:
    """Our end and the server's."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0.2)
    with ours, theirs:
        yield Wire(ours, pipelining=True), theirs


@pytest.mark.parametrize(
    ("said", "reply", "enhanced"),
    [
        (b"250 2.1.0 Ok\r\n", Reply(250, "2.1.0 Ok"), "2.1.0"),
        (b"250 Ok\n", Reply(250, "Ok"), ""),
        (b"354\r\n", Reply(354, ""), ""),
        (b"550-5.1.1 nobody of that\r\n550 5.1.1  name\r\n", Reply(550, "5.1.1 nobody of that 5.1.1 name"), "5.1.1"),
        (b"451 4.7.1 sp\xe4ter\r\n", Reply(451, "4.7.1 sp\ufffdter"), "4.7.1"),
    ],
)
def test_reply_is_read(ends: tuple[Wire, socket.socket], said: bytes, reply: Reply, enhanced: str) -> None:
    """One line or several, with and without an enhanced code, in any bytes."""
    wire, server = ends
    server.sendall(said)

    assert wire.reply() == reply
    assert reply.enhanced == enhanced


@given(st.lists(st.integers(1, 30), max_size=12))
def test_replies_may_come_in_any_pieces(cuts: list[int]) -> None:
    """Together, or byte by byte."""
    said = b"250 2.0.0 taken\r\n250-one\r\n250 two\r\n354 go on\r\n"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire = Wire(ours, pipelining=True)
        for cut in cuts:
            theirs.sendall(said[:cut])
            said = said[cut:]
        theirs.sendall(said)

        assert [wire.reply() for _ in range(3)] == [
            Reply(250, "2.0.0 taken"), Reply(250, "one two"), Reply(354, "go on"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    "said", [b"hello\r\n", b"999 what\r\n", b"25\r\n", b"\r\n", b"x" * 70_000, b"1" * 2000, b"250-\r\n" * 2000]
)
def test_what_is_no_reply_ends_the_conversation(ends: tuple[Wire, socket.socket], said: bytes) -> None:
    """And no memory is spent on a server that talks without end."""
    wire, server = ends
    server.sendall(said)

    with pytest.raises(Lost):
        wire.reply()


def test_replies_that_are_here_are_counted(ends: tuple[Wire, socket.socket]) -> None:
    """Whole ones only, so that reading them does not wait."""
    wire, server = ends
    server.sendall(b"250 a\r\n250-b\r\n250 c\r\n354 d")
    wire.reply()

    assert wire.heard(1)
    assert not wire.heard(2)


def test_message_that_does_not_fit_was_not_written(ends: tuple[Wire, socket.socket]) -> None:
    """The server reads nothing, so the end never left."""
    wire, _ = ends

    with pytest.raises(NotWritten):
        wire.say_message(b"x" * 10_000_000 + b"\r\n.\r\n")


def test_message_whose_end_left_may_have_been_taken(ends: tuple[Wire, socket.socket]) -> None:
    """What follows it did not fit: the server's last words decide."""
    wire, server = ends

    wire.say_message(b"hello\r\n.\r\n", b"x" * 10_000_000)

    assert server.recv(10) == b"hello\r\n.\r\n"


def test_closed_connection_has_written_nothing(ends: tuple[Wire, socket.socket]) -> None:
    """The server left while the connection was idle."""
    wire, server = ends
    server.close()

    assert not wire.is_quiet()
    with pytest.raises(NotWritten):
        wire.say_message(b"hello\r\n.\r\n")


def test_quiet_connection_has_heard_nothing(ends: tuple[Wire, socket.socket]) -> None:
    """A word that nobody asked for is a goodbye."""
    wire, server = ends

    assert wire.is_quiet()
    server.sendall(b"421 4.4.2 idle for too long\r\n")
    assert not wire.is_quiet()
