"""A mail server that receives for real and can be told to misbehave.

In a test: `with SmtpStandin() as server: SmtpMailer(server.url, …)`, then `server.messages()`.
By itself: `python -m tests.standins.smtp --port 2525 --folder received`, which writes each message as a file.
"""

import argparse
import asyncio
import signal
import socket
import ssl
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.standins.certificate import write_certificate

DROP = "drop"
"""Instead of an answer: hang up."""

SILENCE = "silence"
"""Instead of an answer: say nothing until the stand-in is closed."""


class At(StrEnum):
    """The point of a transaction at which an answer is given."""

    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    TEXT = "DATA"


class Tls(StrEnum):
    """How connections are encrypted."""

    NONE = "none"
    OFFERED = "offered"
    REQUIRED = "required"
    FROM_THE_START = "from the start"


@dataclass(frozen=True)
class Received:
    """One message as it came in, with its envelope."""

    sender: str
    recipients: list[str]
    raw: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.raw, policy=default)

    def part(self, kind: str) -> str:
        """The text of the `plain` or `html` part."""
        body = self.message.get_body((kind,))
        return str(body.get_content()).replace("\r\n", "\n") if body else ""


@dataclass
class _Mailroom:
    """What has come in, and what to answer."""

    folder: Path | None
    needs_login: bool
    received: list[Received] = field(default_factory=list)
    always: dict[str, str] = field(default_factory=dict)
    next: dict[At, list[str]] = field(default_factory=lambda: {point: [] for point in At})
    connections: int = 0

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._told(server, At.SENDER)
        if self.needs_login and not session.authenticated:
            refusal = "530 5.7.0 sign in first"
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refusal = self.always.get(address.lower()) or await self._told(server, At.RECIPIENT)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        refusal = await self._told(server, At.TEXT)
        if refusal:
            return refusal
        raw = bytes(envelope.original_content or b"")
        encrypted = bool(server.transport and server.transport.get_extra_info("sslcontext"))
        self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), raw, encrypted))
        if self.folder:
            (self.folder / f"{len(self.received):06}.eml").write_bytes(raw)
        return f"250 2.0.0 taken as {len(self.received):06}"

    async def _told(self, server: SMTP, point: At) -> str:
        answer = self.next[point].pop(0) if self.next[point] else ""
        if answer == SILENCE:
            await asyncio.Event().wait()
        if answer == DROP and server.transport:
            server.transport.close()
        return answer


class _Listener(Controller):
    """aiosmtpd's threaded server on a socket that is already bound, so that port 0 means any free one."""

    def __init__(self, mailroom: _Mailroom, port: int, **options: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        super().__init__(mailroom, "127.0.0.1", self._socket.getsockname()[1], **options)

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)


class SmtpStandin:
    """The server, as a context manager. `auth` is the (user, password) it asks for."""

    def __init__(
        self, *, port: int = 0, auth: tuple[str, str] | None = None, tls: Tls = Tls.NONE, folder: Path | None = None
    ) -> None:
        self._mailroom = _Mailroom(folder, needs_login=auth is not None)
        self._auth = auth
        self._tls = tls
        self._keys = TemporaryDirectory()
        self._certificate, key = write_certificate(Path(self._keys.name))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate, key)
        from_the_start = tls is Tls.FROM_THE_START
        self._listener = _Listener(
            self._mailroom,
            port,
            ssl_context=context if from_the_start else None,
            tls_context=context if tls in {Tls.OFFERED, Tls.REQUIRED} else None,
            require_starttls=tls is Tls.REQUIRED,
            authenticator=self._check if auth else None,
            auth_require_tls=False,
        )

    def __enter__(self) -> Self:
        self._listener.start()
        self._mailroom.connections = 0
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._listener.stop()
        self._keys.cleanup()

    @property
    def port(self) -> int:
        """The port it listens on, on 127.0.0.1."""
        return int(self._listener.port)

    @property
    def url(self) -> str:
        """What SMTP_URL would say, with user and password."""
        scheme = "smtps" if self._tls is Tls.FROM_THE_START else "smtp"
        login = ":".join(quote(part, safe="") for part in self._auth) + "@" if self._auth else ""
        starttls = {Tls.NONE: "no", Tls.OFFERED: "if-offered"}.get(self._tls, "required")
        return f"{scheme}://{login}127.0.0.1:{self.port}?starttls={starttls}"

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this server's self-made certificate and nobody else's."""
        return ssl.create_default_context(cafile=str(self._certificate))

    def messages(self) -> list[Received]:
        """Everything taken so far, oldest first."""
        return list(self._mailroom.received)

    @property
    def connections(self) -> int:
        """How many times a client has introduced itself."""
        return self._mailroom.connections

    def refuse(self, address: str, answer: str = "550 5.1.1 nobody of that name lives here") -> None:
        """Answer every attempt to write to `address` with `answer`."""
        self._mailroom.always[address.lower()] = answer

    def answer_next(self, answer: str, *, at: At = At.TEXT, times: int = 1) -> None:
        """Give `answer` (a reply, DROP or SILENCE) the next `times` times at this point instead of taking the mail."""
        self._mailroom.next[at].extend([answer] * times)

    def _check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: LoginPassword
    ) -> AuthResult:
        given = (login.login.decode(), login.password.decode())
        return AuthResult(success=given == self._auth, handled=False)


def main() -> None:
    """Run until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.standins.smtp", description="A mail server that keeps what it gets."
    )
    parser.add_argument("--port", type=int, default=2525)
    parser.add_argument("--folder", type=Path, help="where to write each message as a file")
    parser.add_argument("--auth", help="user:password to ask for")
    parser.add_argument("--tls", type=Tls, choices=list(Tls), default=Tls.NONE)
    wanted = parser.parse_args()
    if wanted.folder:
        wanted.folder.mkdir(parents=True, exist_ok=True)
    user, _, password = (wanted.auth or "").partition(":")
    auth = (user, password) if user else None
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    with SmtpStandin(port=wanted.port, auth=auth, tls=wanted.tls, folder=wanted.folder) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
