"""The trail, for admins: who did what, and when."""

from flask import Blueprint, Response, request

from service.editors.model import Role
from service.editors.queries import newest_entries
from service.web.access import desk
from service.web.frame import render, services

PAGE = 100
"""Entries on a page."""

blueprint = Blueprint("desk_trail", __name__, url_prefix="/desk/trail")


@blueprint.get("")
@desk(Role.ADMIN)
def trail() -> Response:
    """The newest entries, or those older than `before`."""
    before = request.args.get("before", type=int)
    with services().database.read() as session:
        entries = newest_entries(session, most=PAGE, before=before)
        return render("desk/trail.html", entries=entries, older=entries[-1][0].id if len(entries) == PAGE else None)
