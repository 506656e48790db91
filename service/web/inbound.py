"""Whom a mail was addressed to, and the unsubscribe tokens in that: unsub+TOKEN@news.example.org (RFC 5233)."""

import json
import re
from collections.abc import Iterator, Mapping
from email.parser import HeaderParser

FIELDS = frozenset({"envelope", "to", "headers", "email", "rawEmail"})
"""What the provider's form may say it in: parsed mails come with `headers`, raw ones as `email` or `rawEmail`."""

_TAG = re.compile(r"\+([A-Za-z0-9_-]{22})@")


def tokens_addressed(fields: Mapping[str, str]) -> set[str]:
    """What may be a token, in any address the mail was sent to. Whom it came from and what it says does not count."""
    return {token for text in _addressed(fields) for token in _TAG.findall(text)}


def _addressed(fields: Mapping[str, str]) -> Iterator[str]:
    yield from _envelope(fields.get("envelope", ""))
    yield fields.get("to", "")
    for name in ("headers", "email", "rawEmail"):
        for value in HeaderParser().parsestr(fields.get(name, ""), headersonly=True).get_all("To", []):
            yield str(value)


def _envelope(text: str) -> list[str]:
    try:
        to = json.loads(text)["to"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
    return [one for one in to if isinstance(one, str)] if isinstance(to, list) else []
