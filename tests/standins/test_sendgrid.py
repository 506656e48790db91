"""The stand-in answers, keeps and counts mail as SENDGRID.md says."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import httpx
import pytest

from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY, client_of, letter, to


def test_accepted_is_202_with_a_message_id_and_no_body(client: httpx.Client) -> None:
    """202 says queued: an empty body and X-Message-Id, one per request (A2)."""
    answer = client.post("/v3/mail/send", json=letter("ada@example.org", "ben@example.org"))

    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["X-Message-Id"]


def test_every_answer_tells_the_rate(client: httpx.Client) -> None:
    """X-RateLimit-Limit, -Remaining and -Reset (unix time) are on answers (A2)."""
    headers = client.get("/v3/scopes").headers

    assert int(headers["X-RateLimit-Remaining"]) < int(headers["X-RateLimit-Limit"])
    assert int(headers["X-RateLimit-Reset"]) >= int(time.time())


def test_beyond_the_rate_is_429(standin: SendGridStandin, client: httpx.Client) -> None:
    """The request after the last allowed one in a window is refused, and nothing is kept."""
    standin.configure(rate_limit=2, rate_window=60.0)

    statuses = [client.post("/v3/mail/send", json=letter()).status_code for _ in range(3)]

    assert statuses == [202, 202, 429]
    assert standin.counts()["requests"] == 2


@pytest.mark.parametrize("credentials", [None, "Bearer SG.wrong", "SG.test"])
def test_a_missing_or_wrong_key_is_401(standin: SendGridStandin, credentials: str | None) -> None:
    """Only `Bearer` and the right key open the door (A2)."""
    answer = httpx.post(
        f"{standin.url}/v3/mail/send", json=letter(), headers={"Authorization": credentials} if credentials else {}
    )

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["field"] is None


def test_a_key_without_the_scope_is_403(standin: SendGridStandin, client: httpx.Client) -> None:
    """A key without mail.send can ask for its scopes and cannot send (A3)."""
    standin.configure(scopes=["user.scheduled_sends.read"])

    assert client.get("/v3/scopes").json() == {"scopes": ["user.scheduled_sends.read"]}
    assert client.post("/v3/mail/send", json=letter()).status_code == 403


def test_unknown_paths_and_methods(client: httpx.Client) -> None:
    """404 and 405, in the same error shape (A2)."""
    assert client.get("/v3/nowhere").status_code == 404
    assert client.get("/v3/mail/send").status_code == 405


def test_the_connection_is_kept(standin: SendGridStandin, client: httpx.Client) -> None:
    """Two requests, one socket: HTTP/1.1 with keep-alive."""
    first = client.post("/v3/mail/send", json=letter()).extensions["network_stream"]
    second = client.post("/v3/mail/send", json=letter()).extensions["network_stream"]

    assert first.get_extra_info("client_addr") == second.get_extra_info("client_addr")


def test_sandbox_mode_is_200_and_keeps_nothing(standin: SendGridStandin, client: httpx.Client) -> None:
    """Validated, not accepted (A2)."""
    answer = client.post("/v3/mail/send", json=letter(mail_settings={"sandbox_mode": {"enable": True}}))

    assert answer.status_code == 200
    assert standin.counts()["requests"] == 0


def test_each_reader_gets_their_own_text(standin: SendGridStandin, client: httpx.Client) -> None:
    """Substitutions reach subject, text and html, of that reader only (A1)."""
    client.post("/v3/mail/send", json=letter("ada@example.org", "ben@example.org"))

    (ben,) = standin.messages(to="BEN@example.org")

    assert (ben.subject, ben.text, ben.html) == ("Hello Ben", "Dear Ben", "<p>Dear Ben</p>")
    assert ben.custom_args == {"delivery": "d-ben"}


def test_personalizations_override_the_message(standin: SendGridStandin, client: httpx.Client) -> None:
    """Headers, subject and custom args: the reader's own win (A1)."""
    ada = to("ada@example.org", subject="For you", headers={"X-A": "hers"}, custom_args={"issue": "2"})
    body = letter(personalizations=[ada], headers={"X-A": "all", "X-B": "all"}, custom_args={"issue": "1", "run": "7"})
    client.post("/v3/mail/send", json=body)

    (message,) = standin.messages()

    assert message.subject == "For you"
    assert message.custom_args == {"issue": "2", "run": "7"}
    assert message.headers == {
        "From": "Letters <letters@example.org>",
        "To": "ada@example.org",
        "X-A": "hers",
        "X-B": "all",
    }


def test_a_value_is_never_read_as_a_tag(standin: SendGridStandin, client: httpx.Client) -> None:
    """Tags are replaced in one pass."""
    tricky = to("ada@example.org", substitutions={"-name-": "-token-", "-token-": "secret"})
    client.post("/v3/mail/send", json=letter(personalizations=[tricky]))

    assert standin.messages()[0].text == "Dear -token-"


def test_doubles_are_counted(standin: SendGridStandin, client: httpx.Client) -> None:
    """The same address or delivery id in two accepted requests shows up; others do not."""
    client.post("/v3/mail/send", json=letter("ada@example.org", "ben@example.org"))
    client.post("/v3/mail/send", json=letter("Ada@example.org"))

    counts = standin.counts()

    assert (counts["requests"], counts["recipients"], counts["going_out"]) == (2, 3, 3)
    assert counts["doubles"] == {"ada@example.org": 2}


def test_refusals_are_counted_and_not_kept(standin: SendGridStandin, client: httpx.Client) -> None:
    """Accepted and refused are separate sums."""
    client.post("/v3/mail/send", json=letter(subject=None))
    client.post("/v3/mail/send", json=letter())

    counts = standin.counts()

    assert (counts["requests"], counts["refused"], counts["answers"]) == (1, 1, {"400": 1, "202": 1})


def test_reset_forgets(standin: SendGridStandin, client: httpx.Client) -> None:
    """After a reset nothing was ever accepted."""
    client.post("/v3/mail/send", json=letter())

    standin.reset()

    assert standin.counts()["recipients"] == 0
    assert standin.messages() == []


def test_keeping_only_counts(tmp_path: Path) -> None:
    """Without bodies: who was accepted, with which custom args, and doubles are still known."""
    with SendGridStandin(api_key=KEY, keep="counts") as standin, client_of(standin) as client:
        for _ in range(2):
            client.post("/v3/mail/send", json=letter("ada@example.org"))

        assert standin.requests()[0]["body"] is None
        assert standin.messages()[0].custom_args == {"delivery": "d-ada"}
        assert standin.counts()["delivery_doubles"] == {"d-ada": 2}


def test_the_log_is_written_before_the_reply(tmp_path: Path) -> None:
    """One JSON line per accepted request: time, message id, delivery ids, addresses."""
    log = tmp_path / "accepted.jsonl"
    with SendGridStandin(api_key=KEY, log=log) as standin, client_of(standin) as client:
        answer = client.post("/v3/mail/send", json=letter("ada@example.org", "ben@example.org"))

        (line,) = map(json.loads, log.read_text().splitlines())

    assert line["message_id"] == answer.headers["X-Message-Id"]
    assert (line["deliveries"], line["addresses"]) == (["d-ada", "d-ben"], ["ada@example.org", "ben@example.org"])


def test_the_log_is_appended_to(tmp_path: Path) -> None:
    """A second run adds to the file of the first."""
    log = tmp_path / "accepted.jsonl"
    for _ in range(2):
        with SendGridStandin(api_key=KEY, log=log) as standin, client_of(standin) as client:
            client.post("/v3/mail/send", json=letter())

    assert len(log.read_text().splitlines()) == 2


def test_malformed_json_is_400(client: httpx.Client) -> None:
    """Not JSON: one problem without a field."""
    answer = client.post("/v3/mail/send", content=b"{", headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"message": "Bad Request", "field": None, "help": None}]


def test_another_content_type_is_415(client: httpx.Client) -> None:
    """Only JSON is read."""
    assert client.post("/v3/mail/send", content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415


@pytest.mark.parametrize(("allowed", "status"), [(False, 400), (True, 202)])
def test_gzip_is_for_accounts_that_asked(
    standin: SendGridStandin, client: httpx.Client, allowed: bool, status: int
) -> None:
    """A compressed body is accepted only where support switched it on (A1)."""
    standin.configure(gzip=allowed)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    answer = client.post("/v3/mail/send", content=gzip.compress(json.dumps(letter()).encode()), headers=headers)

    assert answer.status_code == status


def test_over_30_mb_is_413_as_html(standin: SendGridStandin, client: httpx.Client) -> None:
    """The gateway answers, not the API (A1)."""
    answer = client.post("/v3/mail/send", content=b" " * (30 * 1024 * 1024 + 1))

    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "text/html"
    assert "nginx" in answer.text
    assert standin.counts()["answers"] == {"413": 1}


def test_the_control_endpoints_show_the_same(standin: SendGridStandin, client: httpx.Client) -> None:
    """What Python sees is what GET /_control/ tells, without any key."""
    client.post("/v3/mail/send", json=letter("ada@example.org", "ben@example.org"))

    with httpx.Client(base_url=f"{standin.url}/_control", verify=False) as control:
        assert control.get("/counts").json() == standin.counts()
        assert control.get("/counts?doubles=0").json() == standin.counts(doubles=False)
        assert control.get("/messages?to=ben@example.org").json()[0]["text"] == "Dear Ben"
        assert control.get("/requests").json()[0]["body"] == letter("ada@example.org", "ben@example.org")
        assert control.post("/suppress", json={"list": "bounces", "email": "ada@example.org"}).json() == {}
        assert client.get("/v3/suppression/bounces").json()[0]["email"] == "ada@example.org"
        assert control.post("/account", json={"moon": "full"}).status_code == 400
        assert control.post("/reset").json() == {}
        assert control.get("/counts").json()["requests"] == 0


@pytest.mark.parametrize("order", [{"do": "explode"}, {"do": "answer", "when": {"moon": "full"}}])
def test_an_unreadable_order_is_refused(standin: SendGridStandin, order: dict[str, object]) -> None:
    """A typing error in a rule is a 400 with the reason, never a rule that silently does nothing."""
    answer = httpx.post(f"{standin.url}/_control/behave", json=order)

    assert answer.status_code == 400
    assert "error" in answer.json()
