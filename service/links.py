"""Every address we print in a page or a mail, made in one place."""

from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from service.tokens import Purpose, Tokens


@dataclass(frozen=True)
class Links:
    """Builds absolute addresses from the public address of the site (no trailing slash)."""

    site_url: str
    tokens: Tokens
    unsubscribe_mailbox: str = ""
    """The mailbox that takes unsubscriptions by mail; empty when there is none."""
    issue: int = 0
    """The row id of the issue that the links stand in; 0 on pages and in other mails."""

    @property
    def host(self) -> str:
        """The host name of the site, as List-Id and Message-ID want it."""
        return urlsplit(self.site_url).hostname or "localhost"

    def to(self, path: str) -> str:
        """An absolute address for a path that begins with a slash."""
        return self.site_url + quote(path, safe="/-._~?=&#")

    def in_issue(self, issue: int) -> "Links":
        """The links of an issue's mail (its row id). They say which issue they stood in by a number, which is the same
        for every reader and names no illness."""
        return replace(self, issue=issue)

    def page(self, path: str) -> str:
        """A page, marked with the issue that the link stands in."""
        return self.to(path + (f"?issue={self.issue}" if self.issue else ""))

    def story(self, slug: str) -> str:
        """A published story."""
        return self.page(f"/stories/{slug}")

    def article(self, section: str, slug: str) -> str:
        """An article in its section."""
        return self.page(f"/{section}/{slug}")

    def share(self) -> str:
        """Where somebody begins to tell a story."""
        return self.page("/stories/share")

    def archive(self, slug: str) -> str:
        """The web copy of an issue, without anyone's token in it."""
        return self.page(f"/newsletter/{slug}")

    def confirm(self, token: str) -> str:
        """The confirmation page of a fresh token."""
        return self.to(f"/confirm/{token}")

    def prove_story(self, token: str) -> str:
        """The page that proves the address of somebody who told a story, with a fresh token."""
        return self.to(f"/stories/share/prove/{token}")

    def draft(self, draft: int) -> str:
        """The page of a draft (its row id) at which its teller goes on."""
        return self.to(f"/stories/share/{self.tokens.seal(Purpose.DRAFT, draft)}")

    def picture(self, asset_key: str, width: int) -> str:
        """A picture of a story in one of its widths."""
        return self.to(f"/media/{asset_key}-{width}.jpg")

    def portal(self, token: str) -> str:
        """The storytellers' door, with a fresh token that opens it once."""
        return self.to(f"/portal/{token}")

    def own_story(self, story: int) -> str:
        """Where the mails about a story (its row id) lead its teller: hide it, take it back, or ask for the way in."""
        return self.to(f"/portal/story/{self.tokens.seal(Purpose.STORY, story)}")

    def receipt(self, story: int) -> str:
        """What its teller is shown of a story (its row id) that they took back: each place, and when it was clean."""
        return self.to(f"/portal/receipt/{self.tokens.seal(Purpose.RECEIPT, story)}")

    def unsubscribe(self, subscription: int) -> str:
        """The unsubscribe address of a subscription (its row id): a page for GET, RFC 8058 one-click for POST."""
        return self.page(f"/unsubscribe/{self.tokens.seal(Purpose.SUBSCRIPTION, subscription)}")

    def unsubscribe_by_mail(self, subscription: int) -> str:
        """The `mailto:` address (RFC 6068) that ends a subscription (its row id), with the issue's number behind a dot;
        empty without a mailbox for it."""
        if not self.unsubscribe_mailbox:
            return ""
        local, _, domain = self.unsubscribe_mailbox.rpartition("@")
        issue = f".{self.issue}" if self.issue else ""
        return f"mailto:{quote(local)}+{self.tokens.seal(Purpose.SUBSCRIPTION, subscription)}{issue}@{domain}"

    def preferences(self, subscription: int) -> str:
        """The preference page of the reader behind a subscription (its row id)."""
        return self.page(f"/preferences/{self.tokens.seal(Purpose.PREFERENCES, subscription)}")

    def desk(self, path: str = "") -> str:
        """A page of the editors' desk."""
        return self.to(f"/desk{path}")
