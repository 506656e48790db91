"""Asking the open web: where we are never led, and how much we ever take."""

import time
from ipaddress import ip_address

import pytest

from service.outside import Outside, Refused, Silent, Unusable, is_public
from tests.small_web import FEED, HOST, Web


@pytest.mark.parametrize(
    "to",
    ["http://{host}:{port}/ok", "https://inside.test-host/", "https://user@{host}:{port}/ok", "file:///etc/passwd"],
)
def test_a_redirect_is_judged_like_the_first_address(outside: Outside, port: int, to: str) -> None:
    """A public page cannot lead us into our own network, nor down to plain http."""
    with pytest.raises(Refused):
        outside.ask(f"https://{HOST}:{port}/to?{to.format(host=HOST, port=port)}", headers={})

    assert len(Web.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://clinic.test-host/", "ftp://clinic.test-host/", "https://", "https://clinic.test-host:99999/",
        "https://me:secret@clinic.test-host/", "https://no-such-host.invalid/", "javascript:alert(1)",
        "//clinic.test-host",
    ],
)  # fmt: skip
def test_some_addresses_are_never_asked_for(outside: Outside, url: str) -> None:
    """Not https, not a host, or somebody's password in it."""
    with pytest.raises(Refused):
        outside.ask(url, headers={})
    assert Web.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001::1", "ff02::1", "255.255.255.255",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused_however_they_are_written(address: str) -> None:
    """Loopback, private, link-local (where clouds keep their secrets), and IPv4 hidden in IPv6."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_addresses_outside_are_public(address: str) -> None:
    """The open internet."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "localhost.localdomain", "[::1]"])
def test_a_host_that_is_this_machine_is_not_visited(host: str) -> None:
    """Asked for real, with the machine's own look-up."""
    with pytest.raises((Refused, Silent)):
        Outside().ask(f"https://{host}/", headers={})


def test_one_private_address_among_public_ones_is_enough(port: int) -> None:
    """A name that stands for both is somebody's trick."""
    tricked = Outside(lookup=lambda _host, _port: ["93.184.215.14", "127.0.0.1"])

    with pytest.raises(Refused):
        tricked.ask(f"https://{HOST}:{port}/ok", headers={})


def test_the_connection_goes_to_the_address_that_was_judged(outside: Outside, port: int) -> None:
    """The name is looked up once for each hop, so a second answer of the DNS changes nothing."""
    looked_up: list[str] = []

    def lookup(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    once = Outside(lookup=lookup, may_visit=outside.may_visit, trust=outside.trust)

    assert once.ask(f"https://{HOST}:{port}/ok", headers={}).status == 200
    assert looked_up == [HOST]


def test_nobody_listens(outside: Outside) -> None:
    """Silence is not an error of the link."""
    with pytest.raises(Silent):
        outside.ask(f"https://{HOST}:1/", headers={})


def test_names_for_examples_are_not_looked_up() -> None:
    """RFC 2606: there is nobody to ask."""

    def nobody(_host: str, _port: int) -> list[str]:
        pytest.fail("a name for examples was looked up")

    with pytest.raises(Silent):
        Outside(lookup=nobody).ask("https://riverside.example.org/", headers={})


MOST = 1_000_000


@pytest.mark.parametrize("path", ["/feed", "/packed", "/to?/packed"])
def test_a_body_is_read_and_unpacked(outside: Outside, port: int, path: str) -> None:
    """Plain or packed with gzip, and after a redirect."""
    reply = outside.ask(f"https://{HOST}:{port}{path}", headers={"Accept-Encoding": "gzip"}, most_bytes=MOST)

    assert reply.body == FEED
    assert Web.headers_seen[0]["accept-encoding"] == "gzip"


def test_a_body_nobody_wants_is_left_where_it_is(outside: Outside, port: int) -> None:
    """A link check reads the head alone, however much there would be."""
    assert outside.ask(f"https://{HOST}:{port}/huge", headers={}).body == b""


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/huge", "is larger than 1000 kB"),
        ("/bomb", "is larger than 1000 kB"),
        ("/half-packed", "broke off before its end"),
        ("/not-packed", "is packed in a way we cannot read"),
        ("/oddly-packed", "is packed in a way we cannot read"),
    ],
)
def test_no_answer_grows_beyond_its_limit(outside: Outside, port: int, path: str, why: str) -> None:
    """Fifty megabytes that travel as fifty kilobytes are as little welcome as three that travel as three."""
    with pytest.raises(Unusable, match=why):
        outside.ask(f"https://{HOST}:{port}{path}", headers={}, most_bytes=MOST)


def test_a_body_of_just_the_limit_is_read(outside: Outside, port: int) -> None:
    """And one byte more would not be."""
    url = f"https://{HOST}:{port}/just"

    assert len(outside.ask(url, headers={}, most_bytes=MOST).body) == MOST
    with pytest.raises(Unusable):
        outside.ask(url, headers={}, most_bytes=MOST - 1)


def test_a_body_that_drips_is_cut_off(outside: Outside, port: int) -> None:
    """A byte now and then keeps every single read in time, and the whole is late all the same."""
    began = time.monotonic()
    with pytest.raises(Silent):
        outside.ask(f"https://{HOST}:{port}/slow-body", headers={}, most_bytes=MOST)

    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("path", "moved"), [("/for-ever?/ok", True), ("/to?/ok", False), ("/ok", False), ("/for-ever?/to?/ok", False)]
)
def test_only_moves_for_ever_are_told_as_such(outside: Outside, port: int, path: str, moved: bool) -> None:
    """301 and 308 alone; one 302 on the way, and the old address stays right."""
    reply = outside.ask(f"https://{HOST}:{port}{path}", headers={})

    assert reply.moved_to == (f"https://{HOST}:{port}/ok" if moved else "")


def test_what_a_redirect_says_beside_its_address_is_not_read(outside: Outside, port: int) -> None:
    """Two megabytes of "click here" do not make the feed behind it too large."""
    reply = outside.ask(f"https://{HOST}:{port}/to?/ok-after-a-flood", headers={}, most_bytes=MOST)

    assert reply.status == 200
