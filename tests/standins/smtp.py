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
from typing import Any, AnyStr, Self
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
    GO_ON = "354"
    """Instead of the go-ahead for the text."""
    MIDDLE = "middle"
    """While the text comes in, after its first line; only DROP makes sense there."""
    TEXT = "DATA"
    """After the whole text."""


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


@dataclass(frozen=True)
class Manners:
    """How the server is in general."""

    pipelining: bool = True
    eager: bool = False
    """Says 354 to DATA although it refused the recipient, as some servers do (RFC 2920, 3.1)."""
    greylists: bool = False
    """Puts each recipient off once (RFC 6647)."""
    most_connections: int = 1_000_000
    """At the same time; the next one hears 421."""
    most_messages: int = 1_000_000
    """On one connection; then it hears 421."""
    delay: float = 0.0
    """Seconds before each reply."""


@dataclass
class _Mailroom:
    """What has come in, and what to answer."""

    folder: Path | None
    needs_login: bool
    manners: Manners = Manners()
    seen: set[str] = field(default_factory=set)
    open: int = 0
    received: list[Received] = field(default_factory=list)
    always: dict[str, str] = field(default_factory=dict)
    next: dict[At, list[str]] = field(default_factory=lambda: {point: [] for point in At})
    connections: int = 0

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.manners.pipelining else responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self.told(server, At.SENDER)
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
        always = await self.do(server, self.always.get(address.lower(), ""))
        refusal = always or await self.told(server, At.RECIPIENT)
        if self.manners.greylists and address not in self.seen:
            refusal = "451 4.7.1 greylisted, come back later"
        self.seen.add(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        refusal = await self.told(server, At.TEXT)
        if refusal:
            return refusal
        raw = bytes(envelope.original_content or b"")
        encrypted = bool(server.transport and server.transport.get_extra_info("sslcontext"))
        self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), raw, encrypted))
        if self.folder:
            (self.folder / f"{len(self.received):06}.eml").write_bytes(raw)
        return f"250 2.0.0 taken as {len(self.received):06}"

    async def told(self, server: SMTP, point: At) -> str:
        """What to answer at this point, once; nothing to go on as usual."""
        return await self.do(server, self.next[point].pop(0) if self.next[point] else "")

    async def do(self, server: SMTP, answer: str) -> str:
        """Keep silent, or hang up, when that is the answer."""
        if answer == SILENCE:
            await asyncio.Event().wait()
        if answer == DROP and server.transport:
            server.transport.close()
        return answer


class _Server(SMTP):
    """One connection."""

    event_handler: _Mailroom
    refused = False
    messages = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        room = self.event_handler
        room.open += 1
        self.refused = room.open > room.manners.most_connections
        if self.refused and isinstance(transport, asyncio.Transport):
            transport.write(b"421 4.7.0 too many connections from you\r\n")
            transport.close()
        else:
            super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.open -= 1
        if not self.refused:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return None if self.refused else super().eof_received()

    def data_received(self, data: bytes) -> None:
        if not self.refused:
            super().data_received(data)

    async def push(self, status: AnyStr) -> None:
        if delay := self.event_handler.manners.delay:
            await asyncio.sleep(delay)
        await super().push(status)

    async def smtp_MAIL(self, arg: str) -> None:
        if self.messages >= self.event_handler.manners.most_messages and self.transport:
            await self.push("421 4.7.0 enough for one connection")
            self.transport.close()
            return
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:
        room, somebody = self.event_handler, bool(self.envelope and self.envelope.rcpt_tos)
        if answer := await room.told(self, At.GO_ON):
            await self.push(answer)
        elif room.next[At.MIDDLE] and somebody and isinstance(self.transport, asyncio.Transport):
            room.next[At.MIDDLE].pop()
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
        elif room.manners.eager and not somebody:
            await self.push("354 go on")
            while await self._reader.readline() != b".\r\n":
                pass
            await self.push("554 5.5.1 there is nobody to give this to")
        else:
            before = len(room.received)
            await super().smtp_DATA(arg)
            self.messages += len(room.received) - before


class _Listener(Controller):
    """aiosmtpd's threaded server on a socket that is already bound, so that port 0 means any free one."""

    def __init__(self, mailroom: _Mailroom, port: int, **options: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        super().__init__(mailroom, "127.0.0.1", self._socket.getsockname()[1], **options)

    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)


class SmtpStandin:
    """The server, as a context manager. `auth` is the (user, password) it asks for."""

    def __init__(
        self,
        manners: Manners = Manners(),
        *,
        port: int = 0,
        auth: tuple[str, str] | None = None,
        tls: Tls = Tls.NONE,
        folder: Path | None = None,
    ) -> None:
        self._mailroom = _Mailroom(folder, auth is not None, manners)
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

    @property
    def manners(self) -> Manners:
        """How it is."""
        return self._mailroom.manners

    def behave(self, manners: Manners) -> None:
        """Change how it is from now on."""
        self._mailroom.manners = manners

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
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--eager", action="store_true", help="say 354 although the recipient was refused")
    parser.add_argument("--greylists", action="store_true", help="put each recipient off once")
    parser.add_argument("--most-connections", type=int, default=Manners.most_connections)
    parser.add_argument("--most-messages", type=int, default=Manners.most_messages, help="on one connection")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each reply")
    wanted = parser.parse_args()
    manners = Manners(
        pipelining=not wanted.no_pipelining,
        eager=wanted.eager,
        greylists=wanted.greylists,
        most_connections=wanted.most_connections,
        most_messages=wanted.most_messages,
        delay=wanted.delay,
    )
    if wanted.folder:
        wanted.folder.mkdir(parents=True, exist_ok=True)
    user, _, password = (wanted.auth or "").partition(":")
    auth = (user, password) if user else None
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    with SmtpStandin(manners, port=wanted.port, auth=auth, tls=wanted.tls, folder=wanted.folder) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
