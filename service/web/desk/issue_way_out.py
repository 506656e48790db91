"""How an issue goes out: on each reader's own clock or at one moment, and to a few readers first or to all at once."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from service.delivery.way_out import WayOut, choose_way_out
from service.editors.model import Role
from service.issues.model import Issue
from service.issues.queries import issue_at_desk
from service.web.access import desk
from service.web.desk.issues import back_to
from service.web.frame import editor, now, render, services

USUAL_PERCENT, USUAL_MINUTES = 2, 10
NO_NUMBER = -1

blueprint = Blueprint("desk_issue_way_out", __name__, url_prefix="/desk/issues/<int:issue_id>/way-out")


@blueprint.get("")
@desk(Role.EDITOR)
def choose(issue_id: int) -> Response:
    """The choices as they stand."""
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        percent, minutes = found.canary_percent, found.canary_minutes
        return _form(found, WayOut(local_time=found.local_time, canary_percent=percent, canary_minutes=minutes), {})


@blueprint.post("")
@desk(Role.EDITOR)
def keep(issue_id: int) -> ResponseReturnValue:
    """Keep them."""
    choice = _read()
    if errors := choice.errors():
        with services().database.read() as session:
            return _form(issue_at_desk(session, issue_id), choice, errors, 422)
    with services().database.unit() as uow:
        choose_way_out(uow, issue_id, choice, editor(), now=now())
    return back_to(issue_id, "Saved.")


def _read() -> WayOut:
    """What was typed; a word where a number belongs is no number."""
    canary = "canary" in request.form
    return WayOut(
        local_time="local_time" in request.form,
        canary_percent=request.form.get("canary_percent", 0, type=int) or NO_NUMBER if canary else 0,
        canary_minutes=request.form.get("canary_minutes", NO_NUMBER, type=int) if canary else USUAL_MINUTES,
    )


def _form(found: Issue, choice: WayOut, errors: dict[str, str], status: int = 200) -> Response:
    typed = {
        "percent": request.form.get("canary_percent", choice.canary_percent or USUAL_PERCENT),
        "minutes": request.form.get("canary_minutes", choice.canary_minutes),
    }
    return render("desk/issues/way_out.html", status, issue=found, choice=choice, typed=typed, errors=errors)
