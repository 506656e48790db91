"""A circular as the body of SendGrid's POST /v3/mail/send: escaped once, with holes for what is personal.

One personalization for each person, because people in one `to` see each other. The only custom argument is the opaque
delivery key and the only category the circular's opaque name: SendGrid keeps both, unprotected, for good. Tracking is
switched off by name, because what is left out follows the account's own switches.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from json.encoder import encode_basestring_ascii as escaped  # in C; and in ASCII one letter stays one byte
from typing import Any

import orjson

from service.mail.bulk import Circular, Group, Slot
from service.mail.message import Address, Rejected
from service.mail.mime import LONGEST_LINE, fill, header_name, header_value, one_line, plain, plain_id
from service.mail.sendgrid_people import mailboxes, on_one_line, recipients

MOST_SUBSTITUTIONS = 100
LARGEST_SUBSTITUTIONS = 10_000
"""Bytes, for each person."""

_OFF = {"enable": False}
_NO_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": _OFF,
    "subscription_tracking": _OFF,
    "ganalytics": _OFF,
}
_MARK = re.compile(r"\\u0000(\w+)\\u0000")
"""A hole in the JSON of a person, with the name of the column that fills it: no text of ours has a NUL in it."""

Columns = Mapping[str, Sequence[str]]


class CompiledRequest:
    """The request of a Circular. It never changes, so threads may share it."""

    def __init__(self, circular: Circular) -> None:
        """Raises Rejected for a sender, a name, a header or a number of slots that SendGrid would refuse."""
        plain_id(circular.name)
        shown = (circular.subject, circular.text, circular.html)
        substituted = [slot for slot in circular.slots if any(slot.tag in text for text in shown)]
        if len(substituted) > MOST_SUBSTITUTIONS:
            raise Rejected(f"{len(substituted)} slots; SendGrid takes {MOST_SUBSTITUTIONS} at most")
        substitutions = {slot.tag: _filled(slot) for slot in substituted}
        headers = _headers(circular)
        self._limits = [(LARGEST_SUBSTITUTIONS, *_measured(orjson.dumps(substitutions).decode()))]
        self._limits += [(LONGEST_LINE, *_measured(json.dumps(f"{name}: {value}"))) for name, value in headers.items()]
        lines = "".join((circular.subject, *circular.headers.values()))
        self._words = {slot.column: slot.token for slot in circular.slots}
        self._lines = {slot.column for slot in circular.slots if slot.tag in lines}
        self._frame = _MARK.split(_person(substitutions, headers))
        self._rest = orjson.dumps(_shared(circular))[1:]

    def write(self, group: Group) -> tuple[bytes | None, dict[str, str]]:
        """The body for all who can be written to (None when there is nobody), and why each other one cannot be."""
        addresses, refused = mailboxes(group.addresses)
        columns = self._columns(group, addresses)
        refused |= self._too_long(columns)
        if refused:
            return self._without(group, refused)
        people = self._people(columns, group.send_ats).encode("ascii")
        return b"".join((b'{"personalizations":[', people, b"],", _timing(group), self._rest)), {}

    def _without(self, group: Group, refused: Mapping[int, str]) -> tuple[bytes | None, dict[str, str]]:
        """The same for those who stay; `refused` are places in the columns, with reasons."""
        rejected = {group.deliveries[place]: reason for place, reason in refused.items()}
        places = [place for place in range(len(group)) if place not in refused]
        if not places:
            return None, rejected
        body, _ = self.write(_only(group, places))
        return body, rejected

    def _columns(self, group: Group, addresses: Sequence[str]) -> Columns:
        columns: dict[str, Sequence[str]] = {"delivery": group.deliveries, "to": recipients(addresses, group.names)}
        written: dict[int, Sequence[str]] = {}  # a greeting without markup is the same list for both bodies
        for column, is_token in self._words.items():
            words = group.words[column]
            if is_token:
                columns[str(column)] = words
            elif column in self._lines:
                columns[str(column)] = _written(on_one_line(words))
            else:
                if id(words) not in written:
                    written[id(words)] = _written(words)
                columns[str(column)] = written[id(words)]
        return columns

    def _too_long(self, columns: Columns) -> dict[int, str]:
        """Who has words that are too long. As a rule the longest of all fit, and nobody needs to be looked at."""
        found: dict[int, str] = {}
        longest = {name: max(map(len, words)) for name, words in columns.items()}
        for limit, fixed, used in self._limits:
            if fixed + sum(longest[name] for name in used) <= limit:
                continue
            sizes = (fixed + sum(map(len, words)) for words in zip(*(columns[name] for name in used), strict=True))
            found |= {
                place: f"slots of {size} bytes; {limit} at most" for place, size in enumerate(sizes) if size > limit
            }
        return found

    def _people(self, columns: Columns, send_ats: Sequence[int] | None) -> str:
        fixed, named = self._frame[::2], self._frame[1::2]
        parts: list[Any] = [chain(("{",), repeat(",{"))]
        for words, name in zip(fixed, named, strict=False):
            parts += [repeat(words), columns[name]]
        parts.append(repeat(fixed[-1]))
        parts.append(repeat("}") if send_ats is None else [f',"send_at":{at}}}' for at in send_ats])
        return "".join(chain.from_iterable(zip(*parts, strict=False)))


def _written(words: Sequence[str]) -> Sequence[str]:
    return [word[1:-1] for word in map(escaped, words)]


def _filled(slot: Slot) -> str:
    return f"{slot.before}\0{slot.column}\0{slot.after}"


def _headers(circular: Circular) -> dict[str, str]:
    """All of them for each person rather than some beside the body: it is not documented whether a person's headers
    join the message's or replace them, and List-Unsubscribe is worth nothing without List-Unsubscribe-Post.
    """
    marks = {slot.tag: _filled(slot) for slot in circular.slots}
    return {header_name(name): fill(header_value(name, value), marks) for name, value in circular.headers.items()}


def _measured(text: str) -> tuple[int, list[str]]:
    """How long it is without what goes into its holes, and the columns that do."""
    pieces = _MARK.split(text)
    return sum(map(len, pieces[::2])), pieces[1::2]


def _person(substitutions: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The JSON of one person with holes, but for the first and the last brace."""
    words: dict[str, Any] = {"custom_args": {"delivery": "\0delivery\0"}}
    if substitutions:
        words["substitutions"] = substitutions
    if headers:
        words["headers"] = headers
    return '"to":[\\u0000to\\u0000],' + json.dumps(words, separators=(",", ":"))[1:-1]


def _shared(circular: Circular) -> dict[str, Any]:
    parts = (("plain", circular.text), ("html", circular.html))
    body = {
        "from": _address(circular.sender),
        "subject": one_line(circular.subject),
        "content": [{"type": f"text/{kind}", "value": words} for kind, words in parts if words],
        "categories": [circular.name],
        "tracking_settings": _NO_TRACKING,
    }
    if circular.reply_to:
        body["reply_to"] = _address(circular.reply_to)
    return body


def _address(address: Address) -> dict[str, str]:
    name = one_line(address.name)
    return {"email": plain(address), "name": name} if name else {"email": plain(address)}


def _timing(group: Group) -> bytes:
    words: dict[str, Any] = {}
    if group.send_at is not None:
        words["send_at"] = group.send_at
    if group.provider_batch:
        words["batch_id"] = group.provider_batch
    return orjson.dumps(words)[1:-1] + b"," if words else b""


def _only(group: Group, places: Sequence[int]) -> Group:
    return replace(
        group,
        deliveries=[group.deliveries[place] for place in places],
        addresses=[group.addresses[place] for place in places],
        names=[group.names[place] for place in places],
        words=[[words[place] for place in places] for words in group.words],
        send_ats=None if group.send_ats is None else [group.send_ats[place] for place in places],
    )
