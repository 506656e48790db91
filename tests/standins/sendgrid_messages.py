"""Each accepted recipient's mail as it is delivered: overrides applied, substitution tags replaced."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.standins.sendgrid_answers import Json
from tests.standins.sendgrid_ledger import Acceptance, Recipient
from tests.standins.sendgrid_schedule import Fate


@dataclass(frozen=True)
class Message:
    """One recipient's copy. `subject`, `text`, `html` and `headers` are empty when only counts were kept."""

    message_id: str
    to: str
    fate: Fate
    accepted_at: float
    send_at: float
    batch_id: str | None
    custom_args: dict[str, str]
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: dict[str, str] | None = None
    dynamic_template_data: Json | None = None


def message_for(acceptance: Acceptance, recipient: Recipient, fate: Fate) -> Message:
    """The copy of one recipient. A dynamic template's own text lives at the provider and stays unknown here."""
    known = Message(
        message_id=acceptance.message_id,
        to=recipient.address,
        fate=fate,
        accepted_at=acceptance.accepted_at,
        send_at=recipient.release,
        batch_id=acceptance.batch_id,
        custom_args=recipient.custom_args,
    )
    return known if acceptance.body is None else _written(known, acceptance.body, recipient.personalization)


def _written(message: Message, body: Json, position: int) -> Message:
    personalization = body["personalizations"][position]
    tags = personalization.get("substitutions", {})
    parts = {block["type"]: substituted(block["value"], tags) for block in reversed(body.get("content", []))}
    return Message(
        **{
            **message.__dict__,
            "subject": substituted(personalization.get("subject", body.get("subject", "")), tags),
            "text": parts.get("text/plain", ""),
            "html": parts.get("text/html", ""),
            "headers": _headers(body, personalization, tags),
            "dynamic_template_data": personalization.get("dynamic_template_data"),
        }
    )


def _headers(body: Json, personalization: Json, tags: dict[str, str]) -> dict[str, str]:
    """Tags are replaced in reply-to and not in custom headers ("subject, reply-to and content", OpenAPI)."""
    reply_to = body.get("reply_to_list") or [body["reply_to"]] if "reply_to" in body or "reply_to_list" in body else []
    addressed = {
        "From": _mailboxes([personalization.get("from") or body["from"]]),
        "To": _mailboxes(personalization["to"]),
        "Cc": _mailboxes(personalization.get("cc", [])),
        "Reply-To": substituted(_mailboxes(reply_to), tags),
    }
    present = {name: value for name, value in addressed.items() if value}
    return {**present, **body.get("headers", {}), **personalization.get("headers", {})}


def _mailboxes(entries: list[dict[str, Any]]) -> str:
    return ", ".join(
        f"{entry['name']} <{entry['email']}>" if entry.get("name") else entry["email"] for entry in entries
    )


def substituted(text: str, tags: dict[str, str]) -> str:
    """Every tag replaced in one pass, the longest first, so that one person's value is never read as another tag."""
    wanted = [re.escape(tag) for tag in sorted(tags, key=len, reverse=True) if tag]
    return re.sub("|".join(wanted), lambda found: tags[found[0]], text) if wanted else text
