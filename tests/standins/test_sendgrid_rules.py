"""What SendGrid refuses, the stand-in refuses: each line is a rule of SENDGRID.md A1 with the field it reports."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_answers import Json
from tests.standins.sendgrid_cast import KEY, client_of, letter, to

DAY = 24 * 3600


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with SendGridStandin(api_key=KEY, ip_pools=frozenset({"stories"})) as standin, client_of(standin) as client:
        yield client


def fields(client: httpx.Client, body: Any) -> list[str]:
    """Send, and name the fields of the problems; none when accepted."""
    answer = client.post("/v3/mail/send", json=body)
    if answer.status_code == 202:
        return []
    assert answer.status_code == 400
    assert all(problem.keys() == {"message", "field", "help"} for problem in answer.json()["errors"])
    return [problem["field"] for problem in answer.json()["errors"]]


def readers(count: int) -> list[str]:
    return [f"reader{number}@example.org" for number in range(count)]


def ada(**changes: Any) -> Json:
    """A letter to Ada whose personalization is changed."""
    return letter(personalizations=[to("ada@example.org", **changes)])


LONG = "x" * 10_001
IN_72_HOURS = int(time.time()) + 3 * DAY - 60
AFTER_72_HOURS = int(time.time()) + 4 * DAY
"""A day past the limit, not a minute: this is read when the tests are collected, and used when their turn comes."""

ACCEPTED = {
    "1000 recipients": letter(*readers(1000)),
    "a plus address": letter("ada+stories@example.org"),
    "a subject in every personalization": letter(personalizations=[to("ada@example.org", subject="x")], subject=None),
    "a template instead of content": letter(
        content=None, template_id="d-1", personalizations=[{"to": [{"email": "a@b.org"}]}]
    ),
    "List-Unsubscribe per person": ada(headers={"List-Unsubscribe": "<https://example.org/u>"}),
    "almost 72 hours ahead": letter(send_at=IN_72_HOURS),
    "a send_at in the past": letter(send_at=1),
    "ten categories": letter(categories=[f"c{number}" for number in range(10)]),
    "a reply_to_list": letter(reply_to_list=[{"email": "desk@example.org"}]),
    "a pool that exists": letter(ip_pool_name="stories"),
    "100 substitutions": ada(substitutions={f"-{number}-": "x" for number in range(100)}),
}

REFUSED: dict[str, tuple[Any, list[str]]] = {
    "no personalization": (letter(personalizations=[]), ["personalizations"]),
    "1001 personalizations": (letter(*readers(1001)), ["personalizations", "personalizations"]),
    "1001 recipients in one": (
        ada(to=[{"email": address} for address in readers(1001)]),
        ["personalizations"],
    ),
    "no to": (letter(personalizations=[{"cc": [{"email": "ada@example.org"}]}]), ["personalizations.0.to"]),
    "an address twice, in other case": (letter("ada@example.org", "ADA@example.org"), ["personalizations"]),
    "an address in to and cc": (ada(cc=[{"email": "ada@example.org"}]), ["personalizations.0"]),
    "one bad address among four": (
        letter(*readers(3), "no at sign"),
        ["personalizations.3.to.0.email"],
    ),
    "a Unicode address": (letter("zoë@example.org"), ["personalizations.0.to.0.email"]),
    "an address without a name": (letter("@example.org"), ["personalizations.0.to.0.email"]),
    "a comma in a name": (ada(to=[{"email": "ada@example.org", "name": "A, B"}]), ["personalizations.0.to.0.name"]),
    "a semicolon in a name": (ada(to=[{"email": "ada@example.org", "name": "A;"}]), ["personalizations.0.to.0.name"]),
    "no from": (letter(**{"from": None}), ["from"]),
    "a bad from": (letter(**{"from": {"email": "me"}}), ["from.email"]),
    "a bad reply_to": (letter(reply_to={"email": "me"}), ["reply_to.email"]),
    "reply_to beside reply_to_list": (
        letter(reply_to={"email": "a@b.org"}, reply_to_list=[{"email": "b@b.org"}]),
        ["reply_to_list"],
    ),
    "reply_to_list of 1001": (letter(reply_to_list=[{"email": one} for one in readers(1001)]), ["reply_to_list"]),
    "substitutions of 10,001 bytes": (ada(substitutions={"": LONG}), ["personalizations.0.substitutions"]),
    "101 substitutions": (
        ada(substitutions={f"-{number}-": "x" for number in range(101)}),
        ["personalizations.0.substitutions"],
    ),
    "a substitution that is a number": (ada(substitutions={"-n-": 1}), ["personalizations.0.substitutions.-n-"]),
    "substitutions with a dynamic template": (letter(template_id="d-1"), ["personalizations.0.substitutions"]),
    "custom_args of 10,001 bytes": (ada(custom_args={"": LONG}), ["personalizations.0.custom_args"]),
    "custom_args that are too much together": (
        letter(
            custom_args={"a": "x" * 9_000}, personalizations=[to("ada@example.org", custom_args={"b": "x" * 2_000})]
        ),
        ["personalizations.0.custom_args"],
    ),
    "a custom arg that is a number": (ada(custom_args={"n": 1}), ["personalizations.0.custom_args.n"]),
    "empty custom_args": (letter(custom_args={}), ["custom_args"]),
    "eleven categories": (letter(categories=[f"c{number}" for number in range(11)]), ["categories"]),
    "a category twice": (letter(categories=["news", "news"]), ["categories"]),
    "a category that is not ASCII": (letter(categories=["naïve"]), ["categories.0"]),
    "a category of 256 characters": (letter(categories=["x" * 256]), ["categories.0"]),
    "a reserved header": (letter(headers={"Reply-to": "a@b.org"}), ["headers.Reply-to"]),
    "a header with a blank": (ada(headers={"X Y": "z"}), ["personalizations.0.headers.X Y"]),
    "a header that is a number": (letter(headers={"X-N": 1}), ["headers.X-N"]),
    "text after html": (
        letter(content=[{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]),
        ["content"],
    ),
    "an empty value": (letter(content=[{"type": "text/plain", "value": ""}]), ["content.0.value"]),
    "no content": (letter(content=None), ["content"]),
    "no subject": (letter(subject=None), ["subject"]),
    "an empty subject": (letter(subject=""), ["subject"]),
    "more than 72 hours ahead": (letter(send_at=AFTER_72_HOURS), ["send_at"]),
    "more than 72 hours ahead for one": (ada(send_at=AFTER_72_HOURS), ["personalizations.0.send_at"]),
    "a send_at that is a text": (letter(send_at=str(IN_72_HOURS)), ["send_at"]),
    "a send_at that is a fraction": (letter(send_at=IN_72_HOURS + 0.5), ["send_at"]),
    "a batch_id nobody made": (letter(batch_id="unknown"), ["batch_id"]),
    "asm without a group": (letter(asm={"groups_to_display": [1]}), ["asm.group_id"]),
    "26 groups": (letter(asm={"group_id": 1, "groups_to_display": [*range(26)]}), ["asm.groups_to_display"]),
    "a pool name of one letter": (letter(ip_pool_name="x"), ["ip_pool_name"]),
    "a pool that does not exist": (letter(ip_pool_name="nowhere"), ["ip_pool_name"]),
    "a misspelt field": (ada(customArgs={"a": "b"}), ["personalizations.0.customArgs"]),
    "null for a name": (ada(to=[{"email": "ada@example.org", "name": None}]), ["personalizations.0.to.0.name"]),
    "not an object": ([], ["(root)"]),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(client: httpx.Client, case: str) -> None:
    """At the limit, and beside it, mail is accepted."""
    assert fields(client, ACCEPTED[case]) == []


@pytest.mark.parametrize("case", REFUSED)
def test_refused(client: httpx.Client, case: str) -> None:
    """Beyond the limit it is refused, and the problem names the field."""
    body, expected = REFUSED[case]

    assert fields(client, body) == expected


def test_as_many_problems_as_possible(client: httpx.Client) -> None:
    """One answer names every offence (A2)."""
    found = fields(client, letter("bad", "worse", subject=None, categories=["a", "a"]))

    assert found == ["personalizations.0.to.0.email", "personalizations.1.to.0.email", "subject", "categories"]


def test_the_words_of_a_wrong_type(client: httpx.Client) -> None:
    """As the vendor puts it (php #869)."""
    (problem,) = client.post("/v3/mail/send", json=letter(subject={})).json()["errors"]

    assert problem["message"] == "Invalid type. Expected: string, given: object."
    assert problem["help"].endswith("#message.subject")
