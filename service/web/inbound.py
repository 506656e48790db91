"""Whom a mail was addressed to, the unsubscribe tokens in that: unsub+TOKEN.15@news.example.org (RFC 5233); its head.

The number behind the dot is that of the issue; mails from before it was there have none.
"""

import json
import re
from collections.abc import Iterator, Mapping
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser

FIELDS = frozenset({"envelope", "to", "headers", "email", "rawEmail"})
"""What the provider's form may say it in: parsed mails come with `headers`, raw ones as `email` or `rawEmail`."""

_HEADS = ("headers", "email", "rawEmail")
_TAG = re.compile(r"\+([A-Za-z0-9_-]{22})(?:\.([0-9]{1,10}))?@")


def tokens_addressed(fields: Mapping[str, str]) -> dict[str, int]:
    """What may be a token, in any address the mail was sent to -> the issue it came from, 0 where that is not said.
    Whom the mail came from and what it says does not count."""
    found: dict[str, int] = {}
    for token, issue in (tag for text in _addressed(fields) for tag in _TAG.findall(text)):
        found[token] = found.get(token) or int(issue or 0)
    return found


def head_of(fields: Mapping[str, str]) -> Message:
    """The head of the mail, with its subject in plain characters (RFC 2047); an empty one for a form without a mail."""
    head = next((_head(fields[name]) for name in _HEADS if fields.get(name)), Message())
    subject = str(head.get("Subject", ""))
    del head["Subject"]
    try:
        head["Subject"] = " ".join(str(make_header(decode_header(subject))).split())
    except (ValueError, LookupError):
        head["Subject"] = " ".join(subject.split())
    return head


def _addressed(fields: Mapping[str, str]) -> Iterator[str]:
    yield from _envelope(fields.get("envelope", ""))
    yield fields.get("to", "")
    for name in _HEADS:
        for value in _head(fields.get(name, "")).get_all("To", []):
            yield str(value)


def _head(text: str) -> Message:
    return HeaderParser().parsestr(text, headersonly=True)


def _envelope(text: str) -> list[str]:
    try:
        to = json.loads(text)["to"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
    return [one for one in to if isinstance(one, str)] if isinstance(to, list) else []
