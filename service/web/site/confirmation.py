"""The pages behind a confirmation link. GET changes nothing, because mail scanners follow links; a button does."""

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from service.subscribers.confirming import confirm, not_me, send_confirmation_again
from service.subscribers.errors import ConfirmationSpent
from service.subscribers.queries import Question, QuestionState, read_question
from service.web.access import public, signed_link
from service.web.frame import now, render, services

PAGES = {
    QuestionState.OPEN: ("site/signup/confirm.html", 200),
    QuestionState.ANSWERED: ("site/signup/already.html", 200),
    QuestionState.SPENT: ("site/signup/spent.html", 410),
}

blueprint = Blueprint("confirmation", __name__, url_prefix="/confirm")


@blueprint.get("/<token>")
@signed_link
def show(token: str) -> Response:
    """One button; or what has become of the link."""
    question = _question(token)
    template, status = PAGES[question.state]
    return render(template, status, token=token, question=question, preferences_url=_preferences(question))


@blueprint.post("/<token>")
@signed_link
def press(token: str) -> ResponseReturnValue:
    """Confirm."""
    try:
        with services().database.unit() as uow:
            confirm(uow, services().tokens, token, now=now())
    except ConfirmationSpent:
        return redirect(url_for("confirmation.show", token=token), 303)
    return redirect(url_for("confirmation.welcome", token=token), 303)


@blueprint.get("/<token>/welcome")
@signed_link
def welcome(token: str) -> ResponseReturnValue:
    """Thanks, and what comes next."""
    question = _question(token)
    if question.state is not QuestionState.ANSWERED:
        return redirect(url_for("confirmation.show", token=token), 303)
    return render("site/signup/welcome.html", question=question, preferences_url=_preferences(question))


@blueprint.post("/<token>/again")
@signed_link
def again(token: str) -> ResponseReturnValue:
    """Mail a fresh link to the address behind an old one."""
    with services().database.unit() as uow:
        send_confirmation_again(uow, services().tokens, token, now=now())
    return redirect(url_for("signup.sent"), 303)


@blueprint.get("/<token>/not-me")
@signed_link
def show_not_me(token: str) -> Response:
    """One button for somebody whose address another person typed."""
    return render("site/signup/not_me.html", token=token, question=_question(token))


@blueprint.post("/<token>/not-me")
@signed_link
def press_not_me(token: str) -> ResponseReturnValue:
    """Write nothing to this address for a year."""
    with services().database.unit() as uow:
        not_me(uow, services().tokens, token, now=now())
    return redirect(url_for("confirmation.stopped"), 303)


@blueprint.get("/stopped")
@public
def stopped() -> Response:
    """What "not me" has done. Without a token, because by now nothing may be left behind it."""
    return render("site/signup/stopped.html")


def _question(token: str) -> Question:
    with services().database.read() as session:
        return read_question(session, services().tokens, token, now())


def _preferences(question: Question) -> str:
    return services().links.preferences(question.subscription_id)
