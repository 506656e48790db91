"""Reports that come by mail, as the events they are: delivery status (RFC 3464) and complaints (RFC 5965).

A report is believed only when it carries the key of one of our deliveries: in the address it was sent to, which was the
mail's envelope sender, or in what it returns of the mail. Anybody can write a report, and without the key it must not
be able to silence a reader. Addresses in it are not read at all.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parsedate_to_datetime

import orjson

from service.db import UnitOfWork
from service.delivery.events import apply_post, keep_post
from service.tokens import Purpose, Tokens

LARGEST_REPORT = 2_000_000
"""Bytes. A report may return the whole mail it is about."""
MOST_PARTS = 20
MOST_RECIPIENTS = 50

_SENT_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_IN_ADDRESS = re.compile(r"\+([A-Za-z0-9_-]{22})@")
_IN_MESSAGE_ID = re.compile(r"\.([A-Za-z0-9_-]{22})@")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_REPLY = re.compile(r"\b([245])\d\d\b")

_SOFT = re.compile(r"5\.2\.[23]|5\.3\.\d+|5\.7\.\d+")
"""Permanent, and not about the mailbox being gone: it is full, the mail too large, their system ill, or ours unwanted
(RFC 3463). The same mails come as `blocked` from providers with a webhook."""

ACTIONS = {"delayed": "deferred", "delivered": "delivered"}
"""Action of RFC 3464, 2.3.3 -> event; `failed` depends on the status, and others are kept under their own name."""

FEEDBACK = {"abuse": "spamreport", "fraud": "spamreport", "opt-out": "unsubscribe", "opt-out-list": "unsubscribe"}
"""Feedback-Type (RFC 5965, 7.3; RFC 6430) -> event; others (`not-spam`, `virus` …) are kept and change nothing."""


class NotAReport(Exception):
    """The mail is nothing that could be applied; the message is one clear line."""


@dataclass(frozen=True)
class Applied:
    """What a report said: its events, and whether they are about a delivery of ours and new."""

    kinds: list[str]
    is_ours: bool
    new: int


def apply_report(uow: UnitOfWork, raw: bytes, tokens: Tokens, *, now: datetime) -> Applied:
    """Apply one report; harmless to do again. Raises NotAReport."""
    events = read_report(raw, tokens)
    post = keep_post(uow, orjson.dumps(events), now=now)
    new = apply_post(uow, post.id, tokens, now=now)
    return Applied([str(event["event"]) for event in events], bool(events[0]["delivery"]), new)


def read_report(raw: bytes, tokens: Tokens) -> list[dict[str, str | int]]:
    """The report in the words of an event post, without any address. Raises NotAReport."""
    if len(raw) > LARGEST_REPORT:
        raise NotAReport(f"the mail has {len(raw)} bytes; a report has {LARGEST_REPORT} at most")
    try:
        report = message_from_bytes(raw)
        parts = _parts(report)
        found = list(_dsn(parts) or _feedback(parts))
        key = _key(report, parts, tokens)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotAReport(f"the mail cannot be read: {type(error).__name__}") from error
    if not found:
        raise NotAReport("the mail is neither a delivery status notification nor a feedback report")
    name, at = _name(report, raw), _at(report)
    return [
        {"sg_event_id": f"report {name} {number}", "delivery": key, **at, **event}
        for number, event in enumerate(found[:MOST_RECIPIENTS])
    ]


def _parts(report: Message) -> list[Message]:
    if report.get_content_type() != "multipart/report":
        return []
    content = report.get_payload()
    return [part for part in content[:MOST_PARTS] if isinstance(part, Message)] if isinstance(content, list) else []


def _inside(parts: list[Message], *kinds: str) -> Iterator[Message]:
    """The blocks of fields in parts of these types."""
    for part in parts:
        if part.get_content_type() in kinds:
            content = part.get_payload()
            if isinstance(content, list):
                yield from (block for block in content if isinstance(block, Message))
            elif isinstance(content, str):
                text = part.get_payload(decode=True)
                yield message_from_string(text.decode("utf-8", "replace") if isinstance(text, bytes) else content)


def _dsn(parts: list[Message]) -> list[dict[str, str]]:
    """One event for each recipient."""
    blocks = _inside(parts, "message/delivery-status", "message/global-delivery-status")
    return [_recipient(block) for block in blocks if block["Action"]]


def _recipient(block: Message) -> dict[str, str]:
    action = _word(block["Action"])
    said = " ".join(str(block.get("Diagnostic-Code", "")).partition(";")[2].split())
    code = _STATUS.search(str(block.get("Status", ""))) or _STATUS.search(said)
    kind = _failure(code, said) if action == "failed" else ACTIONS.get(action, action)
    return {"event": kind, "status": code.group() if code else "", "reason": said or action}


def _failure(code: re.Match[str] | None, said: str) -> str:
    """A mailbox that does not exist bounces; whatever may pass, or is about us, is blocked."""
    digit = code or _REPLY.search(said)
    if digit is None or digit[1] != "5" or (code and _SOFT.fullmatch(code.group())):
        return "blocked"
    return "bounce"


def _feedback(parts: list[Message]) -> list[dict[str, str]]:
    blocks = [block for block in _inside(parts, "message/feedback-report") if block["Feedback-Type"]]
    kinds = [_word(block["Feedback-Type"]) for block in blocks[:1]]
    return [{"event": FEEDBACK.get(kind, kind), "status": "", "reason": f"feedback: {kind}"} for kind in kinds]


def _word(value: object) -> str:
    return str(value).strip().lower()[:64]


def _key(report: Message, parts: list[Message], tokens: Tokens) -> str:
    """The key of the delivery it is about; nothing when there is none of ours in it."""
    candidates = list(_candidates(report, parts))
    ours = tokens.open_many(Purpose.DELIVERY, candidates)
    return next((key for key in candidates if key in ours), "")


def _candidates(report: Message, parts: list[Message]) -> Iterator[str]:
    for field in _SENT_TO:
        for value in report.get_all(field, []):
            yield from _IN_ADDRESS.findall(str(value))
    for block in _inside(parts, "message/feedback-report"):
        yield from _IN_ADDRESS.findall(str(block.get("Original-Mail-From", "")))
    for block in _inside(parts, "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
        yield from _IN_MESSAGE_ID.findall(str(block.get("Message-ID", "")))
        yield from _IN_ADDRESS.findall(str(block.get("Return-Path", "")))


def _name(report: Message, raw: bytes) -> str:
    """What tells this report from every other one: its Message-ID, or its bytes."""
    own = " ".join(str(report.get("Message-ID", "")).split())
    return own[:300] or hashlib.sha256(raw).hexdigest()


def _at(report: Message) -> dict[str, int]:
    try:
        return {"timestamp": int(parsedate_to_datetime(str(report["Date"])).timestamp())}
    except (TypeError, ValueError, OverflowError):
        return {}
