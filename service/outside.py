"""Asking for an address on the open web without being led anywhere else (SSRF): https only, public addresses only.

The name is looked up once and the connection goes to the address that was judged, so that a second answer of the DNS
cannot send us into our own network. Every redirect is judged like the first address. What comes back is bounded in
time and in size, also after it is unpacked.
"""

import socket
import ssl
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, quote, urljoin, urlsplit

IpAddress = IPv4Address | IPv6Address

MOST_REDIRECTS = 5
CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 10.0
"""For one address, its body included; a redirect begins anew."""
NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_EVER = frozenset({301, 308})
_NAT64 = ip_network("64:ff9b::/96")
_GZIP = 16 + zlib.MAX_WBITS
_EXAMPLES = ("example", "test", "localhost", "example.org", "example.com", "example.net")
"""RFC 2606 and 6761: names that never stand for a real host."""


class NotReached(Exception):
    """There is no answer to judge; the message is the rest of the sentence "The link to … "."""


class Refused(NotReached):
    """We do not go there: not https, a private address, or a redirect to one."""


class Silent(NotReached):
    """It did not answer in time, or its name could not be found."""


class Unusable(NotReached):
    """It answered, and nobody can use the answer: a wrong certificate, redirects without end, far too much."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an address answered in the end. `headers` have small names; `body` is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    moved_to: str = ""
    """The address that answered, when every redirect on the way to it was for ever (301, 308)."""

    @property
    def redirects(self) -> bool:
        """Whether it sends us on."""
        return self.status in _REDIRECTS and bool(self.headers.get("location"))


def addresses_of(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host. Raises OSError."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: IpAddress) -> bool:
    """Whether an address is on the open internet, also behind every way to write IPv4 in IPv6."""
    if isinstance(address, IPv6Address):
        if address.teredo is not None:
            return False
        inside = address.ipv4_mapped or address.sixtofour or _behind_nat64(address)
        if inside is not None:
            return is_public(inside)
    return address.is_global and not address.is_multicast


def _behind_nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


@dataclass(frozen=True, kw_only=True)
class Outside:
    """The open web. Tests bring their own look-up, judgement and trust."""

    lookup: Callable[[str, int], Sequence[str]] = addresses_of
    may_visit: Callable[[IpAddress], bool] = is_public
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    connect_seconds: float = CONNECT_SECONDS
    whole_seconds: float = WHOLE_SECONDS

    def ask(self, url: str, *, headers: Mapping[str, str], most_bytes: int = 0) -> Reply:
        """GET an address, and whatever it redirects to; with `most_bytes` 0 the body stays where it is.

        Raises Refused, Silent or Unusable.
        """
        try:
            return self._follow(url, headers, most_bytes)
        except socket.gaierror:
            raise Silent("leads to a host whose name could not be found") from None
        except ssl.SSLCertVerificationError:
            raise Unusable("leads to a host whose certificate is not valid") from None
        except (OSError, HTTPException, ValueError):  # a ValueError is what TLS says of a connection that was cut
            raise Silent("did not answer in time") from None

    def _follow(self, url: str, headers: Mapping[str, str], most_bytes: int) -> Reply:
        statuses: list[int] = []
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._ask(url, headers, most_bytes)
            if not reply.redirects:
                moved = url if statuses and _FOR_EVER.issuperset(statuses) else ""
                return Reply(reply.status, reply.headers, reply.body, moved)
            statuses.append(reply.status)
            url = urljoin(url, reply.headers["location"])
        raise Unusable(f"redirects more than {MOST_REDIRECTS} times")

    def _ask(self, url: str, headers: Mapping[str, str], most_bytes: int) -> Reply:
        """What one address answers."""
        parts, host, port = _checked(url)
        connection = _Pinned(host, port, self._address(host, port), trust=self.trust, seconds=self.connect_seconds)
        with closing(connection):
            watch = Timer(self.whole_seconds, connection.cut)  # a host that sends a byte a second answers for ever
            watch.daemon = True
            watch.start()
            try:
                return connection.ask(_target(parts), headers, most_bytes)
            finally:
                watch.cancel()

    def _address(self, host: str, port: int) -> str:
        """The first address of a host, if all of them are public. Raises Refused."""
        found = list(self.lookup(host, port))
        if not found or not all(self.may_visit(ip_address(each.split("%")[0])) for each in found):
            raise Refused("leads into a private network")
        return found[0]


class _Pinned(HTTPSConnection):
    """A connection to one address that has been judged, whatever the name says by now."""

    def __init__(self, host: str, port: int, address: str, *, trust: ssl.SSLContext, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds, context=trust)
        self._address, self._trust, self._cut = address, trust, False
        self._line: socket.socket | None = None  # `sock` is given up before the last body has been read

    def connect(self) -> None:
        """Connect to the address, and have the certificate answer for the name."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._line = plain  # so that `cut` reaches it while the handshake lasts
        self.sock = self._line = self._trust.wrap_socket(plain, server_hostname=self.host)

    def ask(self, target: str, headers: Mapping[str, str], most_bytes: int) -> Reply:
        """Send a GET and read the answer. Raises TimeoutError after `cut`: half an answer reads like a whole one."""
        self.request("GET", target, headers=dict(headers))
        with self.getresponse() as answer:
            heads = {name.lower(): value for name, value in answer.getheaders()}
            wanted = most_bytes and answer.status not in _REDIRECTS
            body = _body(answer, heads, most_bytes) if wanted else b""
        if self._cut:
            raise TimeoutError
        return Reply(answer.status, heads, body)

    def cut(self) -> None:
        """End it from another thread."""
        self._cut = True
        if self._line is not None:
            with suppress(OSError):  # it may have ended by itself just now
                self._line.shutdown(socket.SHUT_RDWR)


def _body(answer: HTTPResponse, headers: Mapping[str, str], most: int) -> bytes:
    """The unpacked body. Raises Unusable for one larger than `most`, packed or unpacked, or packed in another way."""
    body = answer.read(most + 1)
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing in {"gzip", "x-gzip"} and body:
        body = _unpacked(body, most)
    elif packing not in {"", "identity", "gzip", "x-gzip"}:
        raise Unusable("is packed in a way we cannot read")
    if len(body) > most:
        raise Unusable(f"is larger than {most // 1000} kB")
    return body


def _unpacked(body: bytes, most: int) -> bytes:
    """Gzip read no further than one byte beyond `most`, so that a small answer cannot fill the memory."""
    reader = zlib.decompressobj(wbits=_GZIP)
    try:
        read = reader.decompress(body, most + 1)
    except zlib.error:
        raise Unusable("is packed in a way we cannot read") from None
    if len(read) <= most and not reader.eof:
        raise Unusable("broke off before its end")
    return read


def _checked(url: str) -> tuple[SplitResult, str, int]:
    """The parts of an address, its host and its port. Raises Refused for one we do not visit."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port or 443
    except ValueError:
        raise Refused("is not an address") from None
    if parts.scheme != "https":
        raise Refused("does not begin with https://")
    if not host or parts.username is not None:
        raise Refused("is not an address of a host")
    if host == "invalid" or host.endswith(".invalid"):
        raise Refused("leads to a host that cannot exist")
    if any(host == name or host.endswith(f".{name}") for name in _EXAMPLES):
        raise socket.gaierror  # nobody is asked about a name that stands for no host
    return parts, host, port


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return f"{path}?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else path
