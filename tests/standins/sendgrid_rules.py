"""What SendGrid refuses in a mail/send body: one small function per rule, listed in RULES.

Sources (SENDGRID.md A1): the vendor's errors page (2026-07), the OpenAPI description, the limitations page. A rule
yields one problem per offence, so one answer names as many as possible. Where the sources disagree, the stricter wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.standins import sendgrid_message_rules as what
from tests.standins import sendgrid_recipient_rules as who
from tests.standins.sendgrid_answers import Json
from tests.standins.sendgrid_mail import Mail
from tests.standins.sendgrid_shape import mismatches

Rule = Callable[[Mail], Iterator[Json]]

RULES: tuple[Rule, ...] = (
    who.personalization_count,
    who.recipient_count,
    who.to_present,
    who.recipient_addresses,
    who.unique_recipients,
    who.recipient_names,
    who.from_present,
    who.sender_addresses,
    who.reply_to_list,
    what.subject,
    what.content,
    what.substitutions,
    what.custom_args,
    what.headers,
    what.send_at,
    what.batch_id,
    what.categories,
    what.unsubscribe_groups,
    what.ip_pool,
)


def problems(mail: Mail) -> list[Json]:
    """Everything SendGrid would refuse in `mail`; empty when it would be accepted. Types are judged before rules."""
    return mismatches(mail.body) or [found for rule in RULES for found in rule(mail)]
