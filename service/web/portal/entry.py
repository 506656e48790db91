"""The storytellers' door: ask for a link, and use the one that came. The answer is the same, whoever asks."""

from datetime import timedelta

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.stories.errors import EntrySpent, SessionOver
from service.stories.portal import ENTRY_LASTS, enter, entry_is_open, open_session, request_entry
from service.stories.telling import mailbox
from service.web.access import public, signed_link
from service.web.forms import check_form_token, one_line, show_form_again
from service.web.frame import now, render, services
from service.web.limits import Limit, limits, visitor
from service.web.portal.frame import COOKIE, COOKIE_PATH

FROM_ONE_PLACE = Limit("portal links from one place", 30, timedelta(minutes=10))
"""Generous: a whole hospital may share one address."""
FOR_ONE_MAILBOX = Limit("portal links for one mailbox", 5, timedelta(hours=1))
LONGEST_TYPED = 320
"""Characters; the longest address has 254."""

blueprint = Blueprint("entry", __name__)


@blueprint.after_request
def keep_nothing(response: Response) -> Response:
    """Every page of the portal looks different with a session and without one."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("")
@public
def ask() -> ResponseReturnValue:
    """Where shall the link go? Or straight on, for somebody who is in already."""
    try:
        with services().database.read() as session:
            open_session(session, services().tokens, request.cookies.get(COOKIE, ""), now=now())
    except SessionOver:
        return render("portal/teller/ask.html", email="", errors={}, notice="", token="")
    return redirect(url_for("portal.home.stories"), 303)


@blueprint.post("")
@public
def send() -> ResponseReturnValue:
    """Have a link mailed if a story came from this address; nobody can tell from the answer whether one did."""
    answer = redirect(url_for(".sent"), 303)
    if request.form.get("website"):
        return answer
    typed = one_line(request.form.get("email", ""), most=LONGEST_TYPED)
    check_form_token(services().tokens, request.form.get("form_token", ""), now())
    try:
        email = mailbox(typed)
    except ValueError as error:
        return _again(422, errors={"email": str(error)})
    limits().check(FROM_ONE_PLACE, visitor())
    if limits().count(FOR_ONE_MAILBOX, email.casefold()) <= FOR_ONE_MAILBOX.most:
        with services().database.unit() as uow:
            request_entry(uow, services().tokens, email, now=now())
    return answer


@blueprint.get("/sent")
@public
def sent() -> Response:
    """What happens next. It never shows the address, so it is one page for everybody."""
    return render("portal/teller/sent.html", minutes=int(ENTRY_LASTS.total_seconds() // 60))


@blueprint.get("/left")
@public
def left() -> Response:
    """The page is closed."""
    return render("portal/teller/left.html")


@blueprint.get("/<token>")
@signed_link
def look(token: str) -> Response:
    """One button: mail scanners follow links, so looking at one does not use it."""
    with services().database.read() as session:
        if not entry_is_open(session, services().tokens, token, now=now()):
            raise EntrySpent
    return render("portal/teller/enter.html", token=token)


@blueprint.post("/<token>")
@signed_link
def use(token: str) -> ResponseReturnValue:
    """Spend the link, and open a session in a cookie that is sent to the portal only."""
    with services().database.unit() as uow:
        session_token = enter(uow, services().tokens, token, now=now())
    answer = redirect(url_for("portal.home.stories"), 303)
    secure = services().settings.site_url.startswith("https://")
    answer.set_cookie(COOKIE, session_token, path=COOKIE_PATH, httponly=True, secure=secure, samesite="Lax")
    return answer


def _again(status: int, *, errors: dict[str, str] | None = None, notice: str = "", token: str = "") -> Response:
    email = one_line(request.form.get("email", ""), most=LONGEST_TYPED)
    return render("portal/teller/ask.html", status, email=email, errors=errors or {}, notice=notice, token=token)


show_form_again(blueprint, _again)
