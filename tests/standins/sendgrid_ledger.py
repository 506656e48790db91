"""What was truly accepted: the one thing a chaos test compares with the sender's own books.

`keep="all"` holds the bodies. `keep="counts"` holds, compressed, only who was accepted with which custom args: about
50 bytes a recipient, so a million fit. The log file has one JSON line per accepted request, written before the reply.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Literal, NamedTuple

from tests.standins.sendgrid_answers import ForgottenError, Json
from tests.standins.sendgrid_schedule import GOING_OUT, Batches

Keep = Literal["all", "counts"]


class Recipient(NamedTuple):
    """One accepted copy: `release` is when it leaves, `personalization` which entry of the request it came from."""

    address: str
    custom_args: dict[str, str]
    release: float
    personalization: int

    @property
    def delivery(self) -> str | None:
        """The sender's own opaque id, by custom arg (A2: one message id a request, so this is how to tell)."""
        return self.custom_args.get("delivery")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One accepted request. `body` is None, and `packed` filled, when only counts are kept."""

    message_id: str
    accepted_at: float
    size: int
    batch_id: str | None
    categories: list[str]
    body: Json | None
    packed: bytes

    def recipients(self) -> list[Recipient]:
        if self.body is not None:
            return recipients_of(self.body, self.accepted_at)
        return [Recipient(*row) for row in json.loads(zlib.decompress(self.packed))]


class Ledger:
    """Every accepted request in order, and how often mail/send was answered with each status."""

    def __init__(self, batches: Batches, *, keep: Keep = "all", log: Path | None = None) -> None:
        self._batches = batches
        self._keep = keep
        self._log: IO[bytes] | None = log.open("ab", buffering=0) if log else None
        self._lock = Lock()
        self._accepted: list[Acceptance] = []
        self._size = 0
        self._answers: Counter[str] = Counter()
        self.era = 0
        """How often everything was forgotten."""

    def accept(self, body: Json, now: float, era: int) -> str:
        """Take the request for good and return its X-Message-Id. The log line is in the file when this returns.

        Raises ForgottenError for one that came in an earlier era.
        """
        message_id = secrets.token_urlsafe(16)
        recipients = recipients_of(body, now)
        acceptance = self._acceptance(message_id, body, recipients, now)
        line = self._line(acceptance, recipients)
        self._batches.expect(acceptance.batch_id, max(recipient.release for recipient in recipients))
        with self._lock:
            if era != self.era:
                raise ForgottenError
            if self._log:
                self._log.write(line)
            self._accepted.append(acceptance)
            self._size += len(recipients)
        return message_id

    def answered(self, status: int | None) -> None:
        """Count one answer to mail/send; None when the connection was closed instead."""
        with self._lock:
            self._answers[str(status or "none")] += 1

    def acceptances(self, since: int = 0) -> list[Acceptance]:
        """Those after the first `since`."""
        with self._lock:
            return self._accepted[since:]

    def counts(self, now: float, *, doubles: bool = True) -> Json:
        """The totals; `doubles` (reads every acceptance) adds who was accepted more than once and not cancelled."""
        with self._lock:
            accepted, size, answers = self._accepted[:], self._size, dict(self._answers)
        totals: Json = {
            "requests": len(accepted),
            "recipients": size,
            "refused": sum(count for status, count in answers.items() if status >= "300" and status != "none"),
            "answers": answers,
        }
        return totals | self._doubles(accepted, now) if doubles else totals

    def _doubles(self, accepted: list[Acceptance], now: float) -> Json:
        addresses, deliveries, total = Tally(), Tally(), 0
        for acceptance in accepted:
            going_out = self.going_out(acceptance, now)
            total += len(going_out)
            addresses.add(recipient.address.casefold() for recipient in going_out)
            deliveries.add(recipient.delivery for recipient in going_out if recipient.delivery)
        return {"going_out": total, "doubles": addresses.repeated(), "delivery_doubles": deliveries.repeated()}

    def going_out(self, acceptance: Acceptance, now: float) -> list[Recipient]:
        """Its recipients, without those whose batch was cancelled in time or expired while paused."""
        if acceptance.batch_id is None:
            return acceptance.recipients()
        fate = self._batches.fate
        everyone = acceptance.recipients()
        return [one for one in everyone if fate(acceptance.batch_id, one.release, now) in GOING_OUT]

    def reset(self) -> None:
        """Forget everything; the log file, being append-only, stays."""
        with self._lock:
            self.era += 1
            self._accepted = []
            self._size = 0
            self._answers = Counter()

    def close(self) -> None:
        if self._log:
            self._log.close()

    def _acceptance(self, message_id: str, body: Json, recipients: list[Recipient], now: float) -> Acceptance:
        whole = self._keep == "all"
        return Acceptance(
            message_id=message_id,
            accepted_at=now,
            size=len(recipients),
            batch_id=body.get("batch_id"),
            categories=body.get("categories", []),
            body=body if whole else None,
            packed=b"" if whole else zlib.compress(json.dumps(recipients).encode(), level=1),
        )

    def _line(self, acceptance: Acceptance, recipients: list[Recipient]) -> bytes:
        if not self._log:
            return b""
        entry = {
            "time": acceptance.accepted_at,
            "message_id": acceptance.message_id,
            "batch_id": acceptance.batch_id,
            "deliveries": [recipient.delivery for recipient in recipients],
            "addresses": [recipient.address for recipient in recipients],
        }
        return json.dumps(entry).encode() + b"\n"


def recipients_of(body: Json, accepted_at: float) -> list[Recipient]:
    """Everyone in a valid body. Personalizations override the message; a `send_at` in the past means at once (A1)."""
    shared = body.get("custom_args", {})
    moment = body.get("send_at", 0)
    return [
        Recipient(
            address=entry["email"],
            custom_args={**shared, **personalization.get("custom_args", {})},
            release=max(personalization.get("send_at", moment), accepted_at),
            personalization=position,
        )
        for position, personalization in enumerate(body["personalizations"])
        for kind in ("to", "cc", "bcc")
        for entry in personalization.get(kind, ())
    ]


class Tally:
    """Finds what occurs more than once, holding 64 bits of each key instead of the key."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._again: Counter[str] = Counter()

    def add(self, keys: Iterable[str]) -> None:
        for key in keys:
            mark = hash(key)
            if mark in self._seen:
                self._again[key] += 1
            self._seen.add(mark)

    def repeated(self) -> dict[str, int]:
        """How often, for what occurs more than once."""
        return {key: count + 1 for key, count in self._again.items()}
