"""Corrections at the desk: an editor says in plain words what was wrong with an item, and what is right."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.delivery.correcting import readers_with
from service.delivery.status import issue_status
from service.editors.model import Role
from service.issues.content import mailed
from service.issues.corrections import can_be_corrected, corrections_of, mark_wrong
from service.issues.editing import item_of
from service.issues.model import Issue
from service.issues.queries import issue_at_desk
from service.stories.wording import tidy_text
from service.web.access import desk
from service.web.frame import editor, now, render, services

LONGEST = 2_000
NEEDED = {"was": "Write what was wrong.", "right": "Write what is right."}

blueprint = Blueprint("desk_issue_corrections", __name__, url_prefix="/desk/issues/<int:issue_id>")


@dataclass
class Typed:
    """What stands in the form, and what is wrong with it."""

    was: str = ""
    right: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@blueprint.get("/items/<int:item_id>/wrong")
@desk(Role.EDITOR)
def wrong(issue_id: int, item_id: int) -> Response:
    """The form for what was wrong with an item, and what is right."""
    return _page(issue_id, item_id, Typed())


@blueprint.post("/items/<int:item_id>/wrong")
@desk(Role.EDITOR)
def mark(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Write the correction and ask colleagues for their yes, or show the form again with what was typed."""
    typed = Typed(was=_said("was"), right=_said("right"))
    typed.errors = {name: sentence for name, sentence in NEEDED.items() if not getattr(typed, name)}
    for name in NEEDED:
        if len(getattr(typed, name)) > LONGEST:
            typed.errors[name] = f"Use at most {LONGEST:,} characters. You have {len(getattr(typed, name)):,}."
    if typed.errors:
        return _page(issue_id, item_id, typed, 422)
    with services().database.unit() as uow:
        correction = mark_wrong(uow, issue_id, item_id, typed.was, typed.right, editor(), now=now())
    flash("The correction is written. It leaves when others have said yes and it has a time, as every issue does.")
    return redirect(url_for("desk_issues.issue", issue_id=correction.id), 303)


def correction_parts(session: Session, issue: Issue) -> dict[str, Any]:
    """What the page of an issue shows about corrections: those of it, and the issue that it corrects itself."""
    return {
        "corrections": [(each, issue_status(session, each.id)) for each in corrections_of(session, issue.id)],
        "corrects": session.get(Issue, issue.corrects_id) if issue.corrects_id is not None else None,
        "may_correct": can_be_corrected(issue) and editor().role in {Role.EDITOR, Role.ADMIN},
    }


def _said(name: str) -> str:
    return tidy_text(request.form.get(name, ""))


def _page(issue_id: int, item_id: int, typed: Typed, status: int = 200) -> Response:
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        item = item_of(found, item_id)
        shown = {block.item_id: block for block in mailed(session, found, services().links, now()).items}
        return render(
            "desk/issues/wrong.html", status, issue=found, item=item, block=shown.get(item.id), typed=typed,
            errors=typed.errors, readers=readers_with(session, item), open=can_be_corrected(found),
        )  # fmt: skip
