"""The endpoints beside mail/send: batches and their schedule, suppressions, logs, erasure."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import letter

HOUR = 3600


@pytest.fixture
def batch_id(client: httpx.Client) -> str:
    return str(client.post("/v3/mail/batch").json()["batch_id"])


def test_a_batch_id_is_made_and_checked(client: httpx.Client, batch_id: str) -> None:
    """201 with the id; later 200 for it and 400 for any other (OpenAPI)."""
    assert client.get(f"/v3/mail/batch/{batch_id}").json() == {"batch_id": batch_id}
    assert client.get("/v3/mail/batch/unknown").status_code == 400


def test_a_cancelled_batch_is_not_going_out(standin: SendGridStandin, client: httpx.Client, batch_id: str) -> None:
    """Cancelled more than ten minutes ahead: accepted, and no double when it is sent again."""
    client.post("/v3/mail/send", json=letter(send_at=int(time.time()) + HOUR, batch_id=batch_id))
    answer = client.post("/v3/user/scheduled_sends", json={"batch_id": batch_id, "status": "cancel"})
    client.post("/v3/mail/send", json=letter())

    assert (answer.status_code, answer.json()) == (201, {"batch_id": batch_id, "status": "cancel"})
    assert [message.fate for message in standin.messages()] == ["cancelled", "sent"]
    assert standin.counts()["doubles"] == {}


def test_accepted_after_the_cancel_is_cancelled_too(
    standin: SendGridStandin, client: httpx.Client, batch_id: str
) -> None:
    """A request that arrives late under a cancelled batch id is discarded like the rest."""
    client.post("/v3/user/scheduled_sends", json={"batch_id": batch_id, "status": "cancel"})
    client.post("/v3/mail/send", json=letter(send_at=int(time.time()) + HOUR, batch_id=batch_id))

    assert standin.messages()[0].fate == "cancelled"


@pytest.mark.parametrize(("policy", "status"), [("refuse", 400), ("ignore", 201)])
def test_a_cancel_within_ten_minutes_has_no_effect(
    standin: SendGridStandin, client: httpx.Client, batch_id: str, policy: str, status: int
) -> None:
    """Whatever the answer, which is undocumented, the mail leaves (A1)."""
    standin.configure(late_cancel=policy)
    client.post("/v3/mail/send", json=letter(send_at=int(time.time()) + 500, batch_id=batch_id))

    answer = client.post("/v3/user/scheduled_sends", json={"batch_id": batch_id, "status": "cancel"})

    assert answer.status_code == status
    assert standin.messages()[0].fate == "scheduled"


def test_the_second_change_is_a_patch(client: httpx.Client, batch_id: str) -> None:
    """POST again is 400; PATCH is 204 (scheduled_sends spec)."""
    first, again = ({"batch_id": batch_id, "status": status} for status in ("pause", "cancel"))
    client.post("/v3/user/scheduled_sends", json=first)

    assert client.post("/v3/user/scheduled_sends", json=again).status_code == 400
    assert client.patch(f"/v3/user/scheduled_sends/{batch_id}", json={"status": "cancel"}).status_code == 204
    assert client.get("/v3/user/scheduled_sends").json() == [again]


def test_a_pause_can_be_lifted(standin: SendGridStandin, client: httpx.Client, batch_id: str) -> None:
    """DELETE lets the batch go; it is then scheduled as before."""
    client.post("/v3/mail/send", json=letter(send_at=int(time.time()) + HOUR, batch_id=batch_id))
    client.post("/v3/user/scheduled_sends", json={"batch_id": batch_id, "status": "pause"})
    paused = standin.messages()[0].fate
    client.delete(f"/v3/user/scheduled_sends/{batch_id}")

    assert (paused, standin.messages()[0].fate) == ("paused", "scheduled")
    assert client.get(f"/v3/user/scheduled_sends/{batch_id}").json() == []


def test_changing_what_was_never_changed_is_404(client: httpx.Client, batch_id: str) -> None:
    """PATCH and DELETE need a pause or cancel to work on."""
    assert client.patch(f"/v3/user/scheduled_sends/{batch_id}", json={"status": "cancel"}).status_code == 404
    assert client.delete(f"/v3/user/scheduled_sends/{batch_id}").status_code == 404


def test_only_so_many_batches_at_a_time(standin: SendGridStandin, client: httpx.Client) -> None:
    """Beyond the account's limit of cancellations and pauses: 400."""
    standin.configure(cancel_limit=1)
    batches = [client.post("/v3/mail/batch").json()["batch_id"] for _ in range(2)]

    statuses = [
        client.post("/v3/user/scheduled_sends", json={"batch_id": batch, "status": "cancel"}).status_code
        for batch in batches
    ]

    assert statuses == [201, 400]


@pytest.mark.parametrize("name", ["bounces", "blocks", "invalid_emails", "spam_reports", "unsubscribes"])
def test_suppressions_are_listed_by_time_and_page(standin: SendGridStandin, client: httpx.Client, name: str) -> None:
    """Newest first; start_time and end_time inclusive; limit and offset (A6)."""
    for created in (100, 200, 300, 400):
        standin.suppress(name, f"reader{created}@example.org", created=created, reason="550 gone")

    page = client.get(f"/v3/suppression/{name}?start_time=200&end_time=400&limit=2&offset=1").json()

    assert [row["created"] for row in page] == [300, 200]
    assert page[0] == {"created": 300, "email": "reader300@example.org", "reason": "550 gone"}


def test_a_page_is_at_most_500(client: httpx.Client) -> None:
    """A larger limit is refused (A6)."""
    assert client.get("/v3/suppression/bounces?limit=501").status_code == 400


def test_global_suppressions_are_the_unsubscribed(standin: SendGridStandin, client: httpx.Client) -> None:
    """Two addresses for one list."""
    standin.suppress("unsubscribes", "cleo@example.org", created=100)

    assert client.get("/v3/asm/suppressions/global").json() == [{"created": 100, "email": "cleo@example.org"}]


def test_the_log_finds_a_message_by_reader(standin: SendGridStandin, client: httpx.Client) -> None:
    """POST /v3/logs by to_email, then the detail with its custom args (OpenAPI)."""
    client.post("/v3/mail/send", json=letter("ada@example.org", "ben@example.org"))

    query = "to_email = 'ben@example.org' AND sg_message_id_created_at > TIMESTAMP \"2025-01-01T00:00:00Z\""
    (found,) = client.post("/v3/logs", json={"query": query}).json()["messages"]
    detail = client.get(f"/v3/logs/{found['sg_message_id']}").json()

    assert found["sg_message_id"].startswith(standin.requests()[0]["message_id"])
    assert detail["custom_args"] == {"delivery": "d-ben"}


def test_the_log_refuses_undocumented_fields(client: httpx.Client) -> None:
    """Custom args cannot be searched for."""
    assert client.post("/v3/logs", json={"query": "delivery = 'd-ben'"}).status_code == 400


def test_without_the_plan_there_is_no_log(standin: SendGridStandin, client: httpx.Client) -> None:
    """403 for both endpoints (A3)."""
    standin.configure(logs=False)

    assert client.post("/v3/logs", json={}).status_code == 403
    assert client.get("/v3/logs/any").status_code == 403


def test_erasure_is_a_job(standin: SendGridStandin, client: httpx.Client) -> None:
    """202 and a job id for up to 5000 addresses; 400 for more (A3)."""
    answer = client.post("/v3/recipients/erasejob", json={"email_addresses": ["ada@example.org"]})
    too_many = client.post("/v3/recipients/erasejob", json={"email_addresses": ["a"] * 5001})

    assert (answer.status_code, too_many.status_code) == (202, 400)
    assert standin.erased == ["ada@example.org"]
