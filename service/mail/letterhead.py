"""What every mail of the house has in common, and how one letter to one person is made from a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe

from service.links import Links
from service.mail.message import Address, Mailing, Recipient
from service.mail.rendering import Rendered, Templates
from service.tokens import Tokens

_FROM_A_MACHINE = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}
"""RFC 3834, and its elder cousin that Exchange obeys: an out-of-office reply must not answer a letter of ours."""

_LETTER = "letter"
"""The name of every letter at the provider, who keeps it with the address: a template's name would tell too much."""


@dataclass(frozen=True)
class Letterhead:
    """Who writes, how links are made, and the templates."""

    links: Links
    tokens: Tokens
    sender: Address
    reply_to: Address | None
    organisation: str
    postal_address: str
    templates: Templates

    def write(self, template: str, *, lang: str, **words: object) -> Rendered:
        """The subject, text and HTML of a template with the head's own words and `words`. Raises BadTemplate."""
        head = {
            "organisation": self.organisation,
            "postal_address": self.postal_address,
            "site_url": self.links.site_url,
        }
        return self.templates.render(template, lang=lang, **head, **words)

    def letter(
        self, template: str, to: Address, *, lang: str, headers: Mapping[str, str] | None = None, **words: object
    ) -> Mailing:
        """A mailing to one person, marked as written by a machine, under a random delivery id."""
        page = self.write(template, lang=lang, **words)
        return Mailing(
            name=_LETTER,
            sender=self.sender,
            reply_to=self.reply_to,
            subject=page.subject,
            text=page.text,
            html=page.html,
            lang=lang,
            recipients=[Recipient(to=to, delivery=token_urlsafe(16))],
            headers=_FROM_A_MACHINE | dict(headers or {}),
        )
