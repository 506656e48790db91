"""The sign-up form and what it answers: the same words, whoever the address belongs to."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import structlog
from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from service.db import UnitOfWork
from service.subscribers.address import accepted, limit_key
from service.subscribers.errors import BadAddress
from service.subscribers.names import tidy_name
from service.subscribers.newsletters import open_newsletter
from service.subscribers.signing_up import SignUpForm, sign_up
from service.subscribers.wording import Wording, sign_up_wording
from service.web.access import Door, access_of, public
from service.web.forms import check_form_token, one_line, show_form_again
from service.web.frame import now, render, services
from service.web.limits import Limit, limits, visitor

FROM_ONE_PLACE = Limit("sign-ups from one place", 100, timedelta(minutes=10))
"""Generous: a whole hospital may share one address."""

FOR_ONE_MAILBOX = Limit("sign-ups for one mailbox", 5, timedelta(hours=1))
FROM_EVERYWHERE = Limit("sign-ups from everywhere", 1000, timedelta(hours=1))
"""The breaker. Above it sign-ups are taken as ever, but their mails go out in later hours, so many in each."""

NOT_AN_ADDRESS = "Enter an e-mail address, such as name@example.org"
LONGEST_TYPED = 320
"""Characters; the longest address has 254."""

LARGEST_FORM = 64 * 1024
"""Bytes."""

blueprint = Blueprint("signup", __name__)
log = structlog.get_logger()


@blueprint.before_request
def take_no_more_than_a_form() -> None:
    """A larger body is answered with 413 before it is read."""
    request.max_content_length = LARGEST_FORM


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they came, cut to a length that can be shown again."""

    email: str
    name: str
    newsletter: str
    placement: str
    path: str
    wording: str
    website: str
    form_token: str

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "Typed":
        """Missing fields are empty."""
        return cls(**{name: one_line(form.get(name, ""), most=LONGEST_TYPED) for name in cls.__slots__})


@blueprint.get("/subscribe")
@public
def form() -> Response:
    """The form on a page of its own."""
    return render("site/signup/form.html", typed=Typed.read(MultiDict()), errors={}, notice="", token="")


@blueprint.post("/subscribe")
@public
def subscribe() -> ResponseReturnValue:
    """Take a sign-up. Whatever the address is to us, the answer is this redirect."""
    typed = Typed.read(request.form)
    answer = redirect(url_for("signup.sent"), 303)
    if typed.website:
        return answer
    check_form_token(services().tokens, typed.form_token, now())
    email = accepted(typed.email)
    limits().check(FROM_ONE_PLACE, visitor())
    if limits().count(FOR_ONE_MAILBOX, limit_key(email)) <= FOR_ONE_MAILBOX.most:
        with services().database.unit() as uow:
            sign_up(uow, services().tokens, _sign_up_form(uow, typed, email), now=now(), hold=_hold())
    return answer


@blueprint.get("/subscribe/sent")
@public
def sent() -> Response:
    """What happens next. It never shows the address, so it is one page for everybody."""
    return render("site/signup/sent.html")


@blueprint.errorhandler(BadAddress)
def bad_address(_error: BadAddress) -> Response:
    """The form again, with a sentence at the field."""
    return _again(422, errors={"email": NOT_AN_ADDRESS})


@blueprint.app_template_global("signup_wording")
def wording() -> Wording:
    """What the form shows beside its button."""
    return sign_up_wording().named(services().settings.organisation)


@blueprint.app_template_global("signup_path")
def path() -> str:
    """Where the form stands, for the consent record. Never a token: of a signed link only its pattern is named."""
    access = access_of(current_app, request.endpoint)
    is_open = access is not None and access.door is Door.PUBLIC
    return request.path if is_open or request.url_rule is None else request.url_rule.rule


def _again(status: int, *, errors: dict[str, str] | None = None, notice: str = "", token: str = "") -> Response:
    typed = Typed.read(request.form)
    return render("site/signup/form.html", status, typed=typed, errors=errors or {}, notice=notice, token=token)


def _sign_up_form(uow: UnitOfWork, typed: Typed, email: str) -> SignUpForm:
    newsletter = open_newsletter(uow.session, typed.newsletter)
    return SignUpForm(
        email=email,
        name=tidy_name(typed.name),
        newsletter_id=newsletter.id,
        locale=newsletter.lang,
        wording=sign_up_wording(typed.wording).named(services().settings.organisation),
        source=f"{typed.placement[:40]} {quote(typed.path[:200])}".strip(),
    )


def _hold() -> timedelta:
    """How long the mail of this sign-up waits: not at all, until there are more of them than anybody would expect."""
    hours = (limits().count(FROM_EVERYWHERE) - 1) // FROM_EVERYWHERE.most
    if hours:
        log.warning("sign_up.breaker", hours=hours)
    return timedelta(hours=hours)


show_form_again(blueprint, _again)
