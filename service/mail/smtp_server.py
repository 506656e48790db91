"""A mail server as SMTP_URL names it, and open connections to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from smtplib import SMTP, SMTP_SSL, SMTPException, SMTPResponseException
from ssl import SSLContext, create_default_context
from threading import Lock
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from service.mail.message import TryLater
from service.settings import BadSetting

CONNECT_SECONDS = 10.0
REPLY_SECONDS = 60.0
LONGEST_IDLE = timedelta(seconds=60)
"""Servers hang up after a few minutes; before that we do."""


class StartTls(StrEnum):
    """Whether a plain connection must become an encrypted one before anything is said on it."""

    REQUIRED = "required"
    IF_OFFERED = "if-offered"
    NO = "no"


@dataclass(frozen=True)
class Server:
    """Where the server is and how it wants to be spoken to. The password never shows in a repr."""

    host: str
    port: int
    tls: bool
    starttls: StartTls
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `smtp://user:password@host:587?starttls=required|if-offered|no` or `smtps://…`.

        User and password are percent-encoded. When not said, the port is 587 (465 for smtps) and starttls is required.
        Raises BadSetting.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
            starttls = StartTls(parse_qs(parts.query).get("starttls", [StartTls.REQUIRED])[-1])
        except ValueError as error:
            raise BadSetting("SMTP_URL: the port must be a number, and starttls required, if-offered or no.") from error
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise BadSetting("SMTP_URL: must be an address such as smtp://user:password@mail.example.org:587.")
        tls = parts.scheme == "smtps"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port or (465 if tls else 587), tls, StartTls.NO if tls else starttls, user, password)


class Connections:
    """Open connections to one server, kept for the next message. Safe to share between threads."""

    def __init__(
        self,
        server: Server,
        *,
        clock: Callable[[], datetime],
        context: SSLContext | None = None,
        reply_seconds: float = REPLY_SECONDS,
    ) -> None:
        self._server = server
        self._clock = clock
        self._context = context or create_default_context()
        self._reply_seconds = reply_seconds
        self._idle: list[tuple[SMTP, datetime]] = []
        self._lock = Lock()

    @contextmanager
    def one(self) -> Iterator[SMTP]:
        """A connection that has no transaction open. Raises TryLater when there is none to be had."""
        connection = self._reuse() or self._open()
        try:
            yield connection
        finally:
            if connection.sock is not None:  # smtplib closes it by itself when the server has gone
                with self._lock:
                    self._idle.append((connection, self._clock()))

    def close(self) -> None:
        """Say goodbye on every connection that is not in use."""
        while kept := self._pop():
            _leave(kept[0])

    def _pop(self) -> tuple[SMTP, datetime] | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _reuse(self) -> SMTP | None:
        while kept := self._pop():
            connection, since = kept
            if self._clock() - since < LONGEST_IDLE and _is_ready(connection):
                return connection
            _leave(connection)
        return None

    def _open(self) -> SMTP:
        server = self._server
        try:
            if server.tls:
                connection: SMTP = SMTP_SSL(server.host, server.port, timeout=CONNECT_SECONDS, context=self._context)
            else:
                connection = SMTP(server.host, server.port, timeout=CONNECT_SECONDS)
        except OSError as error:
            raise TryLater(f"no connection to the mail server: {words_of(error)}") from error
        try:
            self._greet(connection)
        except (OSError, SMTPException) as error:
            connection.close()
            raise TryLater(f"the mail server did not let us in: {words_of(error)}") from error
        except TryLater:
            connection.close()
            raise
        return connection

    def _greet(self, connection: SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        wanted, offered = self._server.starttls, connection.has_extn("starttls")
        if wanted is StartTls.REQUIRED or (wanted is StartTls.IF_OFFERED and offered):
            connection.starttls(context=self._context)
        elif wanted is StartTls.IF_OFFERED and self._server.user:
            raise TryLater("the mail server offers no encryption, and we do not say a password in the clear")
        if self._server.user:
            connection.login(self._server.user, self._server.password)
        if connection.sock is not None:
            connection.sock.settimeout(self._reply_seconds)


def words_of(error: Exception) -> str:
    """What went wrong, in the server's words where it had any."""
    if isinstance(error, SMTPResponseException):
        return said(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def said(code: int, words: bytes | str) -> str:
    """A reply of the server on one line, 300 characters at most."""
    text = words if isinstance(words, str) else words.decode("utf-8", "replace")
    return f"{code} {' '.join(text.split())}"[:300]


def _is_ready(connection: SMTP) -> bool:
    """RSET tells whether the connection still lives, as NOOP would, and clears what a refused message left behind."""
    try:
        return connection.rset()[0] == 250
    except OSError:
        return False


def _leave(connection: SMTP) -> None:
    with suppress(OSError):
        connection.quit()
    connection.close()
