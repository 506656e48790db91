"""Addresses and names of many people at once, as SendGrid takes them: one look at all of them finds what is easy."""

import re
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as escaped

from service.mail.message import Rejected
from service.mail.mime import mailbox, one_line

_MAILBOXES = re.compile(r"(?>[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]++@[A-Za-z0-9-]++(?>\.[A-Za-z0-9-]++)*+\n)*+")
_PARTING_MARKS = {ord(";"): " ", ord(","): " "}
"""SendGrid parts names at these."""


def mailboxes(addresses: Sequence[str]) -> tuple[Sequence[str], dict[int, str]]:
    """The addresses as plain ASCII mailboxes, and why there is none at some places (it is empty there)."""
    if _MAILBOXES.fullmatch("\n".join(addresses) + "\n"):
        return addresses, {}
    found, refused = [""] * len(addresses), {}
    for place, address in enumerate(addresses):
        try:
            found[place] = mailbox(address)
        except Rejected as refusal:
            refused[place] = refusal.reason
    return found, refused


def recipients(addresses: Sequence[str], names: Sequence[str]) -> list[str]:
    """`{"email": …, "name": …}` for each; no name where there is none."""
    if not _is_easy(names) or any(mark in "".join(names) for mark in ";,"):
        names = [one_line(name.translate(_PARTING_MARKS)) for name in names]
    written = zip(addresses, map(escaped, names), strict=True)
    return [
        f'{{"email":"{email}","name":{name}}}' if name != '""' else f'{{"email":"{email}"}}' for email, name in written
    ]


def on_one_line(words: Sequence[str]) -> Sequence[str]:
    """Without line ends and control characters: what stands in a subject or a header cannot begin another one."""
    return words if _is_easy(words) else [one_line(word) for word in words]


def _is_easy(words: Sequence[str]) -> bool:
    """Certainly nothing in them that `one_line` would change."""
    text = f"|{'|'.join(words)}|"
    return text.isprintable() and not any(blanks in text for blanks in ("  ", "| ", " |"))
