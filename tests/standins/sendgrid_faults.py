"""The bad days of a provider, ordered in advance: rules that say when, and what then happens to the request.

A rule is JSON: {"when": {...}, "do": "...", parameters}. Every condition in `when` must hold, {} always does:
    {"next": 3}  the next three requests that the other conditions let through
    {"every": 5}  each fifth   {"probability": 0.1, "seed": 7}  at random, the same each run   {"address": "ada@..."}
A rule is for POST /v3/mail/send unless it names another "path" (and "method"). The first rule that applies wins.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from tests.standins.sendgrid_account import rate_headers
from tests.standins.sendgrid_answers import GATEWAY_STATUSES, Answer, Json, Request, gateway_page, problem, refusal

MAIL_SEND = "/v3/mail/send"
CONDITIONS = frozenset({"next", "every", "probability", "seed", "address"})


class Exchange(Protocol):
    """One request being served, as a fault may treat it."""

    def respond(self) -> Answer:
        """Let the provider judge the request; accepting it is final, whatever happens to the reply."""

    def reply(self, answer: Answer) -> None: ...

    def trickle(self, answer: Answer, pause: float) -> None:
        """Write the reply byte by byte, `pause` seconds apart."""

    def swallow(self, count: int) -> None:
        """Read that many bytes of the body and forget them."""

    def drop(self, *, reset: bool) -> None:
        """Close without a reply: with FIN, or with RST."""

    def wait(self, seconds: float) -> None: ...


@dataclass
class Rule:
    """One rule with its counters."""

    order: Json
    used: int = 0
    seen: int = 0
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        if self.order.get("do") not in DEEDS:
            raise ValueError(f"do must be one of {sorted(DEEDS)}")
        if unknown := self.when.keys() - CONDITIONS:
            raise ValueError(f"no such condition: {sorted(unknown)}")
        self.dice = random.Random(self.when.get("seed", 0))

    @property
    def when(self) -> Json:
        conditions: Json = self.order.get("when", {})
        return conditions

    @property
    def before_reading(self) -> bool:
        """Whether it strikes before the body is read: a stall before, or a drop part way through it."""
        stalls_before = self.order["do"] == "stall" and self.order.get("where", "before") == "before"
        return "address" not in self.when and (stalls_before or "after_bytes" in self.order)

    def is_about(self, request: Request) -> bool:
        method, path = self.order.get("method", "POST"), self.order.get("path", MAIL_SEND)
        return (request.method, request.path) == (method, path)

    def strikes(self) -> bool:
        """Whether this request, which it is about, is one of those it was ordered for. Counts it."""
        self.seen += 1
        if self.seen % self.when.get("every", 1):
            return False
        if self.dice.random() >= self.when.get("probability", 1.0):
            return False
        self.used += 1
        return "next" not in self.when or self.used <= int(self.when["next"])


@dataclass(frozen=True)
class Fault:
    """One rule striking one request; `field` is where the address stands that the rule was waiting for."""

    order: Json
    field: str | None = None

    def perform(self, exchange: Exchange) -> None:
        DEEDS[self.order["do"]](exchange, self)


class Behaviour:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = Lock()

    def follow(self, *orders: Json) -> None:
        """These rules and no others from now on. Raises ValueError for one that cannot be read."""
        rules = [Rule(order) for order in orders]
        with self._lock:
            self._rules = rules

    def before_reading(self, request: Request) -> Fault | None:
        """What happens to this request before its body is read."""
        with self._lock:
            return self._first([rule for rule in self._rules if rule.before_reading], request)

    def after_reading(self, request: Request) -> Fault | None:
        """What happens to this request once its body is there."""
        with self._lock:
            return self._first([rule for rule in self._rules if not rule.before_reading], request)

    def _first(self, rules: list[Rule], request: Request) -> Fault | None:
        for rule in rules:
            if not rule.is_about(request):
                continue
            address = rule.when.get("address")
            where = field_of(address, request.body) if address else None
            if (not address or where) and rule.strikes():
                return Fault(rule.order, where)
        return None


def field_of(address: str, body: bytes) -> str | None:
    """Where this recipient stands in a mail/send body, as `personalizations.3.to.0.email`."""
    try:
        personalizations = json.loads(body)["personalizations"]
        for position, personalization in enumerate(personalizations):
            for place, entry in enumerate(personalization["to"]):
                if entry["email"].casefold() == address.casefold():
                    return f"personalizations.{position}.to.{place}.email"
    except (ValueError, KeyError, TypeError):
        return None
    return None


def answer(exchange: Exchange, fault: Fault) -> None:
    """Answer `status` and accept nothing."""
    exchange.reply(canned(fault))


def stall(exchange: Exchange, fault: Fault) -> None:
    """Wait `seconds`: `where` "before" reading the body, or "after" accepting and before the reply."""
    if fault.order.get("where", "before") == "before":
        exchange.wait(fault.order["seconds"])
        exchange.reply(exchange.respond())
        return
    accepted = exchange.respond()
    exchange.wait(fault.order["seconds"])
    exchange.reply(accepted)


def accept_and_drop(exchange: Exchange, fault: Fault) -> None:
    """Accept, then close without a word: the ambiguous one."""
    exchange.respond()
    exchange.drop(reset=fault.order.get("reset", False))


def accept_late(exchange: Exchange, fault: Fault) -> None:
    """Accept only after `seconds`, although the client may have gone by then."""
    exchange.wait(fault.order["seconds"])
    exchange.reply(exchange.respond())


def drop_before(exchange: Exchange, fault: Fault) -> None:
    """Close without accepting: after the whole body, or after `after_bytes` of it."""
    if "after_bytes" in fault.order:
        exchange.swallow(fault.order["after_bytes"])
    exchange.drop(reset=fault.order.get("reset", False))


def slow_reply(exchange: Exchange, fault: Fault) -> None:
    """Accept, then reply byte by byte, `pause` seconds apart."""
    exchange.trickle(exchange.respond(), fault.order.get("pause", 0.05))


DEEDS: dict[str, Callable[[Exchange, Fault], None]] = {
    "answer": answer,
    "stall": stall,
    "accept_and_drop": accept_and_drop,
    "accept_late": accept_late,
    "drop_before": drop_before,
    "slow_reply": slow_reply,
}


def canned(fault: Fault) -> Answer:
    """The answer of an "answer" rule: nginx's page for gateway statuses, JSON otherwise; "as" and "errors" override."""
    status, errors = fault.order["status"], fault.order.get("errors", [])
    if fault.order.get("as", "html" if status in GATEWAY_STATUSES else "json") == "html":
        return gateway_page(status).with_headers(canned_headers(fault))
    if fault.field and not errors:
        errors = [problem("Does not contain a valid address.", fault.field)]
    return refusal(status, *errors, headers=canned_headers(fault))


def canned_headers(fault: Fault) -> dict[str, str]:
    """`retry_after` seconds as Retry-After; for 429 an exhausted X-RateLimit that resets in `reset` seconds (A2)."""
    headers = {}
    if "retry_after" in fault.order:
        headers["Retry-After"] = str(fault.order["retry_after"])
    if fault.order["status"] == 429 or "reset" in fault.order:
        headers |= rate_headers(10_000, 0, time.time() + fault.order.get("reset", 1))
    return headers
