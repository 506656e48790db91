"""HTTP to SendGrid on kept connections, with one question always answered: can the request have been taken?

A request that was not written as a whole cannot (NotSent). One that was written, and whose reply did not come, can
(ReplyLost): the API has no idempotency key, so nobody may simply ask again. Nothing is logged: neither bodies nor key.
"""

import io
import select
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import NamedTuple, cast
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""For the whole reply, however it trickles in; and for the whole request to be written."""
LONGEST_IDLE_SECONDS = 5.0
"""A server or a firewall that drops idle connections should find ours closed already."""


class NotSent(Exception):
    """The request was not written as a whole, so it certainly has no effect."""


class ReplyLost(Exception):
    """The request was written, and there is no reply that can be read: it may or may not have had its effect."""


class Answer(NamedTuple):
    """A reply. `headers` are asked without regard to case."""

    status: int
    headers: HTTPMessage
    body: bytes
    reason: str


@dataclass
class _Line:
    """One open connection, and when it was last used (seconds of the monotonic clock)."""

    socket: socket.socket
    used: float = field(default_factory=time.monotonic)

    def is_fresh(self) -> bool:
        """Nothing can have happened to it. What is readable before we asked is a goodbye."""
        ready = select.poll()
        ready.register(self.socket, select.POLLIN)
        return time.monotonic() - self.used < LONGEST_IDLE_SECONDS and not ready.poll(0)


class SendGridClient:
    """Speaks to the API at `api_url` (http or https) with a key. Safe to share between threads."""

    def __init__(
        self,
        api_key: str,
        api_url: str,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        parts = urlsplit(api_url)
        self._host, self._base = parts.hostname or "", parts.path.rstrip("/")
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._connect_seconds, self._read_seconds = connect_seconds, read_seconds
        self._fixed = (
            f"Host: {parts.netloc.rpartition('@')[2]}\r\nAuthorization: Bearer {api_key}\r\n"
            "Accept: application/json\r\nContent-Type: application/json\r\n"
        )
        self._idle: deque[_Line] = deque()

    def request(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Ask, and read the whole reply. Raises NotSent or ReplyLost, and nothing else."""
        head = f"{method} {self._base}{path} HTTP/1.1\r\n{self._fixed}Content-Length: {len(body)}\r\n\r\n"
        words = head.encode("latin-1") + body
        while kept := self._kept():
            try:
                return self._ask(kept, method, words)
            except NotSent:  # it was closed a moment ago; a new one is not
                continue
        return self._ask(self._open(), method, words)

    def close(self) -> None:
        """Let go of the connections that are not in use."""
        while self._idle:
            self._idle.pop().socket.close()

    def _kept(self) -> _Line | None:
        while self._idle:
            try:
                line = self._idle.pop()
            except IndexError:  # another thread was quicker
                return None
            if line.is_fresh():
                return line
            line.socket.close()
        return None

    def _open(self) -> _Line:
        try:
            raw = socket.create_connection((self._host, self._port), self._connect_seconds)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Line(self._tls.wrap_socket(raw, server_hostname=self._host) if self._tls else raw)
        except OSError as error:
            raise NotSent(_kind(error)) from error

    def _ask(self, line: _Line, method: str, words: bytes) -> Answer:
        try:
            answer, reusable = self._exchange(line, method, words)
        except BaseException:
            line.socket.close()
            raise
        if reusable:
            line.used = time.monotonic()
            self._idle.append(line)
        else:
            line.socket.close()
        return answer

    def _exchange(self, line: _Line, method: str, words: bytes) -> tuple[Answer, bool]:
        line.socket.settimeout(self._read_seconds)
        try:
            line.socket.sendall(words)
        except OSError as error:
            return self._refusal(line, method, error), False
        return self._reply(line, method)

    def _refusal(self, line: _Line, method: str, error: OSError) -> Answer:
        """Who refuses early (413) hangs up while we still write, and has said why."""
        if isinstance(error, TimeoutError):
            raise NotSent(_kind(error)) from error
        try:
            answer, _ = self._reply(line, method)
        except ReplyLost:
            raise NotSent(_kind(error)) from error
        if answer.status < 400:
            raise NotSent(_kind(error)) from error
        return answer

    def _reply(self, line: _Line, method: str) -> tuple[Answer, bool]:
        source = cast(socket.socket, _Source(line.socket, time.monotonic() + self._read_seconds))
        response = HTTPResponse(source, method=method)
        try:
            response.begin()
            body = response.read()
        except (OSError, HTTPException, ValueError) as error:
            raise ReplyLost(_kind(error)) from error
        finally:
            response.close()
        return Answer(response.status, response.headers, body, response.reason), not response.will_close


class _Source(io.RawIOBase):
    """Reads a socket until a moment of the monotonic clock; then it is a TimeoutError, whatever trickles in."""

    def __init__(self, source: socket.socket, until: float) -> None:
        self._socket, self._until = source, until

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What HTTPResponse asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """The next bytes."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the reply took too long")
        self._socket.settimeout(left)
        return self._socket.recv_into(buffer)  # type: ignore[arg-type]


def _kind(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
