"""A mail server as SMTP_URL names it, and how a connection to it is opened."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from smtplib import SMTP, SMTP_SSL, SMTPException, SMTPResponseException
from socket import IPPROTO_TCP, SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, TCP_NODELAY, socket
from ssl import SSLContext, SSLSocket
from typing import Any, Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from service.mail.message import TryLater
from service.mail.smtp_wire import Wire, words_of
from service.settings import BadSetting

CONNECT_SECONDS = 10.0
REPLY_SECONDS = 60.0
LARGEST_NUMBER = 1000


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
    weight: int = 1
    """Its share of the mail, beside the weights of the other servers."""
    connections: int = 20
    """The most connections that one worker process opens to it."""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `smtp://user:password@host:587?starttls=required|if-offered|no&weight=1&connections=20` or `smtps://…`.

        User and password are percent-encoded. When not said, the port is 587 (465 for smtps) and starttls is required.
        Raises BadSetting.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadSetting("SMTP_URL: the port must be a number.") from error
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise BadSetting("SMTP_URL: must be an address such as smtp://user:password@mail.example.org:587.")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=port or (465 if tls else 587),
            tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            **_options(parts, tls=tls),
        )

    @classmethod
    def parse_all(cls, urls: str) -> list[Self]:
        """Read one address or several, with commas or blanks between them. Raises BadSetting."""
        servers = [cls.parse(url) for url in urls.replace(",", " ").split()]
        if not servers:
            raise BadSetting("SMTP_URL: must be an address such as smtp://user:password@mail.example.org:587.")
        return servers

    @property
    def name(self) -> str:
        """For people and logs."""
        return f"{self.host}:{self.port}"

    def connect(self, context: SSLContext, reply_seconds: float) -> Wire:
        """Open, encrypt, sign in. Raises TryLater with the reason when that does not work."""
        try:
            if self.tls:
                connection: SMTP = SMTP_SSL(self.host, self.port, timeout=CONNECT_SECONDS, context=context)
            else:
                connection = SMTP(self.host, self.port, timeout=CONNECT_SECONDS)
        except (OSError, SMTPException) as error:
            raise TryLater(f"no connection to the mail server: {_said(error)}") from error
        try:
            self._greet(connection, context)
        except (OSError, SMTPException) as error:
            connection.close()
            raise TryLater(f"the mail server did not let us in: {_said(error)}") from error
        except TryLater:
            connection.close()
            raise
        return _wire(connection, reply_seconds)

    def _greet(self, connection: SMTP, context: SSLContext) -> None:
        connection.ehlo_or_helo_if_needed()
        offered = connection.has_extn("starttls")
        if self.starttls is StartTls.REQUIRED or (self.starttls is StartTls.IF_OFFERED and offered):
            connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
        elif self.starttls is StartTls.IF_OFFERED and self.user:
            raise TryLater("the mail server offers no encryption, and we do not say a password in the clear")
        if self.user:
            connection.login(self.user, self.password)


def _options(parts: SplitResult, *, tls: bool) -> dict[str, Any]:
    """What stands behind the question mark."""
    try:
        said = parse_qs(parts.query, strict_parsing=True, keep_blank_values=True) if parts.query else {}
        options = {name: _OPTIONS[name](values[-1]) for name, values in said.items()}
    except (KeyError, ValueError):
        raise BadSetting(
            "SMTP_URL: behind the ? may stand starttls (required, if-offered or no), weight and connections "
            "(whole numbers from 1 to 1000)."
        ) from None
    starttls = options.pop("starttls", StartTls.REQUIRED)
    return {"starttls": StartTls.NO if tls else starttls, **options}


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_NUMBER):
        raise ValueError(text)
    return int(text)


_OPTIONS: dict[str, Callable[[str], Any]] = {"starttls": StartTls, "weight": _count, "connections": _count}


def _wire(connection: SMTP, reply_seconds: float) -> Wire:
    """Take the socket over from smtplib."""
    sock, file = connection.sock, connection.file
    if sock is None:
        raise TryLater("the mail server hung up")
    _limit_waiting(sock, reply_seconds)
    # Without it the end of each message waits for an acknowledgement that the server delays by 40 ms (RFC 896, 1122).
    sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    connection.sock = connection.file = None
    if file is not None:
        file.close()
    return Wire(sock, pipelining=connection.has_extn("pipelining"))


def _limit_waiting(sock: socket, seconds: float) -> None:
    """Let the kernel keep the time where it can: Python's own way asks poll(2) before every read and write."""
    if isinstance(sock, SSLSocket):
        sock.settimeout(seconds)
        return
    sock.settimeout(None)
    span = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    for direction in (SO_RCVTIMEO, SO_SNDTIMEO):
        sock.setsockopt(SOL_SOCKET, direction, span)


def _said(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {' '.join(words.split())}"[:300]
    return words_of(error)
