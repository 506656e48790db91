"""One open connection to a mail server: lines out, replies in, and exact knowledge of what has left (RFC 5321, 2920).

smtplib opens the connection (greeting, STARTTLS, sign-in) and is left behind then: it waits for each of its commands,
which costs five round trips a message.
"""

import re
import select
import socket
from collections import deque
from ssl import SSLSocket
from typing import NamedTuple

LONGEST_REPLY = 65536
"""Bytes."""
MOST_LINES = 1000
"""That may wait to be read; a server that says more is not one."""
_CHUNK = 16384
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


class Reply(NamedTuple):
    """What the server said to one command, all its lines as one."""

    code: int
    words: str

    @property
    def enhanced(self) -> str:
        """The enhanced status code that the words begin with (RFC 2034, RFC 3463), such as 5.1.1; or nothing."""
        found = _ENHANCED.match(self.words)
        return found.group() if found else ""

    @property
    def good(self) -> bool:
        """The server did as it was told."""
        return self.code < 300

    def __str__(self) -> str:
        return f"{self.code} {self.words}"[:300]


class Lost(Exception):
    """The connection is gone, or what comes over it cannot be read; the message says how."""


class NotWritten(Lost):
    """It was lost before the last byte of a message had left, so the server cannot have taken that message."""


class Wire:
    """A connection that has been greeted and signed in on. Not to be shared between threads."""

    def __init__(self, sock: socket.socket, *, pipelining: bool) -> None:
        self.pipelining = pipelining
        self.was_useful = False
        """It has carried a message that the server took."""
        self._sock = sock
        self._lines: deque[bytes] = deque()
        self._begun = b""
        """The beginning of a line whose end has not come yet."""

    def say(self, commands: bytes) -> None:
        """Write commands. Raises Lost."""
        try:
            self._sock.sendall(commands)
        except OSError as error:
            raise Lost(words_of(error)) from error

    def say_message(self, body: bytes, then: bytes = b"") -> None:
        """Write a message that ends in its dot, and the commands that follow it, in one go where that is exact.

        Raises NotWritten when not all of `body` has left. When only `then` could not be written nothing is raised: the
        server's last words may be waiting to be read.
        """
        # A TLS library may have sent a part of a write that fails, so there the end leaves in a write of its own.
        pieces = [body[:-5], body[-5:] + then] if isinstance(self._sock, SSLSocket) else [body + then]
        written = 0
        try:
            for piece in pieces:
                view = memoryview(piece)
                while view:
                    count = self._sock.send(view)
                    written += count
                    view = view[count:]
        except OSError as error:
            if written < len(body) and not (len(pieces) == 2 and written == len(pieces[0])):
                raise NotWritten(words_of(error)) from error

    def heard(self, replies: int) -> bool:
        """True when that many whole replies are here already, so that reading them does not wait."""
        return len(self._lines) >= replies and sum(line[3:4] != b"-" for line in self._lines) >= replies

    def reply(self) -> Reply:
        """Wait for the next reply. Raises Lost."""
        line = self._line()
        if line[3:4] != b"-":
            return Reply(_code(line), line[4:].decode("utf-8", "replace").strip())
        lines = [line]
        while lines[-1][3:4] == b"-":
            lines.append(self._line())
        words = b" ".join(line[4:] for line in lines).decode("utf-8", "replace")
        return Reply(_code(lines[-1]), " ".join(words.split()))

    def is_quiet(self) -> bool:
        """True while nothing has come unasked: neither words nor the end of the connection."""
        return not (self._lines or self._begun or select.select([self._sock], [], [], 0)[0])

    def leave(self) -> None:
        """Say goodbye without waiting for an answer, and hang up."""
        try:
            self._sock.settimeout(1.0)
            self._sock.sendall(b"QUIT\r\n")
        except OSError:
            pass
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection."""
        self._sock.close()

    def _line(self) -> bytes:
        while not self._lines:
            self._listen()
        return self._lines.popleft()

    def _listen(self) -> None:
        try:
            chunk = self._sock.recv(_CHUNK)
        except OSError as error:
            raise Lost(words_of(error)) from error
        if not chunk:
            raise Lost("the server hung up")
        *lines, self._begun = (self._begun + chunk).split(b"\n")
        self._lines.extend(lines)
        if len(self._begun) + sum(map(len, lines)) > LONGEST_REPLY or len(self._lines) > MOST_LINES:
            raise Lost("the server says too much")


def _code(line: bytes) -> int:
    code = line[:3]
    if not (code.isdigit() and b"200" <= code < b"600" and line[3:4] in _AFTER_THE_CODE):
        raise Lost(f"not a reply of a mail server: {line[:80]!r}")
    return int(code)


_AFTER_THE_CODE = (b" ", b"-", b"\r", b"")


def words_of(error: Exception) -> str:
    """What went wrong with a connection, in one line."""
    if isinstance(error, BlockingIOError):  # how the kernel says that a wait was too long
        return "timed out"
    return " ".join((str(error) or type(error).__name__).split())[:200]
