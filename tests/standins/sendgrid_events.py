"""The events of accepted mail, in the fields and the oddities of the real webhook (SENDGRID.md A4)."""

from __future__ import annotations

import base64
import random
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from tests.standins.sendgrid_answers import Json
from tests.standins.sendgrid_ledger import Acceptance, Recipient

USER_ID = 18487912
AGENT = {"useragent": "Mozilla/5.0 (X11; Linux x86_64)", "ip": "203.0.113.7"}
GROUP_LINK = {**AGENT, "url": "https://example.org/asm", "asm_group_id": 10}

SPECIFIC: dict[str, Json] = {
    "processed": {"pool": {"name": "default", "id": 210}},
    "deferred": {"response": "400 try again later", "attempt": "5"},
    "delivered": {"response": "250 OK", "ip": "203.0.113.25", "tls": 1},
    "bounce": {
        "type": "bounce",
        "reason": "550 5.1.1 The email account that you tried to reach does not exist",
        "status": "5.1.1",
        "bounce_classification": "Invalid Address",
        "tls": 1,
        "ip": "203.0.113.25",
    },
    "blocked": {
        "event": "bounce",
        "type": "blocked",
        "reason": "452 4.2.2 The recipient's inbox is full",
        "status": "4.2.2",
        "bounce_classification": "Mailbox Unavailable",
        "tls": 1,
        "ip": "203.0.113.25",
    },
    "dropped": {"reason": "Bounced Address", "status": "5.0.0"},
    "open": {**AGENT, "sg_machine_open": False, "sg_content_type": "html"},
    "click": {**AGENT, "url": "https://example.org/story", "url_offset": {"index": 0, "type": "html"}},
    "spamreport": {},
    "unsubscribe": {},
    "group_unsubscribe": GROUP_LINK,
    "group_resubscribe": GROUP_LINK,
}
REPEATABLE = frozenset({"deferred", "open", "click"})
"""These happen again and again, each with an id of its own; of the others a copy has at most one."""

SUPPRESSED_BY = {
    "bounce": "bounces",
    "blocked": "blocks",
    "spamreport": "spam_reports",
    "unsubscribe": "unsubscribes",
}


@dataclass(frozen=True)
class EventOrder:
    """Which events to post, and how badly.

    `events` in this order for each recipient, or those `by_address` gives one; only for addresses in `to`, for one
    `message_id` (or all but the `silent` one), and for `every` so many-th recipient of a request, when given.
    `shuffle` mixes all; `duplicate` is the share of events posted twice (1.0 = all); `seed` makes both repeatable.
    `omit` leaves fields out, `overrides` sets fields, `also` adds whole events as they are.
    `wrong_key`, `unsigned` and `age` (seconds) spoil the signature; `url` overrides the webhook's.
    """

    events: Sequence[str] = ("processed", "delivered")
    by_address: Mapping[str, Sequence[str]] = field(default_factory=dict)
    to: Sequence[str] | None = None
    message_id: str | None = None
    silent: str = ""
    every: int = 1
    shuffle: bool = False
    duplicate: float = 0.0
    seed: int = 0
    omit: Sequence[str] = ()
    overrides: Mapping[str, object] = field(default_factory=dict)
    also: Sequence[Json] = ()
    wrong_key: bool = False
    unsigned: bool = False
    age: float = 0.0
    batch_size: int = 1000
    url: str | None = None

    def __post_init__(self) -> None:
        named = {*self.events, *(kind for kinds in self.by_address.values() for kind in kinds)}
        if unknown := named - SPECIFIC.keys():
            raise ValueError(f"no such event: {sorted(unknown)}")

    def kinds_for(self, address: str) -> Sequence[str]:
        return self.by_address.get(address, self.events)

    def wants(self, acceptance: Acceptance, recipient: Recipient) -> bool:
        right_message = self.message_id in (None, acceptance.message_id) and acceptance.message_id != self.silent
        return right_message and (self.to is None or recipient.address in self.to)

    def spoiled(self, groups: Iterable[Sequence[Json]]) -> Iterator[Json]:
        """The events with fields omitted and overridden, some doubled, and mixed, as ordered.

        Unless they are mixed, one group is held in memory at a time.
        """
        dice = random.Random(self.seed)
        spoiled: Iterable[Sequence[Json]] = chain(
            ([self._dressed(event) for event in group] for group in groups), [self.also]
        )
        for group in [list(chain.from_iterable(spoiled))] if self.shuffle else spoiled:
            posted = [*group, *(event for event in group if dice.random() < self.duplicate)]
            if self.shuffle:
                dice.shuffle(posted)
            yield from posted

    def _dressed(self, event: Json) -> Json:
        return {name: value for name, value in {**event, **self.overrides}.items() if name not in self.omit}


def compose(kind: str, acceptance: Acceptance, place: int, recipient: Recipient, now: float) -> Json:
    """One event of one copy. Custom args are flattened to the top level, and the reserved names win over them."""
    reserved: Json = {
        "email": recipient.address,
        "timestamp": int(now),
        "event": kind,
        "sg_event_id": event_id(kind, acceptance.message_id, place),
        "sg_message_id": sg_message_id(acceptance, place),
        "smtp-id": f"<{acceptance.message_id}@geopod-ismtpd-1>",
        **({"category": acceptance.categories} if acceptance.categories else {}),
        **SPECIFIC[kind],
    }
    if kind == "deferred":
        reserved["domain"] = recipient.address.rpartition("@")[2]
    return {**recipient.custom_args, **reserved}


def sg_message_id(acceptance: Acceptance, place: int) -> str:
    """Begins with the request's X-Message-Id (nodejs #412); `place` is the recipient's in the request."""
    return f"{acceptance.message_id}.recvd-85abf8d92c-3qfgp-1-{int(acceptance.accepted_at):X}-{place:X}.0"


def event_id(kind: str, message_id: str, place: int) -> str:
    """As the real ones: base64url of `processed-18487912-Xet6bZ7WRTG2fYDa-p7arw-0` (nodejs #1193), so a repost of the
    same event carries the same id."""
    again = f"-{secrets.token_hex(4)}" if kind in REPEATABLE else ""
    plain = f"{kind}-{USER_ID}-{message_id}-{place}{again}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def in_batches(events: Iterable[Json], size: int) -> Iterator[list[Json]]:
    remaining = iter(events)
    while batch := list(islice(remaining, size)):
        yield batch
