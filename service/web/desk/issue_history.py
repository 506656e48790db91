"""The history of an issue at the desk: what each change did, back to an earlier state, and undo."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.issues import history
from service.issues.queries import issue_at_desk
from service.issues.transitions import Move, possible
from service.web.access import desk
from service.web.desk.issues import back_to, seen_version
from service.web.frame import editor, now, render, services

blueprint = Blueprint("desk_issue_history", __name__, url_prefix="/desk/issues/<int:issue_id>")


@blueprint.get("/history")
@desk()
def steps(issue_id: int) -> Response:
    """Every change, the last first, with the words that went and the words that came."""
    with services().database.read() as session:
        issue = issue_at_desk(session, issue_id)
        may_edit = editor().role in {Role.EDITOR, Role.ADMIN}
        return render(
            "desk/issues/history.html",
            issue=issue,
            steps=history.history(session, issue_id),
            may_edit=may_edit and Move.EDIT in possible(issue.state, started=issue.started_at is not None),
        )


@blueprint.post("/history/<int:number>/restore")
@desk(Role.EDITOR)
def restore(issue_id: int, number: int) -> ResponseReturnValue:
    """Make the issue what it was at a revision."""
    with services().database.unit() as uow:
        out = history.restore(uow, issue_id, number, version=seen_version(), by=editor(), now=now())
    if out:
        kept_out = f"{out} {'item stays' if out == 1 else 'items stay'} out: they may not be in this issue now."
        return back_to(issue_id, f"The issue is as it was at revision {number}. {kept_out}")
    return back_to(issue_id, f"The issue is as it was at revision {number}.")


@blueprint.post("/undo")
@desk(Role.EDITOR)
def undo(issue_id: int) -> ResponseReturnValue:
    """Take the last change back."""
    with services().database.unit() as uow:
        what = history.undo(uow, issue_id, version=seen_version(), by=editor(), now=now())
    return back_to(issue_id, f"Undone: {what}", anchor="items")
