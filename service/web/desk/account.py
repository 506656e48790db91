"""An editor's own account: set a password, sign out everywhere."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.editors.actions import end_sessions, set_password
from service.editors.errors import PasswordTooShort
from service.editors.model import Editor
from service.editors.passwords import SHORTEST, check_password
from service.editors.trail import note
from service.web.access import desk
from service.web.desk.security import came_by_link, close_session, open_session
from service.web.frame import editor, now, render, services

TOO_SHORT = f"Use at least {SHORTEST} characters. Three or four words that do not belong together are easy to remember."
WRONG = "This is not the password you have now. If you forgot it, sign out and ask for a sign-in link."

blueprint = Blueprint("desk_account", __name__, url_prefix="/desk/account")


@blueprint.get("")
@desk()
def account() -> Response:
    """Who is signed in, and what they may do here."""
    return render("desk/account.html", person=editor())


@blueprint.get("/password")
@desk()
def password() -> Response:
    """The form that sets a password."""
    return _form({})


@blueprint.post("/password")
@desk()
def save_password() -> ResponseReturnValue:
    """Set it. Every other browser is signed out; this one stays."""
    if _must_say_current() and not check_password(editor(), request.form.get("current", "")):
        return _form({"current": WRONG}, 422)
    try:
        with services().database.unit() as uow:
            person = uow.session.get_one(Editor, editor().id)
            set_password(uow, person, request.form.get("password", ""), now=now())
    except PasswordTooShort:
        return _form({"password": TOO_SHORT}, 422)
    open_session(person)
    flash("Your password is set.")
    return redirect(url_for("desk_home.home"), 303)


@blueprint.post("/sign-out-everywhere")
@desk()
def sign_out_everywhere() -> ResponseReturnValue:
    """End the sessions of every browser, this one too."""
    with services().database.unit() as uow:
        person = uow.session.get_one(Editor, editor().id)
        end_sessions(person)
        note(uow, person, "signed_out_everywhere", f"editor:{person.id}", now=now())
    close_session()
    return redirect(url_for("desk_signin.sign_in"), 303)


def _form(errors: dict[str, str], status: int = 200) -> Response:
    first, ask_current = editor().password is None, _must_say_current()
    return render("desk/password.html", status, shortest=SHORTEST, errors=errors, first=first, ask_current=ask_current)


def _must_say_current() -> bool:
    """A borrowed phone that is still signed in must not be enough to take the account over."""
    return editor().password is not None and not came_by_link()
