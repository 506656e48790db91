"""The stand-in's bad days: what the client sees, and what was truly accepted."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import httpx
import pytest

from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import letter

BRIEF = 0.1
LONG = 3.0
"""Long enough for a slow machine to look meanwhile."""


@pytest.fixture
def send(client: httpx.Client) -> Callable[..., httpx.Response]:
    """Send a letter, to Ada unless said otherwise."""
    return lambda *addresses, **options: client.post("/v3/mail/send", json=letter(*addresses), **options)


Send = Callable[..., httpx.Response]


def accepted(standin: SendGridStandin) -> int:
    return int(standin.counts()["requests"])


def test_the_next_so_many(standin: SendGridStandin, send: Send) -> None:
    """`next` strikes the first requests and then no more."""
    standin.behave({"when": {"next": 2}, "do": "answer", "status": 500})

    assert [send().status_code for _ in range(4)] == [500, 500, 202, 202]


def test_every_so_many(standin: SendGridStandin, send: Send) -> None:
    """`every` strikes each nth request."""
    standin.behave({"when": {"every": 3}, "do": "answer", "status": 503})

    assert [send().status_code for _ in range(6)] == [202, 202, 503, 202, 202, 503]


def test_by_chance_the_same_each_run(standin: SendGridStandin, send: Send) -> None:
    """`probability` with a seed gives the same days again."""

    def run() -> list[int]:
        standin.behave({"when": {"probability": 0.5, "seed": 7}, "do": "answer", "status": 503})
        return [send().status_code for _ in range(12)]

    first = run()

    assert set(first) == {202, 503}
    assert run() == first


def test_one_bad_reader_spoils_the_batch(standin: SendGridStandin, send: Send) -> None:
    """`address` strikes requests to that reader; a 400 then names the place."""
    standin.behave({"when": {"address": "mal@example.org"}, "do": "answer", "status": 400})

    refused = send("ada@example.org", "Mal@example.org")

    assert refused.json()["errors"][0]["field"] == "personalizations.1.to.0.email"
    assert send("ada@example.org").status_code == 202


def test_a_400_may_be_vague(standin: SendGridStandin, send: Send) -> None:
    """`errors` replaces the problems, so that a sender has to bisect."""
    vague = [{"message": "Bad Request", "field": None, "help": None}]
    standin.behave({"when": {"address": "mal@example.org"}, "do": "answer", "status": 400, "errors": vague})

    assert send("mal@example.org").json()["errors"] == vague


def test_429_tells_when_it_ends(standin: SendGridStandin, send: Send) -> None:
    """Nothing remaining, a reset in unix time, and Retry-After if ordered (A2)."""
    standin.behave({"when": {"next": 1}, "do": "answer", "status": 429, "reset": 30, "retry_after": 5})

    answer = send()

    assert answer.json()["errors"][0] == {"message": "too many requests", "field": None, "help": None}
    assert (answer.headers["X-RateLimit-Remaining"], answer.headers["Retry-After"]) == ("0", "5")
    assert 28 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 31


@pytest.mark.parametrize(
    ("status", "kind"), [(413, "html"), (502, "html"), (504, "html"), (500, "json"), (503, "json"), (403, "json")]
)
def test_gateways_speak_html(standin: SendGridStandin, send: Send, status: int, kind: str) -> None:
    """What the API says is JSON, what nginx says is not."""
    standin.behave({"when": {}, "do": "answer", "status": status})

    answer = send()

    assert (answer.status_code, answer.headers["Content-Type"].rpartition("/")[2]) == (status, kind)
    assert accepted(standin) == 0


def test_a_503_may_come_from_the_gateway(standin: SendGridStandin, send: Send) -> None:
    """`as` overrides who is speaking."""
    standin.behave({"when": {}, "do": "answer", "status": 503, "as": "html"})

    assert "nginx" in send().text


def test_accepted_and_the_reply_lost(standin: SendGridStandin, send: Send) -> None:
    """`accept_and_drop`: the client cannot know, and it was accepted."""
    standin.behave({"when": {"next": 1}, "do": "accept_and_drop"})

    with pytest.raises(httpx.RemoteProtocolError):
        send()

    assert accepted(standin) == 1
    assert standin.counts()["answers"] == {"none": 1}


@pytest.mark.parametrize("do", ["accept_and_drop", "drop_before"])
def test_a_reset_instead_of_an_end(standin: SendGridStandin, send: Send, do: str) -> None:
    """With `reset` the connection breaks instead of ending."""
    standin.behave({"when": {"next": 1}, "do": do, "reset": True})

    with pytest.raises(httpx.ReadError):
        send()


def test_dropped_before_accepting(standin: SendGridStandin, send: Send) -> None:
    """`drop_before` looks the same to the client, and nothing was accepted."""
    standin.behave({"when": {"next": 1}, "do": "drop_before"})

    with pytest.raises(httpx.RemoteProtocolError):
        send()

    assert accepted(standin) == 0


def test_dropped_in_the_middle_of_the_body(standin: SendGridStandin, client: httpx.Client) -> None:
    """With `after_bytes` the door shuts while the client is still writing."""
    standin.behave({"when": {"next": 1}, "do": "drop_before", "after_bytes": 10})

    with pytest.raises(httpx.TransportError):
        client.post("/v3/mail/send", content=b" " * 20_000_000)

    assert accepted(standin) == 0


def test_a_stall_before_reading(standin: SendGridStandin, send: Send) -> None:
    """`stall` keeps the client waiting, and then all goes well."""
    standin.behave({"when": {"next": 1}, "do": "stall", "seconds": BRIEF})
    started = time.monotonic()

    assert send().status_code == 202
    assert time.monotonic() - started >= BRIEF


def test_a_stall_after_accepting(standin: SendGridStandin, send: Send) -> None:
    """The client gives up, and it had been accepted all along."""
    standin.behave({"when": {"next": 1}, "do": "stall", "where": "after", "seconds": 30})

    with pytest.raises(httpx.ReadTimeout):
        send(timeout=BRIEF)

    assert eventually(lambda: accepted(standin) == 1)


def test_accepted_after_the_client_has_gone(standin: SendGridStandin, send: Send) -> None:
    """`accept_late`: nothing yet when the client gives up, accepted a moment later."""
    standin.behave({"when": {"next": 1}, "do": "accept_late", "seconds": LONG})

    with pytest.raises(httpx.ReadTimeout):
        send(timeout=BRIEF)

    before = accepted(standin)
    assert eventually(lambda: accepted(standin) == 1)
    assert before == 0


def test_a_reset_forgets_what_was_to_be_accepted_late(standin: SendGridStandin, send: Send) -> None:
    """Whoever begins anew does not find a request of an earlier beginner."""
    standin.behave({"when": {"next": 1}, "do": "accept_late", "seconds": 5 * BRIEF})
    with pytest.raises(httpx.ReadTimeout):
        send(timeout=BRIEF)

    standin.reset()

    time.sleep(10 * BRIEF)
    assert accepted(standin) == 0
    assert send().status_code == 202


def test_a_reply_byte_by_byte(standin: SendGridStandin, send: Send) -> None:
    """`slow_reply`: accepted, and every byte of the reply is a small wait."""
    standin.behave({"when": {"next": 1}, "do": "slow_reply", "pause": 0.0005})
    started = time.monotonic()

    assert send().status_code == 202
    assert time.monotonic() - started >= 0.05


def test_half_a_request_is_not_accepted(standin: SendGridStandin) -> None:
    """A client killed while writing leaves nothing behind."""
    with socket.create_connection(("127.0.0.1", standin.port)) as wire:
        wire.sendall(b"POST /v3/mail/send HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")

    assert httpx.get(f"{standin.url}/_control/requests").json() == []


def test_the_first_rule_that_applies_wins(standin: SendGridStandin, send: Send) -> None:
    """Rules are read in order; each strikes on its own."""
    standin.behave(
        {"when": {"address": "mal@example.org"}, "do": "answer", "status": 400},
        {"when": {"next": 1}, "do": "answer", "status": 503},
    )

    assert [send(one).status_code for one in ("mal@example.org", "ada@example.org", "ada@example.org")] == [
        400,
        503,
        202,
    ]


def test_other_endpoints_fail_only_when_named(standin: SendGridStandin, client: httpx.Client, send: Send) -> None:
    """A rule is for mail/send unless it names a path."""
    standin.behave({"when": {}, "do": "answer", "status": 500, "path": "/v3/mail/batch"})

    assert client.post("/v3/mail/batch").status_code == 500
    assert send().status_code == 202


def test_new_rules_replace_the_old(standin: SendGridStandin, send: Send) -> None:
    """`behave()` without rules is a good day."""
    standin.behave({"when": {}, "do": "answer", "status": 500})
    standin.behave()

    assert send().status_code == 202


def test_away_for_a_while(standin: SendGridStandin, send: Send) -> None:
    """Connections are refused, then the same address answers again with everything it knew."""
    send()
    standin.go_away(LONG)

    with pytest.raises(httpx.TransportError):
        send()

    assert eventually(lambda: httpx.get(f"{standin.url}/_control/counts").status_code == 200)
    assert accepted(standin) == 1


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it becomes true within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if holds():
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.01)
    return False
