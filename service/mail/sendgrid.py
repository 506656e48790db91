"""The SendGrid transport: up to 1,000 people in one request over a kept connection.

The vendor's own client is left aside: it has no time-outs, opens a connection for each request, and its debug log holds
the key. The API has no idempotency key, so a lost reply is an unknown outcome and stays one here. Nothing is logged:
neither bodies nor the key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import orjson

from service.mail.bulk import Circular, Group, GroupReceipt, gather
from service.mail.message import Mailing, Misconfigured, OutcomeUnknown, Receipt, Rejected, TryLater
from service.mail.sendgrid_client import READ_SECONDS, Answer, NotSent, ReplyLost, SendGridClient
from service.mail.sendgrid_request import CompiledRequest

_OUR_OWN_FAULT = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
)
"""Answers about the key or the address we call, not about a recipient: every request would be refused."""


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
        self.client = SendGridClient(api_key, api_url, read_seconds=read_seconds)

    def prepare(self, circular: Circular) -> "PreparedRequest":
        """Escape everything that is the same for everybody. Raises Rejected."""
        return PreparedRequest(self, CompiledRequest(circular))

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Post the mailing. `rejected` names whom no request could hold; of the rest the vendor takes all or none."""
        circular, group = gather(mailing)
        receipt = self.prepare(circular).hand_over(group)
        return Receipt(receipt.message_id, receipt.rejected)

    def close(self) -> None:
        """Let go of open connections."""
        self.client.close()

    def post(self, body: bytes) -> tuple[str, float | None]:
        """The message id of an accepted request and the rest it asks for; anything else is an error of the port."""
        try:
            answer = self.client.request("POST", "/v3/mail/send", body)
        except NotSent as error:
            raise TryLater(f"SendGrid could not be reached: {error}") from error
        except ReplyLost as error:
            raise OutcomeUnknown(f"SendGrid's reply was lost: {error}") from error
        return self._outcome(answer)

    def _outcome(self, answer: Answer) -> tuple[str, float | None]:
        status, words = answer.status, _words(answer)
        reason = f"{status} {words or answer.reason}"
        if status == HTTPStatus.ACCEPTED:
            used_up = answer.headers.get("X-RateLimit-Remaining") == "0"
            return answer.headers.get("X-Message-Id", ""), _wait(answer.headers, self._clock()) if used_up else None
        if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and words):
            raise TryLater(reason, after=_wait(answer.headers, self._clock()))
        if status in _OUR_OWN_FAULT:
            raise Misconfigured(reason)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Rejected(reason)
        raise OutcomeUnknown(reason)


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A circular that SendGrid takes a thousand people at a time."""

    mailer: SendGridMailer
    request: CompiledRequest

    def hand_over(self, group: Group) -> GroupReceipt:
        """Post the group. `rejected` names whom no request could hold; of the rest the vendor takes all or none."""
        if len(group) > self.mailer.largest:
            raise Rejected(f"{len(group)} recipients; SendGrid takes {self.mailer.largest} at most")
        body, rejected = self.request.write(group)
        if body is None:
            return GroupReceipt("", rejected)
        message_id, rest = self.mailer.post(body)
        return GroupReceipt(message_id, rejected, rest=rest)


def _words(answer: Answer) -> str:
    """The vendor's own words from an error body; empty when it was not the API that spoke, but something before it."""
    try:
        errors = orjson.loads(answer.body)["errors"]
        parts = [f"{error['message']} ({error['field']})" if error["field"] else error["message"] for error in errors]
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return "; ".join(str(part) for part in parts)[:500]


def _wait(headers: Message, now: datetime) -> float | None:
    """Seconds to wait, from Retry-After (seconds or a date, RFC 9110) or X-RateLimit-Reset (Unix time).

    A moment is held against the vendor's own clock (Date), whatever ours says; against ours where there is none.
    """
    again, reset = headers.get("Retry-After", ""), headers.get("X-RateLimit-Reset", "")
    try:
        if again:
            return float(again) if again.isdecimal() else _until(parsedate_to_datetime(again), headers, now)
        return _until(datetime.fromtimestamp(int(reset), UTC), headers, now) if reset else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _until(moment: datetime, headers: Message, now: datetime) -> float:
    said = headers.get("Date")
    return max(0.0, (moment - (parsedate_to_datetime(said) if said else now)).total_seconds())
