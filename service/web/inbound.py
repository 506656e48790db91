"""Whom a mail was addressed to, the unsubscribe tokens in that: unsub+TOKEN@news.example.org (RFC 5233); its head."""

import json
import re
from collections.abc import Iterator, Mapping
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser

FIELDS = frozenset({"envelope", "to", "headers", "email", "rawEmail"})
"""What the provider's form may say it in: parsed mails come with `headers`, raw ones as `email` or `rawEmail`."""

_HEADS = ("headers", "email", "rawEmail")
_TAG = re.compile(r"\+([A-Za-z0-9_-]{22})@")


def tokens_addressed(fields: Mapping[str, str]) -> set[str]:
    """What may be a token, in any address the mail was sent to. Whom it came from and what it says does not count."""
    return {token for text in _addressed(fields) for token in _TAG.findall(text)}


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
