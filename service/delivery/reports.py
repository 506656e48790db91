"""A post of the provider's webhook in our words. Fields go missing in the wild, change their type, or are new."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from service.delivery.model import DeliveryStatus
from service.subscribers.model import SuppressionReason
from service.tokens import Purpose, Tokens

S = DeliveryStatus
STATUS: dict[str, DeliveryStatus] = {
    "deferred": S.DEFERRED,
    "processed": S.PROCESSED,
    "delivered": S.DELIVERED,
    "dropped": S.DROPPED,
    "blocked": S.SOFT_BOUNCED,
    "bounce": S.BOUNCED,
    "unsubscribe": S.UNSUBSCRIBED,
    "group_unsubscribe": S.UNSUBSCRIBED,
    "spamreport": S.COMPLAINED,
}
"""The provider's word -> ours. Words that are not here are kept and counted, and change nothing."""

SUPPRESSES: dict[str, SuppressionReason] = {
    "bounce": SuppressionReason.HARD_BOUNCE,
    "dropped": SuppressionReason.DROPPED,
    "spamreport": SuppressionReason.COMPLAINT,
    "unsubscribe": SuppressionReason.UNSUBSCRIBED_AT_PROVIDER,
    "group_unsubscribe": SuppressionReason.UNSUBSCRIBED_AT_PROVIDER,
}
DROPPED_FOR_THE_ADDRESS = ("bounced address", "spam reporting address", "unsubscribed address", "invalid")
"""Reasons of a drop that speak of the reader; the others (quota, spam content, a broken header) speak of us."""
DROPPED_FOR_US = "invalid smtpapi"
"""The one reason that begins like a reader's and is ours."""

_KEPT = ("reason", "status", "bounce_classification", "attempt", "type")
_LONGEST_KIND, _LONGEST_ID, _LONGEST_DETAIL = 64, 500, 300
_ADDRESS = re.compile(r"""[^\s<>()\[\]:;,"']+@[^\s<>()\[\]:;,"']*""")


class Report(NamedTuple):
    """One event in our words. Everything but the kind and the provider's id may be missing in the wild."""

    provider_id: str
    kind: str
    delivery_id: int | None
    email: str
    happened_at: datetime
    detail: dict[str, str]
    """What was said about it, without an address in it."""

    @property
    def status(self) -> DeliveryStatus:
        """What it says about its delivery; BATCH, which raises nothing, when it says nothing."""
        return STATUS.get(self.kind, DeliveryStatus.BATCH)

    @property
    def suppresses(self) -> SuppressionReason | None:
        """Why the address must not be written to any more; None when it may be."""
        if self.kind == "dropped" and not self._dropped_for_the_address:
            return None
        return SUPPRESSES.get(self.kind)

    @property
    def _dropped_for_the_address(self) -> bool:
        reason = self.detail.get("reason", "").lower()
        return reason.startswith(DROPPED_FOR_THE_ADDRESS) and not reason.startswith(DROPPED_FOR_US)


def read_reports(body: bytes, tokens: Tokens, now: datetime) -> list[Report]:
    """The events of a post, once each; what is not an event with an id is passed over."""
    rows = _json(body)
    events = [row for row in rows if _is_event(row)] if isinstance(rows, list) else []
    told = [_token(event) for event in events]
    deliveries = tokens.open_many(Purpose.DELIVERY, told)
    reports = (_report(event, deliveries.get(token), now) for event, token in zip(events, told, strict=True))
    return list({report.provider_id: report for report in reports if report.provider_id}.values())


def _json(body: bytes) -> object:
    """Read fast; or patiently, when there are numbers or halves of characters in it that a strict reader refuses."""
    for read in (orjson.loads, json.loads):
        with suppress(ValueError, RecursionError):
            return read(body)
    return None


def _is_event(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("event"), str) and bool(row.get("sg_event_id"))


def _report(row: dict[str, Any], delivery_id: int | None, now: datetime) -> Report:
    kind, email = row["event"], _clean(row.get("email") or "")
    if kind == "bounce" and row.get("type") == "blocked":
        kind = "blocked"
    return Report(
        provider_id=_clean(row["sg_event_id"])[:_LONGEST_ID],
        kind=_clean(kind)[:_LONGEST_KIND],
        delivery_id=delivery_id,
        email=email,
        happened_at=_instant(row.get("timestamp"), now),
        detail={key: _nameless(_clean(row[key]), email) for key in _KEPT if row.get(key) is not None},
    )


def _clean(value: object) -> str:
    """Text that any database takes: PostgreSQL has no NUL, and UTF-8 no half of a surrogate pair."""
    text = str(value)
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _nameless(words: str, email: str) -> str:
    """Words without an address, cut to length only afterwards, so that no half of one stays."""
    if "@" in words:
        words = _ADDRESS.sub("<address>", words.replace(email, "<address>") if email else words)
    return words[:_LONGEST_DETAIL]


def _token(row: dict[str, Any]) -> str:
    token = row.get("delivery")
    return token if isinstance(token, str) else ""


def _instant(value: object, now: datetime) -> datetime:
    try:
        return min(datetime.fromtimestamp(int(value), UTC), now)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError, OSError):
        return now
