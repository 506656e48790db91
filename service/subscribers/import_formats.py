"""The files that other programs write when a list leaves them, in our words: a table, and nothing else knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.subscribers.model import SubscriptionStatus

_ON, _OFF = SubscriptionStatus.CONFIRMED, SubscriptionStatus.UNSUBSCRIBED
_OURS = {"": _ON} | {status.value: status for status in SubscriptionStatus}


@dataclass(frozen=True, slots=True)
class ListFormat:
    """Which of a program's columns hold what, and which of its states keep somebody on the list.

    Several columns for one thing: the first that the file has, and of a name all of them. A file that has one of the
    columns `left` names only people who must not be written to any more.
    """

    columns: Mapping[str, tuple[str, ...]]
    statuses: Mapping[str, SubscriptionStatus] = field(default_factory=lambda: _OURS)
    left: tuple[str, ...] = ()


_NAMES = ("email", "name", "locale", "status", "consent_text", "consent_version", "consent_at", "consent_source")

FORMATS: dict[str, ListFormat] = {
    "csv": ListFormat({name: (name,) for name in _NAMES}),
    "mailchimp": ListFormat(
        {
            "email": ("email address",),
            "name": ("first name", "last name"),
            "locale": ("language",),
            "consent_at": ("confirm_time", "optin_time"),
        },
        left=("unsub_time", "clean_time"),
    ),
    "ghost": ListFormat(
        {"email": ("email",), "name": ("name",), "status": ("subscribed_to_emails",), "consent_at": ("created_at",)},
        {"": _OFF, "true": _ON, "false": _OFF},
    ),
    "listmonk": ListFormat(
        {"email": ("email",), "name": ("name",), "status": ("status",), "consent_at": ("created_at",)},
        {"enabled": _ON, "disabled": _OFF, "blocklisted": _OFF},
    ),
    "substack": ListFormat(
        {
            "email": ("email",),
            "name": ("name",),
            "status": ("email_disabled",),
            "consent_at": ("created_at", "subscription_created_at", "start date"),
        },
        {"": _ON, "false": _ON, "true": _OFF},
    ),
}
"""By the name that `--format` takes. A date alone is no proof of consent; `--consent` states the words to it."""
