"""Mail through the stand-in for SendGrid: what is asked of it, and what its answers mean."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest

from service.mail.message import Address, Mailer, Mailing, OutcomeUnknown, Recipient, Rejected, TryLater
from service.mail.sendgrid import SendGridMailer
from tests.cast import ADA, BEN, NOW
from tests.mail.sample import SLOTS
from tests.standins.sendgrid import SendGridStandin

KEY = "SG.only-for-tests"
HASTE_SECONDS = 3.0
"""No shorter than a slow machine needs for a good reply."""


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    """The provider."""
    with SendGridStandin(api_key=KEY) as standin:
        yield standin


@pytest.fixture
def mailer(standin: SendGridStandin) -> Iterator[SendGridMailer]:
    """The adapter."""
    with closing(SendGridMailer(KEY, standin.url, clock=lambda: NOW)) as mailer:
        yield mailer


def test_each_person_gets_a_copy_of_their_own(standin: SendGridStandin, mailer: Mailer, two: Mailing) -> None:
    """Slots filled in text, HTML and headers, and nobody else in sight."""
    receipt = mailer.hand_over(two)

    ada, ben = standin.messages()
    assert (ada.to, ben.to) == (ADA, BEN)
    assert ben.text.startswith("Dear Ben,")
    assert ben.headers is not None
    assert ben.headers["List-Unsubscribe"] == "<https://news.example.org/unsubscribe/ben>"
    assert ben.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert receipt.message_id == ada.message_id == ben.message_id


def test_thousand_people_go_in_one_request(standin: SendGridStandin, mailer: Mailer, mailing: Mailing) -> None:
    """And not one more."""
    people = [Recipient(to=Address(f"r{n}@example.test"), delivery=f"d{n}", slots=SLOTS) for n in range(1001)]

    mailer.hand_over(replace(mailing, recipients=people[:1000]))

    assert [request["recipients"] for request in standin.requests()] == [1000]
    with pytest.raises(Rejected, match="1000 at most"):
        mailer.hand_over(replace(mailing, recipients=people))


def test_those_who_cannot_be_written_to_are_named_and_the_rest_go(
    standin: SendGridStandin, mailer: Mailer, two: Mailing, ada: Recipient
) -> None:
    """Slots too large, or an address that is none: the vendor would refuse everybody for them."""
    large = replace(ada, delivery="d-large", slots={"%%greeting%%": "x" * 10_000})
    nobody = replace(ada, delivery="d-nobody", to=Address("nowhere"))

    receipt = mailer.hand_over(replace(two, recipients=[large, nobody, two.recipients[1]]))

    assert set(receipt.rejected) == {"d-large", "d-nobody"}
    assert [message.to for message in standin.messages()] == [BEN]


def test_nobody_left_makes_no_request(
    standin: SendGridStandin, mailer: Mailer, mailing: Mailing, ada: Recipient
) -> None:
    """The receipt says why."""
    receipt = mailer.hand_over(replace(mailing, recipients=[replace(ada, to=Address("nowhere"))]))

    assert list(receipt.rejected) == ["d-ada"]
    assert standin.requests() == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_refusal_keeps_the_words_of_the_vendor(
    status: int, standin: SendGridStandin, mailer: Mailer, mailing: Mailing
) -> None:
    """For the operator."""
    errors = [{"message": "The from address does not match a verified Sender.", "field": "from"}]
    standin.behave({"when": {}, "do": "answer", "status": status, "as": "json", "errors": errors})

    with pytest.raises(Rejected, match=rf"{status} The from address .* Sender\. \(from\)"):
        mailer.hand_over(mailing)


def test_page_of_the_gateway_is_a_refusal_too(standin: SendGridStandin, mailer: Mailer, mailing: Mailing) -> None:
    """413 comes as HTML, from a server in front of the API."""
    standin.behave({"when": {}, "do": "answer", "status": 413, "as": "html"})

    with pytest.raises(Rejected, match="413 Request Entity Too Large"):
        mailer.hand_over(mailing)


def test_wrong_key_is_refused_without_being_repeated(standin: SendGridStandin, mailing: Mailing) -> None:
    """The key stands in no message of ours."""
    mailer = SendGridMailer("SG.wrong-key", standin.url, clock=lambda: NOW)
    with closing(mailer), pytest.raises(Rejected, match="401") as refusal:
        mailer.hand_over(mailing)

    assert "wrong-key" not in refusal.value.reason


@pytest.mark.parametrize(
    ("order", "after"),
    [
        ({"status": 429, "retry_after": 7}, 7),
        ({"status": 429, "retry_after": "Wed, 10 Jun 2026 09:00:00 GMT"}, 0),
        ({"status": 429, "retry_after": "soon"}, None),
        ({"status": 503, "as": "json", "errors": [{"message": "come back", "field": None}]}, None),
    ],
)
def test_too_much_and_unavailable_mean_later(
    order: dict[str, Any], after: float | None, standin: SendGridStandin, mailer: Mailer, mailing: Mailing
) -> None:
    """In as many seconds as the vendor says, when it says so."""
    standin.behave({"when": {"next": 1}, "do": "answer", **order})

    with pytest.raises(TryLater) as refusal:
        mailer.hand_over(mailing)

    assert refusal.value.after == after
    assert mailer.hand_over(mailing).message_id


@pytest.mark.parametrize("header", ["reset", "retry_after"])
def test_a_moment_is_by_the_vendors_clock(
    header: str, standin: SendGridStandin, mailer: Mailer, mailing: Mailing
) -> None:
    """A Unix time or a date, half a minute ahead of the vendor's clock; ours is months behind."""
    moment = {"reset": 30, "retry_after": formatdate(time.time() + 30, usegmt=True)}[header]
    standin.behave({"when": {}, "do": "answer", "status": 429, header: moment})

    with pytest.raises(TryLater) as refusal:
        mailer.hand_over(mailing)

    assert refusal.value.after is not None
    assert 25 < refusal.value.after <= 31


@pytest.mark.parametrize("order", [{"status": 500}, {"status": 502}, {"status": 503, "as": "html"}, {"status": 504}])
def test_failure_behind_the_door_is_unknown(
    order: dict[str, Any], standin: SendGridStandin, mailer: Mailer, mailing: Mailing
) -> None:
    """Somebody had the request and did not say what became of it."""
    standin.behave({"when": {}, "do": "answer", **order})

    with pytest.raises(OutcomeUnknown, match=str(order["status"])):
        mailer.hand_over(mailing)


@pytest.mark.parametrize(
    "order",
    [
        {"do": "accept_and_drop"},
        {"do": "accept_and_drop", "reset": True},
        {"do": "drop_before"},
        {"do": "stall", "seconds": 60, "where": "after"},
    ],
)
def test_lost_reply_is_unknown(order: dict[str, Any], standin: SendGridStandin, mailing: Mailing) -> None:
    """Whether it was accepted or not, from here it looks the same."""
    standin.behave({"when": {"next": 1}, **order})
    hasty = SendGridMailer(KEY, standin.url, clock=lambda: NOW, read_seconds=HASTE_SECONDS)

    with closing(hasty), pytest.raises(OutcomeUnknown):
        hasty.hand_over(mailing)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://127.0.0.1:{port}"])
def test_provider_out_of_reach_means_later(url: str, standin: SendGridStandin, mailing: Mailing) -> None:
    """Connection refused, or no TLS to be had: nothing was written."""
    mailer = SendGridMailer(KEY, url.format(port=standin.port), clock=lambda: NOW)
    with closing(mailer), pytest.raises(TryLater):
        mailer.hand_over(mailing)
