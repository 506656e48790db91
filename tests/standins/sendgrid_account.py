"""The account behind the API key: what it may do, how fast, and whom SendGrid will no longer write to for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from typing import Literal

from tests.standins.sendgrid_answers import Json

SCOPES = frozenset(
    (
        *("mail.send", "mail.batch.create", "mail.batch.read", "messages.read", "recipients.erasejob.create"),
        *(f"user.scheduled_sends.{verb}" for verb in ("create", "read", "update", "delete")),
        "suppression.read",
    )
)


@dataclass
class Account:
    """The switches.

    `rate_limit` requests every `rate_window` seconds are allowed (no number is published; 10,000/s is the old FAQ, A2).
    `late_cancel` decides what is undocumented: a cancel within ten minutes of `send_at` is refused with 400, or
    answered 201 and has no effect ("not guaranteed to be cancelled", scheduled_sends spec).
    `cancel_limit` is how many batches may be paused or cancelled at one time; the vendor's pages say 10 (2026) or 100
    (older), and the OpenAPI description only that there is a maximum. None does not limit.
    """

    api_key: str
    scopes: frozenset[str] = SCOPES
    gzip: bool = False
    logs: bool = True
    ip_pools: frozenset[str] = frozenset()
    rate_limit: int = 10_000
    rate_window: float = 1.0
    late_cancel: Literal["refuse", "ignore"] = "refuse"
    cancel_limit: int | None = None

    def configure(self, **switches: object) -> None:
        """Turn switches by name. Raises ValueError for one that does not exist."""
        for name, value in switches.items():
            if not hasattr(self, name):
                raise ValueError(f"no such switch: {name}")
            setattr(self, name, frozenset(value) if isinstance(value, list) else value)


class RateWindow:
    """Counts requests in fixed windows and speaks of them in the X-RateLimit headers of every answer (A2)."""

    def __init__(self, account: Account, clock: Callable[[], float] = time.time) -> None:
        self._account = account
        self._clock = clock
        self._lock = Lock()
        self._ends = 0.0
        self._used = 0

    def admit(self) -> tuple[bool, dict[str, str]]:
        """Count one request: whether it is within the limit, and the headers to answer with."""
        with self._lock:
            if self._clock() >= self._ends:
                self._ends, self._used = self._clock() + self._account.rate_window, 0
            self._used += 1
            remaining = self._account.rate_limit - self._used
            return remaining >= 0, rate_headers(self._account.rate_limit, max(remaining, 0), self._ends)


def rate_headers(limit: int, remaining: int, ends: float) -> dict[str, str]:
    """Reset is a unix time in whole seconds (A2)."""
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(ceil(ends)),
    }


DROP_REASONS = {
    "bounces": "Bounced Address",
    "invalid_emails": "Invalid",
    "spam_reports": "Spam Reporting Address",
    "unsubscribes": "Unsubscribed Address",
}
"""Blocks are missing on purpose: mail to a blocked address is still tried (A6)."""


@dataclass
class Suppressions:
    """The account's suppression lists (A6), each a row per address."""

    lists: dict[str, dict[str, Json]] = field(
        default_factory=lambda: {name: {} for name in (*DROP_REASONS, "blocks")},
    )

    def add(self, name: str, address: str, created: int, **details: str) -> None:
        """Put an address on a list. Raises KeyError for a list that does not exist."""
        self.lists[name][address.casefold()] = {"created": created, "email": address, **details}

    def rows(self, name: str, query: dict[str, str]) -> list[Json]:
        """Newest first, between start_time and end_time (inclusive), of one `email`, limit and offset applied (A6)."""
        start, end = int(query.get("start_time", 0)), int(query.get("end_time", 2**62))
        wanted = query.get("email", "").casefold()
        found = [
            row
            for address, row in self.lists[name].copy().items()
            if start <= row["created"] <= end and wanted in ("", address)
        ]
        found.sort(key=lambda row: row["created"], reverse=True)
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 500))
        return found[offset : offset + limit]

    def drop_reason(self, address: str) -> str | None:
        """Why mail to this address would be dropped; None when it would be tried."""
        for name, reason in DROP_REASONS.items():
            if address.casefold() in self.lists[name]:
                return reason
        return None

    def clear(self) -> None:
        for rows in self.lists.values():
            rows.clear()
