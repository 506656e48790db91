"""Trying a link: what counts as an answer."""

import time

import pytest

from service.issues.preflight.model import LinkVerdict
from service.issues.preflight.visiting import visit
from service.outside import Outside
from tests.small_web import HOST


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("/ok", LinkVerdict.ANSWERS),
        ("/ok?a=b%20c&d=é#part", LinkVerdict.ANSWERS),
        ("/gone", LinkVerdict.BROKEN),
        ("/broken", LinkVerdict.BROKEN),
        ("/busy", LinkVerdict.SILENT),
        ("/loop", LinkVerdict.BROKEN),
        ("/to?/ok", LinkVerdict.ANSWERS),
        ("/to?/gone", LinkVerdict.BROKEN),
        ("/slow", LinkVerdict.SILENT),
    ],
)
def test_a_link_is_judged_by_its_answer(outside: Outside, port: int, path: str, verdict: LinkVerdict) -> None:
    """Over TLS, through redirects, and never for longer than was allowed."""
    began = time.monotonic()

    assert visit(outside, f"https://{HOST}:{port}{path}").verdict is verdict
    assert time.monotonic() - began < 3


def test_a_host_whose_certificate_is_wrong_is_a_broken_link(outside: Outside, port: int) -> None:
    """Readers would see a warning."""
    everywhere = Outside(lookup=lambda _host, _port: ["127.0.0.1"], may_visit=lambda _ip: True, trust=outside.trust)

    assert visit(everywhere, f"https://other.test-host:{port}/ok").verdict is LinkVerdict.BROKEN


@pytest.mark.parametrize("url", ["http://clinic.test-host/", "https://inside.test-host/", "javascript:alert(1)"])
def test_where_we_do_not_go_is_refused(outside: Outside, url: str) -> None:
    """Never asked, and never an error of ours."""
    assert visit(outside, url).verdict is LinkVerdict.REFUSED
