"""The stand-in's webhook posts: signed as the official library verifies, shaped and misshaped as the real ones."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sendgrid.helpers.eventwebhook import EventWebhook

from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_answers import Json
from tests.standins.sendgrid_cast import KEY, Post, Receiver, client_of, letter, to
from tests.standins.sendgrid_webhook import SIGNATURE, TIMESTAMP, SigningKey


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def standin(receiver: Receiver) -> Iterator[SendGridStandin]:
    with SendGridStandin(api_key=KEY, webhook_url=receiver.url) as standin:
        yield standin


@pytest.fixture
def message_id(standin: SendGridStandin) -> str:
    """Ada and Ben have been written to."""
    with client_of(standin) as client:
        answer = client.post("/v3/mail/send", json=letter("ada@example.org", "ben@example.org", categories=["news"]))
    return str(answer.headers["X-Message-Id"])


def events(receiver: Receiver) -> list[Json]:
    return [event for post in receiver.posts for event in json.loads(post.body)]


def verified(post: Post, public_key: str) -> bool:
    """The verdict of the official library."""
    webhook = EventWebhook(public_key)
    return bool(webhook.verify_signature(post.body.decode(), post.headers[SIGNATURE], post.headers[TIMESTAMP]))


def test_the_official_library_verifies_the_post(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """ECDSA P-256 over timestamp and raw body, key as the dashboard shows it (A4)."""
    standin.post_events()

    assert verified(receiver.posts[0], standin.webhook_public_key)


def test_a_changed_byte_does_not_verify(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """Re-serialising the body breaks the signature, as with the real one (python #950)."""
    standin.post_events()
    rewritten = json.dumps(json.loads(receiver.posts[0].body)).encode()

    assert not verified(receiver.posts[0]._replace(body=rewritten), standin.webhook_public_key)


def test_events_are_separated_by_crlf(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """A JSON array, a CRLF after each event and at the end (nodejs #1321)."""
    standin.post_events()

    body = receiver.posts[0].body
    assert (body.count(b"},\r\n{"), body[-3:]) == (3, b"]\r\n")


def test_processed_and_delivered(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """Custom args are flattened to the top level; sg_message_id begins with the X-Message-Id (A4)."""
    standin.post_events()

    assert [(event["event"], event["email"], event["delivery"]) for event in events(receiver)] == [
        ("processed", "ada@example.org", "d-ada"),
        ("delivered", "ada@example.org", "d-ada"),
        ("processed", "ben@example.org", "d-ben"),
        ("delivered", "ben@example.org", "d-ben"),
    ]
    assert all(event["sg_message_id"].startswith(f"{message_id}.") for event in events(receiver))
    assert events(receiver)[0]["category"] == ["news"]


def test_reserved_names_win(standin: SendGridStandin, receiver: Receiver) -> None:
    """A custom arg called `event` cannot disguise the event (A4)."""
    with client_of(standin) as client:
        ada = to("ada@example.org", custom_args={"event": "party", "delivery": "d-1"})
        client.post("/v3/mail/send", json=letter(personalizations=[ada]))

    standin.post_events(events=["open"])

    assert events(receiver)[0]["event"] == "open"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("bounce", {"event": "bounce", "type": "bounce"}),
        ("blocked", {"event": "bounce", "type": "blocked"}),
        ("dropped", {"event": "dropped", "reason": "Bounced Address"}),
        ("deferred", {"event": "deferred", "attempt": "5"}),
        ("click", {"event": "click", "url_offset": {"index": 0, "type": "html"}}),
        ("open", {"event": "open", "sg_machine_open": False}),
        ("spamreport", {"event": "spamreport"}),
        ("unsubscribe", {"event": "unsubscribe"}),
        ("group_unsubscribe", {"event": "group_unsubscribe", "asm_group_id": 10}),
    ],
)
def test_every_kind_of_event(
    standin: SendGridStandin, receiver: Receiver, message_id: str, kind: str, expected: dict[str, Any]
) -> None:
    """Each kind carries the fields of its own (A4)."""
    standin.post_events(events=[kind], to=["ada@example.org"])

    (event,) = events(receiver)
    assert expected.items() <= event.items()


def test_each_reader_a_fate_of_their_own(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """`by_address` overrides the events of one reader."""
    standin.post_events(events=["delivered"], by_address={"ben@example.org": ["processed", "bounce"]})

    assert [event["event"] for event in events(receiver)] == ["delivered", "processed", "bounce"]


def test_a_bounce_fills_the_suppression_list(standin: SendGridStandin, message_id: str) -> None:
    """What was posted can be reconciled later (A6)."""
    standin.post_events(by_address={"ben@example.org": ["bounce"]})

    with client_of(standin) as client:
        assert [row["email"] for row in client.get("/v3/suppression/bounces").json()] == ["ben@example.org"]


def test_doubled_events_carry_the_same_id(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """`duplicate=1.0` posts everything twice; a later post of the same event has that id too."""
    standin.post_events(events=["processed"], duplicate=1.0)
    standin.post_events(events=["processed"])

    ids = [event["sg_event_id"] for event in events(receiver)]
    assert (len(ids), len(set(ids))) == (6, 2)


def test_shuffled_events_are_the_same_events(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """`shuffle` mixes, repeatably by `seed`, and loses nothing."""
    standin.post_events()
    standin.post_events(shuffle=True, seed=3)

    plain, mixed = ([event["sg_event_id"] for event in json.loads(post.body)] for post in receiver.posts)
    assert plain != mixed
    assert sorted(plain) == sorted(mixed)


def test_fields_go_missing_and_change(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """`omit`, `overrides` and `also`: asynchronous bounces, a category as text, events nobody knows (A4)."""
    standin.post_events(
        events=["bounce"],
        to=["ada@example.org"],
        omit=["sg_message_id", "status"],
        overrides={"category": "news", "tls": "0"},
        also=[{"event": "account_status_change", "type": "compliance_suspend", "sg_event_id": "x"}],
    )

    bounce, change = events(receiver)
    assert "sg_message_id" not in bounce
    assert (bounce["category"], bounce["tls"], change["type"]) == ("news", "0", "compliance_suspend")


def test_batches_have_a_size(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """Four events, three a post: two posts, and the report says so."""
    report = standin.post_events(batch_size=3)

    assert report == {"posts": [{"status": 204, "events": 3}, {"status": 204, "events": 1}], "events": 4}
    assert len(receiver.posts) == 2


def test_a_wrong_key(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """Signed by somebody else."""
    standin.post_events(wrong_key=True)

    assert not verified(receiver.posts[0], standin.webhook_public_key)


def test_no_signature(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """Not signed at all."""
    standin.post_events(unsigned=True)

    assert SIGNATURE not in receiver.posts[0].headers


def test_an_old_timestamp_is_signed_too(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """A retry of yesterday: old, and valid (A4, unsettled)."""
    standin.post_events(age=86_400)

    assert time.time() - int(receiver.posts[0].headers[TIMESTAMP]) >= 86_400
    assert verified(receiver.posts[0], standin.webhook_public_key)


def test_the_key_can_be_given_and_rotated(standin: SendGridStandin, receiver: Receiver, message_id: str) -> None:
    """A given private key signs; rotating makes another pair."""
    given = SigningKey()
    told = standin.webhook(private_key=given.private)
    standin.post_events()
    rotated = standin.webhook(rotate=True)

    assert (told["public_key"], told["url"]) == (given.public, receiver.url)
    assert verified(receiver.posts[0], given.public)
    assert rotated["public_key"] != given.public


def test_nothing_is_told_of_mail_that_has_not_left(standin: SendGridStandin, receiver: Receiver) -> None:
    """Scheduled mail has no events yet."""
    with client_of(standin) as client:
        client.post("/v3/mail/send", json=letter(send_at=int(time.time()) + 3600))

    assert standin.post_events()["events"] == 0


def test_a_receiver_that_is_not_there(standin: SendGridStandin, message_id: str) -> None:
    """No answer is status 0 in the report."""
    report = standin.post_events(url="http://127.0.0.1:9/nowhere")

    assert report["posts"][0]["status"] == 0


def test_events_can_be_ordered_from_another_process(
    standin: SendGridStandin, receiver: Receiver, message_id: str
) -> None:
    """The control endpoints take the same orders, and refuse events that do not exist."""
    control = f"{standin.url}/_control"

    told = httpx.post(f"{control}/webhook", json={"url": receiver.url}).json()
    report = httpx.post(f"{control}/post_events", json={"events": ["delivered"]}).json()

    assert (told["public_key"], report["events"]) == (standin.webhook_public_key, 2)
    assert httpx.post(f"{control}/post_events", json={"events": ["exploded"]}).status_code == 400


def test_events_by_themselves() -> None:
    """`auto_events` posts processed and delivered, and again what was not answered 2xx."""
    with (
        Receiver(500, 204) as receiver,
        SendGridStandin(api_key=KEY, webhook_url=receiver.url, auto_events=0.02, keep="counts") as standin,
        client_of(standin) as client,
    ):
        client.post("/v3/mail/send", json=letter())
        receiver.wait_for(2)

    first, second = (json.loads(post.body) for post in receiver.posts)
    assert [event["sg_event_id"] for event in first] == [event["sg_event_id"] for event in second]
    assert [event["event"] for event in second] == ["processed", "delivered"]


def test_suppressed_readers_are_dropped_by_themselves() -> None:
    """Whom a list holds is not delivered to (A6)."""
    with (
        Receiver() as receiver,
        SendGridStandin(api_key=KEY, webhook_url=receiver.url, auto_events=0.02) as standin,
        client_of(standin) as client,
    ):
        standin.suppress("spam_reports", "ada@example.org")
        client.post("/v3/mail/send", json=letter())
        receiver.wait_for(1)

    (event,) = json.loads(receiver.posts[0].body)
    assert (event["event"], event["reason"]) == ("dropped", "Spam Reporting Address")
