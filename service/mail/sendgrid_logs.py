"""SendGrid's Email Logs: what it sent to an address, message by message.

They cannot be searched by custom arguments, so a search by address finds the messages and each one's detail has the
delivery key. What is not there proves nothing: an entry may come late.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson

from service.mail.schedule import ProviderAway
from service.mail.sendgrid_client import Answer, SendGridClient
from service.mail.sendgrid_schedule import ask, words_of

MOST_MESSAGES = 10
"""Of one address; each costs a request."""


class SendGridLogs:
    """Reads through `client` with a key that has the scope `messages.read`, where the plan has the logs."""

    def __init__(self, client: SendGridClient) -> None:
        self._client = client

    def deliveries_to(self, address: str, since: datetime) -> Iterator[str]:
        """The `delivery` argument of each message to `address` since then. Raises ProviderAway."""
        if '"' in address:  # the query has no way to write one
            return
        moment = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}"
        query = f'to_email = "{address}" AND sg_message_id_created_at >= TIMESTAMP "{moment}"'
        body = orjson.dumps({"query": query, "limit": MOST_MESSAGES})
        found = _read(ask(self._client, "POST", "/v3/logs", body)).get("messages", [])
        for message in found:
            detail = _read(ask(self._client, "GET", f"/v3/logs/{message['sg_message_id']}"))
            arguments = detail.get("custom_args")
            if isinstance(arguments, dict) and "delivery" in arguments:
                yield str(arguments["delivery"])


def _read(answer: Answer) -> dict[str, Any]:
    try:
        document = orjson.loads(answer.body) if answer.status == HTTPStatus.OK else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ProviderAway(words_of(answer))
    return document
