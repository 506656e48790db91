"""The lists of addresses that SendGrid itself will not write to any more, read page by page.

Blocks are left out: SendGrid goes on trying those addresses, and so do we.
"""

from collections.abc import Iterator
from enum import StrEnum
from http import HTTPStatus

import orjson

from service.mail.sendgrid_client import READ_SECONDS, NotSent, ReplyLost, SendGridClient

PAGE = 500
"""The most that SendGrid gives at once."""


class ProviderList(StrEnum):
    """A list, by its name in the API."""

    BOUNCES = "bounces"
    INVALID = "invalid_emails"
    COMPLAINTS = "spam_reports"
    UNSUBSCRIBED = "unsubscribes"


class ListsUnavailable(Exception):
    """A page could not be read; the message says why, without an address in it."""


class SendGridSuppressions:
    """Reads the lists at `api_url` with a key that has the scope `suppression.read`."""

    def __init__(self, api_key: str, api_url: str, *, read_seconds: float = READ_SECONDS) -> None:
        self._client = SendGridClient(api_key, api_url, read_seconds=read_seconds)

    def pages(self) -> Iterator[tuple[ProviderList, list[str]]]:
        """Every list in pages of up to 500 addresses. Raises ListsUnavailable when SendGrid does not give one.

        A list is newest first, so what is added while it is read may come twice, and nothing is passed over.
        """
        for name in ProviderList:
            offset, rows = 0, PAGE
            while rows == PAGE:
                emails = self._page(name, offset)
                yield name, [email for email in emails if "@" in email]
                offset, rows = offset + PAGE, len(emails)

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()

    def _page(self, name: ProviderList, offset: int) -> list[str]:
        try:
            answer = self._client.request("GET", f"/v3/suppression/{name}?limit={PAGE}&offset={offset}")
            if answer.status != HTTPStatus.OK:
                raise ListsUnavailable(f"{name}: {answer.status}")
            return [str(row["email"]) for row in orjson.loads(answer.body)]
        except (NotSent, ReplyLost, ValueError, LookupError, TypeError) as error:
            raise ListsUnavailable(f"{name}: {type(error).__name__}") from error
