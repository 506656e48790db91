"""A mailing and one of its recipients become one RFC 5322 message, the same bytes each time but for the Date.

Nothing that people wrote can add a header or a recipient: line ends and control characters in names, subjects and
header values become blanks; addresses, header names and ids that are not plain are refused.
"""

import re
from binascii import b2a_qp
from collections.abc import Mapping
from datetime import datetime
from email import headerregistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from service.mail.message import Address, Mailing, Recipient, Rejected

LONGEST_LINE = 998
"""Characters in a line without its end (RFC 5322, 2.1.1)."""

_BREAKS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]+")
_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_MAILBOX = re.compile(r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)")
_RESERVED = re.compile(
    r"(?i)content-.*|resent-.*|bcc|cc|date|dkim-signature|from|message-id|mime-version|received|reply-to|return-path|"
    r"sender|subject|to"
)
_FOLDED = frozenset({"from", "to", "reply-to", "subject", "content-type"})
_BOUNDARY = "=_storywell_alternative"  # "=_" never occurs in quoted-printable text (RFC 2045, 6.7)


class _Policy(EmailPolicy):
    """CRLF, and our own headers on one line each.

    The library folds at 78 characters and turns a longer word, such as the address in List-Unsubscribe, into an encoded
    word (RFC 2047). Mailbox providers do not decode that one, and the one-click button disappears.
    """

    def fold(self, name: str, value: str) -> str:
        """One header as text."""
        if value.isascii() and name.lower() not in _FOLDED:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as it goes on the wire."""
        return self.fold(name, value).encode("ascii", "surrogateescape")


_POLICY = _Policy(linesep="\r\n")


def compose(mailing: Mailing, recipient: Recipient, *, now: datetime) -> EmailMessage:
    """The message for one recipient: slots filled, text before HTML (if there is any), both quoted-printable.

    Raises Rejected when an address, an id or a header could not stand in any message.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _mailbox(mailing.sender)
    message["To"] = _mailbox(recipient.to)
    if mailing.reply_to:
        message["Reply-To"] = _mailbox(mailing.reply_to)
    message["Subject"] = one_line(fill(mailing.subject, recipient.slots))
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mailing, recipient)
    for name, value in filled_headers(mailing, recipient).items():
        message[name] = value
    message["Content-Language"] = one_line(mailing.lang)
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/alternative; boundary="{_BOUNDARY}"'
    message.attach(_part("plain", fill(mailing.text, recipient.slots)))
    if mailing.html:
        message.attach(_part("html", fill(mailing.html, recipient.slots)))
    return message


def filled_headers(mailing: Mailing, recipient: Recipient) -> dict[str, str]:
    """The mailing's own headers with this recipient's slots filled. Raises Rejected for one that is not ours to set."""
    filled = {name: fill(value, recipient.slots) for name, value in mailing.headers.items()}
    return {header_name(name): header_value(name, value) for name, value in filled.items()}


def header_name(name: str) -> str:
    """A header that a mailing may set. Raises Rejected for the others: they are ours, or change whom a mail goes to."""
    if not _HEADER.fullmatch(name) or _RESERVED.fullmatch(name):
        raise Rejected(f"not a header that a mailing may set: {name!r}")
    return name


def header_value(name: str, value: str) -> str:
    """`value` on one line. Raises Rejected when that is longer than a line of mail may be."""
    line = one_line(value)
    if len(name) + len(": ") + len(line) > LONGEST_LINE:
        raise Rejected(f"the header {name} is longer than a line of mail may be")
    return line


def fill(text: str, slots: Mapping[str, str]) -> str:
    """`text` with every tag of `slots` replaced, once: a value that looks like a tag stays as it is."""
    if not slots:
        return text
    tags = re.compile("|".join(re.escape(tag) for tag in sorted(slots, key=len, reverse=True)))
    return tags.sub(lambda found: slots[found.group()], text)


def one_line(text: str) -> str:
    """`text` without line ends and control characters: each run of them, and of blanks, is one blank."""
    return _BREAKS.sub(" ", text).strip()


def message_id(mailing: Mailing, recipient: Recipient) -> str:
    """`<name.delivery@domain of the sender>`: a second copy of the same delivery can be recognised by it."""
    domain = plain(mailing.sender).rpartition("@")[2]
    return f"<{plain_id(mailing.name)}.{plain_id(recipient.delivery)}@{domain}>"


def plain_id(text: str) -> str:
    """An id as it stands in Message-ID and in file names. Raises Rejected for one that could be anything else there."""
    if not _ID.fullmatch(text):
        raise Rejected(f"an id may have letters, digits, dots, - and _ only: {text!r}")
    return text


def plain(address: Address) -> str:
    """The bare mailbox in ASCII, its domain in IDNA form where needed. Raises Rejected for anything else."""
    return mailbox(address.email)


def mailbox(email: str) -> str:
    """`email` as it stands in an envelope. Raises Rejected for what no mail can go to."""
    if _MAILBOX.fullmatch(email):
        return email
    local, _, domain = email.rpartition("@")
    try:
        found = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        found = ""
    if not _MAILBOX.fullmatch(found):
        raise Rejected("not an address that a mail can go to")
    return found


def _mailbox(address: Address) -> headerregistry.Address:
    local, _, domain = plain(address).rpartition("@")
    return headerregistry.Address(one_line(address.name), local, domain)


def _part(kind: str, text: str) -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = "\n".join(text.splitlines()) + "\n"
    part.set_payload(b2a_qp(lines.encode("utf-8", "replace")).decode())  # the library's own encoder takes 3 ms a mail
    return part
