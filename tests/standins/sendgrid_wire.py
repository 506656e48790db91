"""The stand-in's end of the wire: HTTP/1.1 with keep-alive on loopback, and sockets that can be made to misbehave."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.standins.sendgrid_answers import Answer, ForgottenError, Request, gateway_page
from tests.standins.sendgrid_faults import Behaviour

MAX_BODY = 30 * 1024 * 1024
"""Beyond it the gateway answers, not the API (A1)."""
CHUNK = 1 << 20


class ClientGoneError(Exception):
    """The client closed the connection, or the door did, before the request was whole."""


class Site(Protocol):
    """What stands behind the door."""

    @property
    def behaviour(self) -> Behaviour: ...

    @property
    def era(self) -> int:
        """How often everything was forgotten."""

    def serve(self, request: Request) -> Answer: ...

    def answered(self, request: Request, status: int | None) -> None:
        """Told before each reply is written; None when the connection is closed instead."""


class Exchange(BaseHTTPRequestHandler):
    """One connection. Lives as long as the client keeps it; each request passes through `do`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = 1 << 18
    server: Door

    def do(self) -> None:
        self._left = int(self.headers.get("Content-Length") or 0)
        self._era = self.server.site.era
        self._request = self._arrived(b"")
        self._refused_by_gateway: Answer | None = None
        try:
            self._exchange()
        except (ClientGoneError, ForgottenError):
            self.close_connection = True

    def _exchange(self) -> None:
        behaviour = self.server.site.behaviour
        fault = behaviour.before_reading(self._request)
        if fault is None:
            self._read_body()
            fault = behaviour.after_reading(self._request)
        if fault:
            fault.perform(self)
        else:
            self.reply(self.respond())

    def respond(self) -> Answer:
        self._read_body()
        return self._refused_by_gateway or self.server.site.serve(self._request)

    def reply(self, answer: Answer) -> None:
        self.server.site.answered(self._request, answer.status)
        self._write(self._bytes(answer))

    def trickle(self, answer: Answer, pause: float) -> None:
        self.server.site.answered(self._request, answer.status)
        for byte in self._bytes(answer):
            if self.close_connection or not self._write(bytes([byte])):
                return
            self.wait(pause)

    def swallow(self, count: int) -> None:
        self._read(min(count, self._left))

    def drop(self, *, reset: bool) -> None:
        """With `reset` the client sees ECONNRESET, otherwise an end of file where the reply should have been."""
        self.server.site.answered(self._request, None)
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()

    def wait(self, seconds: float) -> None:
        """Raises ClientGoneError when the door closes meanwhile, so that nothing is accepted after that."""
        if self.server.closing.wait(seconds):
            raise ClientGoneError

    def _read_body(self) -> None:
        """Read what is left of the body, once. Too large a body is read and forgotten, as nginx does, and refused."""
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._refused_by_gateway = gateway_page(411)
        elif self._left > MAX_BODY:
            while self._left:
                self._read(min(CHUNK, self._left))
            self._refused_by_gateway = gateway_page(413)
        elif self._left:
            self._request = self._arrived(self._read(self._left))

    def _read(self, count: int) -> bytes:
        """Exactly so many bytes. Raises ClientGoneError when the client leaves before."""
        try:
            read = self.rfile.read(count)
        except OSError as broken:
            raise ClientGoneError from broken
        self._left -= len(read)
        if len(read) < count:
            raise ClientGoneError
        return read

    def _arrived(self, body: bytes) -> Request:
        target = urlsplit(self.path)
        query = dict(parse_qsl(target.query))
        return Request(self.command, unquote(target.path), query, self.headers, body, self._era)

    def _bytes(self, answer: Answer) -> bytes:
        headers = {
            "Server": "nginx",
            "Date": formatdate(usegmt=True),
            **answer.headers,
            "Content-Length": str(len(answer.body)),
            "Connection": "close" if self.close_connection else "keep-alive",
        }
        if answer.status == 204:
            del headers["Content-Length"]
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", *map(": ".join, headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body

    def _write(self, data: bytes) -> bool:
        try:
            self.wfile.write(data)
        except OSError:
            self.close_connection = True
            return False
        return True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a load of a million would drown the test's own output."""


for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(Exchange, f"do_{method}", Exchange.do)


class Door(ThreadingHTTPServer):
    """The listening socket, and every connection that came in by it, so that closing ends them all."""

    daemon_threads = True
    request_queue_size = 512
    allow_reuse_address = True

    def __init__(self, port: int, site: Site) -> None:
        self.site = site
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Exchange)

    def open(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Stop listening and cut every connection, stalled ones too."""
        self.closing.set()
        self.shutdown()
        self.server_close()
        for connection in self._connections.copy():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is ordinary here; anything else is a fault of the stand-in and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
