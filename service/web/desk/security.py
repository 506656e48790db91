"""Who is at the desk: the session of a signed-in editor, and the protection of the desk's forms.

Flask's own signed session is all there is: a cookie on /desk that names the account by `fs_uniquifier`, so that
changing that value ends every session at once. Readers' pages never open the session.
"""

from datetime import timedelta

from flask import Flask, session
from flask_wtf import CSRFProtect

from service.editors.model import Editor
from service.editors.queries import editor_of_session
from service.web.frame import services

SESSION_LASTS = timedelta(hours=12)
"""Counted from the last page that was opened."""

_KEY = "_user_id"
_BY_LINK = "by_link"

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Set the desk's session and CSRF protection up."""
    app.permanent_session_lifetime = SESSION_LASTS
    # The desk's pages say `Referrer-Policy: no-referrer`, so there is never a Referer to compare; the token decides.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)


def open_session(person: Editor, *, by_link: bool = False) -> None:
    """Sign `person` in, in a session that shares nothing with the one before."""
    session.clear()
    session.permanent = True
    session[_KEY] = person.fs_uniquifier
    session[_BY_LINK] = by_link


def came_by_link() -> bool:
    """Whether this session began with a one-time link, which is what somebody uses who forgot the password."""
    return bool(session.get(_BY_LINK))


def close_session() -> None:
    """Sign out."""
    session.clear()


def signed_in_editor() -> Editor | None:
    """The active account this browser is signed in with, detached from any session, or None."""
    key = session.get(_KEY)
    if key is None:
        return None
    with services().database.read() as reading:
        person = editor_of_session(reading, key)
        reading.expunge_all()
    return person
