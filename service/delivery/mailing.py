"""From a variant and its readers to a mailing: what is personal is filled into slots, everything else is shared."""

import html
from collections.abc import Iterable

from service.delivery.model import Variant
from service.issues.model import Issue
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing, Recipient
from service.tokens import Purpose


def write_mailing(
    head: Letterhead, issue: Issue, variant: Variant, people: Iterable[tuple[int, int, str, str, str]]
) -> Mailing:
    """One mailing to (delivery id, subscription id, address, name, locale) of everybody in a batch."""
    newsletter = issue.newsletter
    return Mailing(
        name=f"issue-{issue.id}",
        sender=Address.parse(newsletter.sender) if newsletter.sender else head.sender,
        reply_to=head.reply_to,
        subject=variant.subject,
        text=variant.text,
        html=variant.html,
        lang=variant.lang,
        headers=list_headers(head, issue),
        recipients=[_recipient(head, *person) for person in people],
    )


def list_headers(head: Letterhead, issue: Issue) -> dict[str, str]:
    """The headers of a list: RFC 2919 (List-Id), RFC 2369 (List-*), RFC 8058 (one-click), and Gmail's Feedback-ID."""
    newsletter, by_mail = issue.newsletter, head.links.unsubscribe_mailbox
    return {
        "List-Id": f"{_phrase(newsletter.name)} <{newsletter.slug}.{head.links.host}>",
        "List-Unsubscribe": "<%%unsubscribe_url%%>" + (", <%%unsubscribe_mail%%>" if by_mail else ""),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Archive": f"<{head.links.to('/newsletter')}>",
        "List-Help": f"<{head.links.to('/about')}>",
        "Feedback-ID": f"issue{issue.id}:{newsletter.slug}:storywell:{head.links.host}",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }


def _recipient(
    head: Letterhead, delivery_id: int, subscription_id: int, email: str, name: str, _locale: str
) -> Recipient:
    greeting = f"Hello {name}," if name else "Hello,"
    by_mail = head.links.unsubscribe_by_mail(subscription_id)
    return Recipient(
        to=Address(email, name),
        delivery=head.tokens.seal(Purpose.DELIVERY, delivery_id),
        slots={
            "%%greeting%%": greeting,
            "%%greeting_html%%": html.escape(greeting),
            "%%unsubscribe_url%%": head.links.unsubscribe(subscription_id),
            "%%preferences_url%%": head.links.preferences(subscription_id),
            **({"%%unsubscribe_mail%%": by_mail} if by_mail else {}),
        },
    )


def _phrase(words: str) -> str:
    """A name that may stand before the angle brackets of List-Id without quoting (RFC 5322 phrase, ASCII only)."""
    return "".join(char for char in words if char.isascii() and (char.isalnum() or char == " ")).strip()
