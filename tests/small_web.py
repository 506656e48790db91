"""A small web of our own with TLS, on this machine: for whatever asks the open web for something."""

import gzip
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.outside import Outside

HOST = "clinic.test-host"
FEED = b"""<rss version='2.0'><channel><title>Clinic news</title><item><guid>1</guid><title>Eating well</title>
<link>/eating</link></item></channel></rss>"""
STATUSES = {"/gone": 404, "/broken": 500, "/busy": 429, "/to": 302, "/loop": 301, "/for-ever": 301}
BODIES = {"/feed": FEED, "/huge": b"x" * 3_000_000, "/just": b"x" * 1_000_000}
BOMB = gzip.compress(b"\0" * 50_000_000, 1)
"""Fifty megabytes that travel as a few hundred kilobytes."""


class Web(BaseHTTPRequestHandler):
    """`/ok`, `/gone`, redirects to wherever `/to?` or `/for-ever?` says, feeds, bombs, and hosts that never end."""

    asked: ClassVar[list[str]] = []
    headers_seen: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        """Answer by the path."""
        type(self).asked.append(self.path)
        type(self).headers_seen.append({name.lower(): value for name, value in self.headers.items()})
        kind, _, to = self.path.partition("?")
        if kind in {"/slow", "/slow-body"}:
            return self._drip(b"X-Wait: yes\r\n" if kind == "/slow" else b"\r\nabc")
        if kind == "/feed" and self.headers.get("If-None-Match") == '"v1"':
            return self._say(304, b"")
        if kind in {"/to", "/loop", "/for-ever"}:
            return self._say(STATUSES[kind], b"x" * 2_000_000 if to == "/ok-after-a-flood" else b"", to or self.path)
        if kind == "/bomb":
            return self._say(200, BOMB, packing="gzip")
        if kind == "/packed":
            return self._say(200, gzip.compress(FEED), packing="gzip")
        if kind == "/half-packed":
            return self._say(200, gzip.compress(FEED)[:-20], packing="gzip")
        if kind == "/not-packed":
            return self._say(200, FEED, packing="gzip")
        if kind == "/oddly-packed":
            return self._say(200, FEED, packing="br")
        return self._say(STATUSES.get(kind, 200), BODIES.get(kind, b""))

    def _say(self, status: int, body: bytes, location: str = "", packing: str = "") -> None:
        self.send_response(status)
        for name, value in (("Location", location), ("Content-Encoding", packing), ("ETag", '"v1"')):
            if value:
                self.send_header(name, value)
        self.end_headers()
        self._write(body)

    def _drip(self, drop: bytes) -> None:
        self._write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            time.sleep(0.02)
            self._write(drop)

    def _write(self, some: bytes) -> None:
        try:
            self.wfile.write(some)
        except OSError:  # whoever asked has gone
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def make_certificate(folder: Path) -> Path:
    """A certificate for HOST that nobody but the tests trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "web.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def small_web(certificate: Path) -> Iterator[int]:
    """The port on which it listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def an_outside(certificate: Path) -> Outside:
    """Somebody who takes HOST for a host of the open internet, and nothing else."""
    Web.asked.clear()
    Web.headers_seen.clear()
    return Outside(
        lookup=lambda host, _port: ["127.0.0.1"] if host == HOST else ["10.0.0.1"],
        may_visit=lambda address: address == ip_address("127.0.0.1"),
        trust=ssl.create_default_context(cafile=str(certificate)),
        connect_seconds=1,
        whole_seconds=1,
    )
