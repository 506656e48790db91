"""A seed becomes the schedule of one run: who is struck where, what fails around them, and who leaves meanwhile.

Nothing but the seed decides. Neighbouring seeds walk through all points, databases and faults in turn, so that even a
few runs meet many of them; what remains is drawn.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.chaos.orders import Fate, Order
from tests.chaos.people import CHANGES, address, readers
from tests.chaos.points import AHEAD_POINTS, POINTS

CHANGED_AT_ONCE = 20
CHANGED_IN_A_STORM = 120
SHARE_OF_SMTP = 0.25
SMTP_SMALLER = 10
"""A run by SMTP has a tenth of the recipients: a message each, instead of a request for a thousand."""
DATABASES = ("postgresql", "sqlite")

HOUSE_FAULTS = {
    "broker killed": "both", "broker flushed": "both", "timer killed": "both", "web killed": "both",
    "second timer": "both", "worker killed": "both", "worker paused": "both", "clock ahead": "both",
    "clock behind": "both", "provider away": "sendgrid", "people change": "both", "story withdrawn": "sendgrid",
    "disk full": "sqlite", "sessions cut": "postgresql", "postgres restarted": "postgresql",
}  # fmt: skip
"""What befalls the house, and with which database or transport that is possible."""

DECISIONS = {
    "stopped for a while": "both", "sent again": "both", "let go": "both", "sent to the rest": "both", "storm": "both",
    "story withdrawn": "sendgrid",
}  # fmt: skip
"""What people do meanwhile, and with which transport that is possible; every run has one or two of them."""
ABOUT_DOUBT = frozenset({"sent again", "let go"})
"""Decisions about a batch of which nobody knows whether it left: they wait until there is one."""

COURSES = ("at once", "canary", "ahead")
"""How the issue leaves: everybody at once, some readers first, or given to the provider half an hour ahead."""

PROVIDER_FAULTS: dict[str, list[dict[str, Any]]] = {
    "well": [],
    "reply dropped": [{"do": "accept_and_drop"}],
    "reply reset": [{"do": "accept_and_drop", "reset": True}],
    "accepts late": [{"do": "accept_late", "seconds": 2.5}],
    "429 storm": [{"do": "answer", "status": 429, "reset": 1}],
    "500": [{"do": "answer", "status": 500}],
    "502": [{"do": "answer", "status": 502}],
    "503": [{"do": "answer", "status": 503, "as": "json"}],
    "504": [{"do": "answer", "status": 504}],
    "413 as HTML": [{"do": "answer", "status": 413}],
    "slow reply": [{"do": "slow_reply", "pause": 0.002}],
    "slow loris": [{"do": "slow_reply", "pause": 0.05}],
    "half a request": [{"do": "drop_before", "after_bytes": 20_000}],
    "half open": [{"do": "stall", "seconds": 2.5, "where": "before"}],
    "reply stalls": [{"do": "stall", "seconds": 2.5, "where": "after"}],
    "bad address": [],
}
"""Name -> rules of the stand-in (tests/standins/sendgrid_faults.py); each strikes a few requests."""

MAIL_SERVER_FAULTS: dict[str, list[dict[str, Any]]] = {
    "well": [],
    "hangs up after taking": [{"do": "drop_after"}],
    "hangs up": [{"do": "drop_before"}],
    "answers late": [{"do": "stall_after"}],
    "greylists": [{"do": "busy"}],
    "shuts down": [{"do": "going"}],
    "bad address": [],
}
"""The same of the mail server (tests/chaos/mail_server.py)."""

SLOW_PROVIDERS = frozenset({"accepts late", "half open", "reply stalls"})
"""These may accept a request long after its sender has gone."""

EVENTS = ("late", "early", "doubled", "mixed", "missing", "every one")
"""When and how the provider's events come. `missing`: those of one request never do."""


@dataclass(frozen=True)
class Happening:
    """Something that befalls the house once this share of the batches has been claimed."""

    at: float
    what: str
    whom: tuple[int, ...] = ()
    """The people whom it is about, or the number of the worker."""
    how: str = ""


@dataclass(frozen=True)
class Plan:
    """One run, wholly decided."""

    seed: int
    database: str
    transport: str
    """`sendgrid` or `smtp`."""
    recipients: int
    orders: tuple[Order, ...]
    """At most one for each point."""
    happenings: tuple[Happening, ...]
    provider: str
    rules: tuple[dict[str, Any], ...]
    events: str
    course: str = "at once"
    """One of COURSES."""
    asked: int = 0
    """The recipients that were asked for, which may be more than there are."""

    @property
    def faults(self) -> str:
        """In one line."""
        orders = [f"{order.fate} at {order.point}/{order.nth}" for order in self.orders]
        moods = [self.course, f"{self.transport} {self.provider}", *([f"events {self.events}"] if self.events else [])]
        return ", ".join([*orders, *(happening.what for happening in self.happenings), *moods])

    @property
    def has(self) -> frozenset[str]:
        """The names of what happens."""
        return frozenset(happening.what for happening in self.happenings)


def plan(seed: int, recipients: int, databases: tuple[str, ...] = DATABASES) -> Plan:
    """The schedule of a seed; the same seed gives the same schedule."""
    dice, more = Random(seed), Random(f"{seed} and what people do")
    turn = seed // len(POINTS) + seed
    database = databases[turn % len(databases)]
    transport = "smtp" if dice.random() < SHARE_OF_SMTP else "sendgrid"
    faults = MAIL_SERVER_FAULTS if transport == "smtp" else PROVIDER_FAULTS
    provider = list(faults)[(turn // 2) % len(faults)]
    people = recipients if transport == "sendgrid" else max(1, recipients // SMTP_SMALLER)
    possible = [name for name, where in HOUSE_FAULTS.items() if where in {"both", database, transport}]
    happening = {possible[turn % len(possible)], *dice.sample(possible, dice.choice([0, 1, 1, 2]))}
    course = more.choice(COURSES if transport == "sendgrid" else COURSES[:-1])
    if course == "ahead":  # what a clock gone wrong does to the time of a mail is the provider's to decide
        happening -= {"clock ahead", "clock behind"}
    happening |= _decisions(seed, transport, course, more)
    return Plan(
        seed=seed,
        database=database,
        transport=transport,
        recipients=people,
        orders=_orders(seed, database, dice) + (_orders_ahead(seed, more) if course == "ahead" else ()),
        happenings=tuple(sorted((_happening(what, people, dice) for what in sorted(happening)), key=_when)),
        provider=provider,
        rules=_rules(provider, transport, people, dice),
        events=EVENTS[(turn // 3) % len(EVENTS)] if transport == "sendgrid" else "",
        course=course,
        asked=recipients,
    )


def _orders(seed: int, database: str, dice: Random) -> tuple[Order, ...]:
    """One worker is killed and one sleeps, at points that the seed walks through; now and then a third meets either."""
    pause = Fate.CUT if database == "postgresql" and dice.random() < 0.4 else Fate.STOP
    killed = Order(POINTS[seed % len(POINTS)], _passing(dice), Fate.KILL)
    paused = Order(POINTS[(seed * 7 + seed // len(POINTS)) % len(POINTS)], _passing(dice), pause)
    third = Order(dice.choice(POINTS), _passing(dice), dice.choice([Fate.KILL, Fate.STOP]))
    drawn = [killed, paused, third] if dice.random() < 0.5 else [killed, paused]
    return tuple({order.point: order for order in drawn}.values())


def _orders_ahead(seed: int, dice: Random) -> tuple[Order, ...]:
    """And one that befalls a worker while it has mail called back, or asks for the ids to do so."""
    fate = Fate.KILL if dice.random() < 0.5 else Fate.STOP
    return (Order(AHEAD_POINTS[seed // 2 % len(AHEAD_POINTS)], dice.choice([1, 1, 2, 3]), fate),)


def _decisions(seed: int, transport: str, course: str, dice: Random) -> set[str]:
    if course == "ahead" and dice.random() < 0.5:
        return {"stopped for a while"}
    possible = [name for name, where in DECISIONS.items() if where in {"both", transport}]
    return {possible[seed % len(possible)], *dice.sample(possible, dice.choice([0, 0, 1]))}


def _passing(dice: Random) -> int:
    return dice.choice([1, 2, 3, 5, 9, 14])


def _happening(what: str, recipients: int, dice: Random) -> Happening:
    at = round(dice.uniform(0.05, 0.8), 2)
    if what in {"people change", "storm"}:
        many = CHANGED_AT_ONCE if what == "people change" else CHANGED_IN_A_STORM
        whom = tuple(sorted(dice.sample(readers(recipients), min(many, recipients // 2))))
        return Happening(at, what, whom, dice.choice(sorted(CHANGES)) if what == "people change" else "")
    if what in {"worker killed", "worker paused"}:
        return Happening(at, what, (dice.randrange(3),))
    if what.startswith("clock"):
        return Happening(at, what, how=str((1 if what == "clock ahead" else -1) * dice.choice([2, 5, 26])))
    return Happening(at, what)


def _when(happening: Happening) -> float:
    return happening.at


def _rules(provider: str, transport: str, recipients: int, dice: Random) -> tuple[dict[str, Any], ...]:
    if provider == "bad address":
        bad = address(dice.choice(readers(recipients)))
        if transport == "smtp":
            return ({"address": bad, "do": "reject"},)
        return ({"when": {"address": bad}, "do": "answer", "status": 400},)
    times = dice.choice([1, 2, 3])
    if transport == "smtp":
        return tuple(
            {"every": dice.choice([30, 70, 150]), "next": times, **rule} for rule in MAIL_SERVER_FAULTS[provider]
        )
    when = {"every": dice.choice([3, 4, 5]), "next": times}
    return tuple({"when": when, **rule} for rule in PROVIDER_FAULTS[provider])
