"""What a SendGrid key may do, and what of ours does not work with one that may do less."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

import orjson

from service.mail.schedule import ProviderAway
from service.mail.sendgrid_client import SendGridClient
from service.mail.sendgrid_schedule import ask, words_of

SEND = "mail.send"
"""Without this one nothing works; the others each cost something."""

WHAT_FOR: Mapping[str, str] = {
    SEND: "no mail leaves at all",
    "mail.batch.create": "nothing is handed over ahead of time; every issue leaves at its time, and not before",
    "user.scheduled_sends.create": "mail that was handed over ahead of time cannot be called back",
    "user.scheduled_sends.read": "mail that was handed over ahead of time cannot be called back",
    "user.scheduled_sends.update": "mail that somebody paused at SendGrid cannot be called back",
    "user.scheduled_sends.delete": "called-back mail keeps its room at SendGrid, which soon has none for more",
    "suppression.read": "addresses that SendGrid does not write to are learned from its events only",
    "messages.read": "a lost answer cannot be looked up in SendGrid's log",
}
"""Scope -> what does not work without it."""

TOO_MUCH = ("api_keys.", "teammates.", "billing.", "subusers.", "user.password.")
"""Beginnings of scopes that a key for sending mail should not have: whoever finds it could take the account over."""


def scopes_of(client: SendGridClient) -> frozenset[str]:
    """GET /v3/scopes. Raises ProviderAway, also for a key that SendGrid does not know."""
    answer = ask(client, "GET", "/v3/scopes")
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise ProviderAway(
            f"SendGrid refuses the key ({answer.status}). Is it a key of this region? "
            "Accounts in the EU need SENDGRID_API_URL=https://api.eu.sendgrid.com"
        )
    try:
        return frozenset(map(str, orjson.loads(answer.body)["scopes"]))
    except (ValueError, LookupError, TypeError) as error:
        raise ProviderAway(words_of(answer)) from error


def missing(scopes: frozenset[str]) -> Mapping[str, str]:
    """The scopes that are not there -> what does not work."""
    return {scope: loss for scope, loss in WHAT_FOR.items() if scope not in scopes}


def drawbacks(scopes: frozenset[str]) -> Iterator[str]:
    """A sentence for each thing that does not work with a key, and one when it can do more than it should."""
    for scope, loss in missing(scopes).items():
        yield f"without {scope}: {loss}"
    if strong := sorted(scope for scope in scopes if scope.startswith(TOO_MUCH)):
        yield f"the key may do more than a key for mail should ({', '.join(strong[:3])}); make a smaller one"
