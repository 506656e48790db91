"""What is kept for how long, and what will go when."""

from datetime import timedelta

from flask import Blueprint, Response

from service.editors.model import Role
from service.retention import SOON, outlook
from service.web.access import desk
from service.web.frame import now, render, services

blueprint = Blueprint("desk_retention", __name__, url_prefix="/desk/retention")


@blueprint.get("")
@desk(Role.ADMIN, Role.EDITOR)
def retention() -> Response:
    """The table that the timer runs, with what waits in it."""
    with services().database.read() as session:
        return render("desk/retention.html", rows=outlook(session, now()), soon=SOON.days, span=said)


def said(keep: timedelta | None) -> str:
    """A span as people say it: 30 minutes, 60 days, 13 months, 6 years."""
    if keep is None:
        return "For ever"
    minutes, days = int(keep.total_seconds() // 60), keep.days
    if days == 0:
        return f"{minutes} minutes" if minutes else "No longer than needed"
    if days >= 5 * 365:
        return f"{days // 365} years"
    return f"{days // 30} months" if days > 365 else f"{days} days"
