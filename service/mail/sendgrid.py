"""The SendGrid transport: up to 1,000 people in one request over a kept connection.

The vendor's own client is left aside: it has no time-outs, opens a connection for each request, and its debug log holds
the key. The API has no idempotency key, so a lost reply is an unknown outcome and stays one here. Nothing is logged:
neither bodies nor the key.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx
import orjson

from service.mail.message import Mailing, Misconfigured, OutcomeUnknown, Receipt, Rejected, TryLater
from service.mail.sendgrid_request import write_request

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0

_OUR_OWN_FAULT = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
)
"""Answers about the key or the address we call, not about a recipient: every request would be refused."""

_NOT_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteTimeout)
"""The request never was there as a whole, so it cannot have been accepted. TLS failures are ConnectErrors."""


class SendGridMailer:
    """Hands mail to SendGrid at `api_url` (https://api.sendgrid.com, https://api.eu.sendgrid.com, or a stand-in)."""

    largest = 1000

    def __init__(
        self,
        api_key: str,
        api_url: str,
        *,
        clock: Callable[[], datetime],
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._clock = clock
        self._client = httpx.Client(
            base_url=api_url,
            headers={
                "Authorization": f"Bearer {api_key}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
            timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
            trust_env=False,  # settings alone read the environment
        )

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Post the mailing. `rejected` names whom no request could hold; of the rest the vendor takes all or none."""
        if len(mailing.recipients) > self.largest:
            raise Rejected(f"{len(mailing.recipients)} recipients; SendGrid takes {self.largest} at most")
        body, rejected = write_request(mailing)
        if body is None:
            return Receipt("", rejected)
        return Receipt(self._outcome(self._post(body)), rejected)

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()

    def _post(self, body: bytes) -> httpx.Response:
        try:
            return self._client.post("/v3/mail/send", content=body)
        except _NOT_WRITTEN as error:
            raise TryLater(f"SendGrid could not be reached: {_kind(error)}") from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"SendGrid's reply was lost: {_kind(error)}") from error

    def _outcome(self, answer: httpx.Response) -> str:
        """The message id of an accepted request; anything else is one of the three errors of the port."""
        status, words = answer.status_code, _words(answer)
        reason = f"{status} {words or answer.reason_phrase}"
        if status == HTTPStatus.ACCEPTED:
            return str(answer.headers.get("X-Message-Id", ""))
        if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and words):
            raise TryLater(reason, after=_wait(answer.headers, self._clock()))
        if status in _OUR_OWN_FAULT:
            raise Misconfigured(reason)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Rejected(reason)
        raise OutcomeUnknown(reason)


def _words(answer: httpx.Response) -> str:
    """The vendor's own words from an error body; empty when it was not the API that spoke, but something before it."""
    try:
        errors = orjson.loads(answer.content)["errors"]
        parts = [f"{error['message']} ({error['field']})" if error["field"] else error["message"] for error in errors]
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return "; ".join(str(part) for part in parts)[:500]


def _wait(headers: httpx.Headers, now: datetime) -> float | None:
    """Seconds to wait, from Retry-After (seconds or a date, RFC 9110) or X-RateLimit-Reset (Unix time)."""
    again, reset = headers.get("Retry-After", ""), headers.get("X-RateLimit-Reset", "")
    try:
        if again:
            return float(again) if again.isdecimal() else _until(parsedate_to_datetime(again), now)
        return _until(datetime.fromtimestamp(int(reset), UTC), now) if reset else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _until(moment: datetime, now: datetime) -> float:
    return max(0.0, (moment - now).total_seconds())


def _kind(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
