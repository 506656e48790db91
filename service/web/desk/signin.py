"""Signing in with a password or a one-time link, and signing out."""

from datetime import timedelta

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.editors.actions import ask_for_link, use_sign_in_link
from service.editors.errors import LinkSpent
from service.editors.passwords import check_password
from service.editors.queries import comparable, editor_by_email, link_is_open
from service.editors.trail import note
from service.web.access import desk, public, signed_link
from service.web.desk.paths import local_desk_path
from service.web.desk.security import close_session, csrf, open_session, signed_in_editor
from service.web.forms import one_line
from service.web.frame import now, render, services
from service.web.limits import Limit, limits, visitor

WRONG = "That address and password do not belong together. Check both, or ask for a sign-in link."
LONGEST_ADDRESS = 254
"""Characters (RFC 5321, 4.5.3.1.3, as RFC 3696 erratum 1690 reads it)."""

TRIES_BY_VISITOR = Limit("sign-in-visitor", most=15, within=timedelta(minutes=10))
TRIES_AT_ACCOUNT = Limit("sign-in-account", most=50, within=timedelta(hours=1))
"""Wide, because whoever uses it up keeps the editor's password out too; the link is still there for them."""
LINKS_BY_VISITOR = Limit("sign-in-link-visitor", most=15, within=timedelta(hours=1))
LINKS_TO_ACCOUNT = Limit("sign-in-link-account", most=5, within=timedelta(hours=1))

blueprint = Blueprint("desk_signin", __name__, url_prefix="/desk")


@blueprint.before_request
def check_form() -> None:
    """The desk's own forms carry a token of the session, also before anybody has signed in."""
    csrf.protect()


@blueprint.after_request
def keep_nothing(response: Response) -> Response:
    """No cache keeps a page with a form token in it."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.errorhandler(LinkSpent)
def spent(_error: LinkSpent) -> Response:
    """A page of its own instead of a row in the error table, because it offers a new link."""
    return render("desk/link_spent.html", 410)


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The form, or straight to the desk for somebody who is in already."""
    target = local_desk_path(request.args.get("next", ""))
    if signed_in_editor() is not None:
        return redirect(target, 303)
    return render("desk/sign_in.html", target=target, email="", errors={})


@blueprint.post("/sign-in")
@public
def check_sign_in() -> ResponseReturnValue:
    """Open a session, or say the same words for an unknown address and for a wrong password."""
    target, email = local_desk_path(request.form.get("next", "")), _typed_address()
    limits().check(TRIES_BY_VISITOR, visitor())
    limits().check(TRIES_AT_ACCOUNT, comparable(email))
    with services().database.read() as session:
        person = editor_by_email(session, email)
        session.expunge_all()
    fits = check_password(person, request.form.get("password", ""))
    if person is None or not fits:
        return render("desk/sign_in.html", 422, target=target, email=email, errors={"email": WRONG})
    with services().database.unit() as uow:
        note(uow, person, "signed_in", f"editor:{person.id}", now=now())
    open_session(person)
    return redirect(target, 303)


@blueprint.get("/sign-in/link")
@public
def link_form() -> Response:
    """The form that asks for a link by mail."""
    return render("desk/link_form.html")


@blueprint.post("/sign-in/link")
@public
def send_link() -> ResponseReturnValue:
    """Have a link mailed if there is such an account; the answer never tells."""
    email = _typed_address()
    limits().check(LINKS_BY_VISITOR, visitor())
    limits().check(LINKS_TO_ACCOUNT, comparable(email))
    with services().database.unit() as uow:
        ask_for_link(uow, email, now=now())
    return redirect(url_for(".link_sent"), 303)


@blueprint.get("/sign-in/link/sent")
@public
def link_sent() -> Response:
    """What happens now, the same for every address."""
    return render("desk/link_sent.html")


@blueprint.get("/enter/<token>")
@signed_link
def enter(token: str) -> Response:
    """One button: mail scanners follow links, so looking at one does not use it."""
    with services().database.read() as session:
        if not link_is_open(session, services().tokens, token, now=now()):
            raise LinkSpent
    return render("desk/enter.html", token=token)


@blueprint.post("/enter/<token>")
@signed_link
def use_link(token: str) -> ResponseReturnValue:
    """Spend the link, open a session, and offer to set a password to somebody who has none."""
    with services().database.unit() as uow:
        person = use_sign_in_link(uow, services().tokens, token, now=now())
    open_session(person, by_link=True)
    return redirect(url_for("desk_account.password" if person.password is None else "desk_home.home"), 303)


@blueprint.post("/sign-out")
@desk()
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    close_session()
    return redirect(url_for(".sign_in"), 303)


def _typed_address() -> str:
    return one_line(request.form.get("email", ""), most=LONGEST_ADDRESS)
