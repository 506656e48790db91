"""SendGrid's scheduled sends: a batch id is made before the request that carries it, and cancelled by it afterwards.

Facts: a cancel is only certain up to ten minutes before `send_at`; a cancelled batch is kept and thrown away when it is
due; the second change of a batch is a PATCH (a second POST is a 400); few batches may be cancelled at one time.
"""

from http import HTTPStatus

import orjson

from service.mail.schedule import NoRoom, NotCalledBack, ProviderAway
from service.mail.sendgrid_client import Answer, NotSent, ReplyLost, SendGridClient

SENDS = "/v3/user/scheduled_sends"
CANCEL = "cancel"


class SendGridSchedule:
    """Speaks to `client` with a key that has the scopes `mail.batch.create` and `user.scheduled_sends.*`."""

    def __init__(self, client: SendGridClient) -> None:
        self._client = client

    def new_batch(self) -> str:
        """POST /v3/mail/batch. Raises ProviderAway."""
        answer = ask(self._client, "POST", "/v3/mail/batch")
        batch_id = _field(answer, "batch_id") if answer.status == HTTPStatus.CREATED else ""
        if not batch_id:
            raise ProviderAway(f"no batch id: {words_of(answer)}")
        return batch_id

    def call_back(self, provider_batch: str) -> None:
        """Cancel, and look whether it is cancelled: only that look counts, whatever the first answer was."""
        said = self._cancel("POST", SENDS, provider_batch)
        standing = self._standing(provider_batch)
        if standing not in {CANCEL, ""}:  # paused by somebody
            said = self._cancel("PATCH", f"{SENDS}/{provider_batch}", provider_batch)
            standing = self._standing(provider_batch)
        if standing == CANCEL:
            return
        if "maximum" in words_of(said).lower():
            raise NoRoom(words_of(said))
        raise NotCalledBack(words_of(said))

    def is_called_back(self, provider_batch: str) -> bool:
        """GET /v3/user/scheduled_sends/{id}: an array, empty when nothing holds the batch back."""
        return self._standing(provider_batch) == CANCEL

    def forget(self, provider_batch: str) -> None:
        """DELETE /v3/user/scheduled_sends/{id}; one that is not there (any more) is forgotten too."""
        answer = ask(self._client, "DELETE", f"{SENDS}/{provider_batch}")
        if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}:
            raise ProviderAway(words_of(answer))

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()

    def _cancel(self, method: str, path: str, provider_batch: str) -> Answer:
        body = {"status": CANCEL} if method == "PATCH" else {"batch_id": provider_batch, "status": CANCEL}
        return ask(self._client, method, path, orjson.dumps(body))

    def _standing(self, provider_batch: str) -> str:
        answer = ask(self._client, "GET", f"{SENDS}/{provider_batch}")
        if answer.status != HTTPStatus.OK:
            raise ProviderAway(words_of(answer))
        try:
            return next((row["status"] for row in orjson.loads(answer.body) if row["batch_id"] == provider_batch), "")
        except (ValueError, LookupError, TypeError) as error:
            raise ProviderAway("its answer cannot be read") from error


def ask(client: SendGridClient, method: str, path: str, body: bytes = b"") -> Answer:
    """Ask something that may be asked again. Raises ProviderAway when there is no answer, or it says "later"."""
    try:
        answer = client.request(method, path, body)
    except (NotSent, ReplyLost) as error:
        raise ProviderAway(str(error)) from error
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ProviderAway(words_of(answer))
    return answer


def words_of(answer: Answer) -> str:
    """The status, and the vendor's words when there are any."""
    try:
        errors = orjson.loads(answer.body)["errors"]
        return f"{answer.status} " + "; ".join(str(error["message"]) for error in errors)[:300]
    except (ValueError, LookupError, TypeError):
        return f"{answer.status} {answer.reason}"


def _field(answer: Answer, name: str) -> str:
    try:
        return str(orjson.loads(answer.body)[name])
    except (ValueError, LookupError, TypeError):
        return ""
