"""A mailing as the body of SendGrid's POST /v3/mail/send.

One personalization for each person, because people in one `to` see each other. The only custom argument is the opaque
delivery id and the only category the mailing's opaque name: SendGrid keeps both, unprotected, for good. Tracking is
switched off by name, because what is left out follows the account's own switches.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from service.mail.message import Address, Mailing, Recipient, Rejected
from service.mail.mime import filled_headers, message_id, one_line, plain

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
_PARTING_MARKS = {ord(";"): " ", ord(","): " "}


def write_request(mailing: Mailing) -> tuple[bytes | None, dict[str, str]]:
    """The body for all who can be written to (None when there is nobody), and why each other delivery cannot be."""
    personalizations: list[dict[str, Any]] = []
    rejected: dict[str, str] = {}
    for recipient in mailing.recipients:
        try:
            personalizations.append(_personalization(mailing, recipient))
        except Rejected as refusal:
            rejected[recipient.delivery] = refusal.reason
    if not personalizations:
        return None, rejected
    return orjson.dumps(_body(mailing, personalizations)), rejected


def _body(mailing: Mailing, personalizations: list[dict[str, Any]]) -> dict[str, Any]:
    parts = (("plain", mailing.text), ("html", mailing.html))
    body = {
        "personalizations": personalizations,
        "from": _address(mailing.sender),
        "subject": one_line(mailing.subject),
        "content": [{"type": f"text/{kind}", "value": words} for kind, words in parts if words],
        "categories": [mailing.name],
        "tracking_settings": _NO_TRACKING,
    }
    if mailing.reply_to:
        body["reply_to"] = _address(mailing.reply_to)
    return body


def _personalization(mailing: Mailing, recipient: Recipient) -> dict[str, Any]:
    message_id(mailing, recipient)  # the same ids are refused on every transport
    part: dict[str, Any] = {
        "to": [_address(recipient.to, without=_PARTING_MARKS)],
        "custom_args": {"delivery": recipient.delivery},
    }
    if substitutions := _substitutions(mailing, recipient):
        part["substitutions"] = substitutions
    # All of them here rather than some beside the body: it is not documented whether a person's headers join the
    # message's or replace them, and List-Unsubscribe is worth nothing without List-Unsubscribe-Post.
    if headers := filled_headers(mailing, recipient):
        part["headers"] = headers
    return part


def _substitutions(mailing: Mailing, recipient: Recipient) -> dict[str, str]:
    slots = {tag: one_line(value) if tag in mailing.subject else value for tag, value in recipient.slots.items()}
    if len(slots) > MOST_SUBSTITUTIONS:
        raise Rejected(f"{len(slots)} slots; SendGrid takes {MOST_SUBSTITUTIONS} at most")
    if (size := len(orjson.dumps(slots))) > LARGEST_SUBSTITUTIONS:
        raise Rejected(f"slots of {size} bytes; SendGrid takes {LARGEST_SUBSTITUTIONS} at most")
    return slots


def _address(address: Address, *, without: Mapping[int, str] | None = None) -> dict[str, str]:
    name = one_line(address.name.translate(without or {}))
    return {"email": plain(address), "name": name} if name else {"email": plain(address)}
