"""From a variant and its readers to a hand-over: what is personal fills slots, everything else is compiled once."""

import html
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from service.delivery.addressing import Person
from service.delivery.ledger import Hold
from service.delivery.model import Variant, delivery_number
from service.issues.discretion import discreet_name, discreet_sender
from service.issues.frames.english import ENGLISH
from service.issues.frames.frame import Frame
from service.issues.frames.table import frame_in
from service.issues.mails import sender_of
from service.issues.model import Issue
from service.mail.bulk import BulkMailer, Circular, Group, Prepared, Slot
from service.mail.letterhead import Letterhead
from service.tokens import Purpose

GREETING, GREETING_HTML, SUBSCRIPTION, PREFERENCES = range(4)
"""The columns of a group's words."""

KEPT_TEXTS = 8
"""Compiled texts a worker keeps: the variants of a few issues at a time."""

_MARKUP = re.compile("[&<>\"']")


@dataclass(frozen=True)
class Printed:
    """A compiled variant, and the frame that its readers are greeted in."""

    text: Prepared
    frame: Frame


@dataclass(frozen=True)
class Press:
    """Compiles the variants of issues for a transport, each once, and keeps the latest."""

    head: Letterhead
    mailer: BulkMailer
    _kept: OrderedDict[int, Printed] = field(default_factory=OrderedDict)

    def prepared(self, session: Session, issue_id: int, variant_id: int) -> Printed:
        """The compiled variant. Raises Rejected for a text that no mail can hold."""
        if (kept := self._kept.get(variant_id)) is not None:
            return kept
        issue, variant = session.get_one(Issue, issue_id), session.get_one(Variant, variant_id)
        text = self.mailer.prepare(write_circular(self.head, issue, variant))
        made = self._kept.setdefault(variant_id, Printed(text, frame_in(variant.frame)))
        while len(self._kept) > KEPT_TEXTS:
            self._kept.popitem(last=False)
        return made


def write_circular(head: Letterhead, issue: Issue, variant: Variant) -> Circular:
    """What everybody in a batch of this variant gets."""
    newsletter, usual = issue.newsletter, sender_of(issue, head)
    return Circular(
        key=variant.id,
        name=f"issue-{issue.id}",
        sender=discreet_sender(newsletter, usual) if variant.discreet else usual,
        reply_to=head.reply_to,
        subject=variant.subject,
        text=variant.text,
        html=variant.html,
        lang=variant.lang,
        headers=list_headers(head, issue, discreet=variant.discreet),
        slots=_slots(head, issue),
    )


def write_group(
    head: Letterhead, hold: Hold, people: Sequence[Person], worker: str = "", frame: Frame = ENGLISH
) -> Group:
    """Everybody in a batch, each with a greeting of `frame` and tokens of their own; at least one person."""
    subscribers, subscriptions, addresses, names = zip(*people, strict=True)
    greetings = [frame.greet(name) for name in names]
    first = delivery_number(hold.issue_id, 0)
    numbers = [first | subscriber for subscriber in subscribers]
    seal = head.tokens.seal_many
    return Group(
        batch_id=hold.id,
        attempt=hold.attempt + 1,
        worker=worker,
        deliveries=seal(Purpose.DELIVERY, numbers),
        addresses=addresses,
        names=names,
        words=(
            greetings,
            _escaped(greetings),
            seal(Purpose.SUBSCRIPTION, subscriptions),
            seal(Purpose.PREFERENCES, subscriptions),
        ),
    )


def list_headers(head: Letterhead, issue: Issue, *, discreet: bool = False) -> dict[str, str]:
    """The headers of a list: RFC 2919 (List-Id), RFC 2369 (List-*), RFC 8058 (one-click), and Gmail's Feedback-ID.

    For discreet readers the list has its discreet name, and a number instead of its slug.
    """
    newsletter, by_mail = issue.newsletter, head.links.unsubscribe_mailbox
    name, slug = newsletter.name, newsletter.slug
    if discreet:
        name, slug = discreet_name(newsletter), f"letter{newsletter.id}"
    return {
        "List-Id": f"{_phrase(name)} <{slug}.{head.links.host}>",
        "List-Unsubscribe": "<%%unsubscribe_url%%>" + (", <%%unsubscribe_mail%%>" if by_mail else ""),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Archive": f"<{head.links.to('/newsletter')}>",
        "List-Help": f"<{head.links.to('/about')}>",
        "Feedback-ID": f"issue{issue.id}:{slug}:storywell:{head.links.host}",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }


def _slots(head: Letterhead, issue: Issue) -> list[Slot]:
    """Every slot a text may have. The addresses of one person differ from another's in their token alone."""
    links, slots = head.links.in_issue(issue.id), [Slot(tag="%%greeting%%", column=GREETING)]
    slots.append(Slot(tag="%%greeting_html%%", column=GREETING_HTML))
    addresses = {
        "%%unsubscribe_url%%": (SUBSCRIPTION, Purpose.SUBSCRIPTION, links.unsubscribe(0)),
        "%%preferences_url%%": (PREFERENCES, Purpose.PREFERENCES, links.preferences(0)),
        "%%unsubscribe_mail%%": (SUBSCRIPTION, Purpose.SUBSCRIPTION, links.unsubscribe_by_mail(0)),
    }
    for tag, (column, purpose, address) in addresses.items():
        if address:
            before, _, after = address.partition(head.tokens.seal(purpose, 0))
            slots.append(Slot(tag=tag, column=column, before=before, after=after, token=True))
    return slots


def _escaped(greetings: list[str]) -> list[str]:
    """The greetings as HTML. Few names hold anything to escape, so one look at all of them decides."""
    return [html.escape(words) for words in greetings] if _MARKUP.search("".join(greetings)) else greetings


def _phrase(words: str) -> str:
    """A name that may stand before the angle brackets of List-Id without quoting (RFC 5322 phrase, ASCII only)."""
    return "".join(char for char in words if char.isascii() and (char.isalnum() or char == " ")).strip()
