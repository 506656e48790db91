"""A mailbox on an IMAP server (RFC 3501): as much of it as reading and marking mails takes, over TLS."""

import re
import socketserver
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from urllib.parse import quote

from tests.standins.certificate import write_certificate

_LINE = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass
class Mail:
    """One mail in the folder; its UID is its place, from 1."""

    raw: bytes
    flags: set[str] = field(default_factory=set)


class _Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    server: "_Listener"

    def handle(self) -> None:
        with suppress(OSError):  # a client that does not trust the certificate hangs up
            self._converse()

    def _converse(self) -> None:
        if self.server.tls:
            self._encrypt()
        self._say(b"* OK stand-in ready")
        while line := self.rfile.readline():
            tag, *words = [quoted.replace(b'\\"', b'"') or bare for quoted, bare in _LINE.findall(line.rstrip())]
            self.server.standin.heard.append(b" ".join(words).decode())
            if self._answer(tag, words[0].upper().decode(), [word.decode() for word in words[1:]]):
                return

    def finish(self) -> None:
        self.rfile.close()
        self.connection.close()

    def _answer(self, tag: bytes, command: str, words: list[str]) -> bool:
        standin = self.server.standin
        verdict = "OK"
        match command:
            case "CAPABILITY":
                self._say(b"* CAPABILITY IMAP4rev1" + (b"" if self._is_encrypted else b" STARTTLS"))
            case "LOGIN":
                verdict = "OK" if tuple(words) == standin.login else "NO"
            case "SELECT":
                verdict = "OK" if words[0] == standin.folder else "NO"
                self._say(f"* {len(standin.mails)} EXISTS".encode())
            case "UID":
                self._uid(words[0].upper(), words[1:])
            case "LOGOUT":
                self._say(b"* BYE")
        self._say(tag + f" {verdict} {command}".encode())
        if command == "STARTTLS":
            self._encrypt()
        return command == "LOGOUT"

    def _uid(self, command: str, words: list[str]) -> None:
        mails = self.server.standin.mails
        if command == "SEARCH":
            wanted = [n for n, mail in enumerate(mails, 1) if not mail.flags & {"\\Seen", "\\Flagged"}]
            self._say(f"* SEARCH {' '.join(map(str, wanted))}".rstrip().encode())
            return
        mail = mails[int(words[0]) - 1]
        if command == "STORE":
            mail.flags.add(words[-1].strip("()"))
        elif "RFC822.SIZE" in words[1]:
            self._say(f"* {words[0]} FETCH (UID {words[0]} RFC822.SIZE {len(mail.raw)})".encode())
        else:
            assert words[1] == "(BODY.PEEK[])", "anything else would mark the mail as read"
            head = f"* {words[0]} FETCH (UID {words[0]} BODY[] {{{len(mail.raw)}}}\r\n".encode()
            self._say(head + mail.raw + b")")

    @property
    def _is_encrypted(self) -> bool:
        return isinstance(self.connection, ssl.SSLSocket)

    def _encrypt(self) -> None:
        self.rfile.close()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")

    def _say(self, line: bytes) -> None:
        self.connection.sendall(line + b"\r\n")


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    standin: "ImapStandin"
    context: ssl.SSLContext
    tls: bool


class ImapStandin:
    """The server, as a context manager. `mails` is the folder."""

    def __init__(self, *mails: bytes, tls: bool = True, folder: str = "INBOX") -> None:
        self.mails = [Mail(raw) for raw in mails]
        self.folder = folder
        self.login = ("bounces@example.org", 'p@ss "w/rd')
        self.heard: list[str] = []
        """Every command, in order."""
        self._tls = tls
        self._keys = TemporaryDirectory()
        self._certificate, key = write_certificate(Path(self._keys.name))
        self._listener = _Listener(("127.0.0.1", 0), _Conversation)
        self._listener.standin, self._listener.tls = self, tls
        self._listener.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._listener.context.load_cert_chain(self._certificate, key)

    def __enter__(self) -> Self:
        threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._keys.cleanup()

    @property
    def url(self) -> str:
        """What BOUNCE_MAILBOX would say."""
        user, password = (quote(word, safe="") for word in self.login)
        scheme = "imaps" if self._tls else "imap"
        port = self._listener.server_address[1]
        return f"{scheme}://{user}:{password}@127.0.0.1:{port}/{quote(self.folder)}"

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this server's self-made certificate and nobody else's."""
        return ssl.create_default_context(cafile=str(self._certificate))
