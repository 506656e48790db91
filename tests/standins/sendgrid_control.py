"""The stand-in's own endpoints under /_control/, all JSON, for tests that run it as a separate process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.standins.sendgrid_answers import Answer, Json, Request, json_answer, refusal

if TYPE_CHECKING:
    from tests.standins.sendgrid import SendGridStandin

PREFIX = "/_control/"


def serve(standin: SendGridStandin, request: Request) -> Answer:
    """Judge one control request; what cannot be read is a 400 with the reason."""
    control = CONTROLS.get((request.method, request.path.removeprefix(PREFIX)))
    if control is None:
        return refusal(404)
    try:
        asked = json.loads(request.body or "{}") if request.method == "POST" else dict(request.query)
        return json_answer(200, control(standin, asked))
    except (ValueError, TypeError, KeyError) as wrong:
        return json_answer(400, {"error": f"{type(wrong).__name__}: {wrong}"})


def requests(standin: SendGridStandin, asked: Json) -> object:
    """GET requests: message id, time, size and body of each accepted request."""
    return standin.requests()


def messages(standin: SendGridStandin, asked: Json) -> object:
    """GET messages?to=: each accepted copy as delivered."""
    return [asdict(message) for message in standin.messages(asked.get("to"))]


def counts(standin: SendGridStandin, asked: Json) -> object:
    """GET counts?doubles=0: totals; without the parameter also the doubles, which reads everything."""
    return standin.counts(doubles=asked.get("doubles") != "0")


def reset(standin: SendGridStandin, asked: Json) -> object:
    """POST reset."""
    standin.reset()
    return {}


def behave(standin: SendGridStandin, asked: Any) -> object:
    """POST behave: one rule or a list; they replace those in force."""
    standin.behave(*(asked if isinstance(asked, list) else [asked]))
    return {}


def account(standin: SendGridStandin, asked: Json) -> object:
    """POST account: turn switches of the account by name."""
    standin.configure(**asked)
    return {}


def webhook(standin: SendGridStandin, asked: Json) -> object:
    """POST webhook: url, private_key, rotate; GET webhook tells them."""
    return standin.webhook(**asked)


def post_events(standin: SendGridStandin, asked: Json) -> object:
    """POST post_events: the fields of EventOrder."""
    return standin.post_events(**asked)


def suppress(standin: SendGridStandin, asked: Json) -> object:
    """POST suppress: list, email, and optionally created, reason, status."""
    standin.suppress(asked.pop("list"), asked.pop("email"), **asked)
    return {}


def going_out(standin: SendGridStandin, asked: Json) -> object:
    """GET going_out: the message ids of what has left or will."""
    return standin.going_out()


def clock(standin: SendGridStandin, asked: Json) -> object:
    """POST clock: live `ahead` seconds ahead."""
    standin.set_clock(float(asked["ahead"]))
    return {}


def erased(standin: SendGridStandin, asked: Json) -> object:
    """GET erased: the addresses of every erasure job."""
    return standin.erased


def away(standin: SendGridStandin, asked: Json) -> object:
    """POST away: refuse connections for so many seconds, once this one is answered."""
    threading.Timer(0.05, standin.go_away, [asked["seconds"]]).start()
    return {}


CONTROLS: dict[tuple[str, str], Callable[[SendGridStandin, Any], object]] = {
    ("GET", "requests"): requests,
    ("GET", "messages"): messages,
    ("GET", "counts"): counts,
    ("GET", "erased"): erased,
    ("GET", "going_out"): going_out,
    ("GET", "webhook"): webhook,
    ("POST", "reset"): reset,
    ("POST", "behave"): behave,
    ("POST", "account"): account,
    ("POST", "webhook"): webhook,
    ("POST", "post_events"): post_events,
    ("POST", "suppress"): suppress,
    ("POST", "away"): away,
    ("POST", "clock"): clock,
}
