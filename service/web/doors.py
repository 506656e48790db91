"""The guard before every view: who is knocking, and may they come in?"""

from flask import Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.web.access import Access, Door, access_of
from service.web.desk.security import csrf, signed_in_editor
from service.web.portal.frame import admit_teller


def guard_doors(app: Flask) -> None:
    """Check the declared access of the view that was asked for, before it runs."""

    @app.before_request
    def check() -> ResponseReturnValue | None:
        if "\0" in request.path:  # PostgreSQL holds no NUL in a text, so nothing of ours has such an address
            abort(404)
        access = access_of(app, request.endpoint)
        if access is not None and access.door is Door.TELLER:
            admit_teller()
        if access is None or access.door is not Door.DESK:
            return None
        return _admit_editor(access)


def _admit_editor(access: Access) -> ResponseReturnValue | None:
    person = signed_in_editor()
    if person is None:
        return redirect(url_for("desk_signin.sign_in", next=request.full_path.rstrip("?")), 303)
    g.editor = person
    if access.roles and person.role not in access.roles | {Role.ADMIN}:
        abort(403)
    csrf.protect()
    return None
