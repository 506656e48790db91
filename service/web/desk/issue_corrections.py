"""Corrections at the desk: an editor says in plain words what was wrong with an item, and what is right."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.delivery.correcting import copies_with, readers_with
from service.delivery.status import issue_status
from service.editors.model import Role
from service.issues.content import Block, mailed
from service.issues.corrections import can_be_corrected, corrections_of, mark_stood_in_wrong, mark_wrong
from service.issues.editing import item_of
from service.issues.model import Issue, Item, StoodIn
from service.issues.queries import issue_at_desk
from service.issues.stood_in import stood_in, stood_in_of
from service.stories.wording import tidy_text
from service.web.access import desk
from service.web.frame import editor, now, render, services

LONGEST = 2_000
MARK = {"items": mark_wrong, "stood-in": mark_stood_in_wrong}
"""The parts of an issue that can be wrong, as the addresses of their forms name them."""
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
    return _page(issue_id, "items", item_id, Typed())


@blueprint.post("/items/<int:item_id>/wrong")
@desk(Role.EDITOR)
def mark(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Write the correction and ask colleagues for their yes, or show the form again with what was typed."""
    return _mark(issue_id, "items", item_id)


@blueprint.get("/stood-in/<int:row>/wrong")
@desk(Role.EDITOR)
def wrong_stood_in(issue_id: int, row: int) -> Response:
    """The same form for what stood in for an item, for some readers."""
    return _page(issue_id, "stood-in", row, Typed())


@blueprint.post("/stood-in/<int:row>/wrong")
@desk(Role.EDITOR)
def mark_stood_in(issue_id: int, row: int) -> ResponseReturnValue:
    """Write the correction of that."""
    return _mark(issue_id, "stood-in", row)


def correction_parts(session: Session, issue: Issue) -> dict[str, Any]:
    """What the page of an issue shows about corrections: those of it, the issue that it corrects itself, and what else
    could be corrected besides its items."""
    besides = stood_in(session, issue, services().links, now()) if issue.started_at is not None else []
    times = copies_with(session, issue.id, [row for row, _ in besides]) if besides else {}
    return {
        "stood_in": [(row, block, times[row.id]) for row, block in besides],
        "corrections": [(each, issue_status(session, each.id)) for each in corrections_of(session, issue.id)],
        "corrects": session.get(Issue, issue.corrects_id) if issue.corrects_id is not None else None,
        "may_correct": can_be_corrected(issue) and editor().role in {Role.EDITOR, Role.ADMIN},
    }


def _mark(issue_id: int, part: str, row: int) -> ResponseReturnValue:
    typed = Typed(was=_said("was"), right=_said("right"))
    typed.errors = {name: sentence for name, sentence in NEEDED.items() if not getattr(typed, name)}
    for name in NEEDED:
        if len(getattr(typed, name)) > LONGEST:
            typed.errors[name] = f"Use at most {LONGEST:,} characters. You have {len(getattr(typed, name)):,}."
    if typed.errors:
        return _page(issue_id, part, row, typed, 422)
    with services().database.unit() as uow:
        correction = MARK[part](uow, issue_id, row, typed.was, typed.right, editor(), now=now())
    flash("The correction is written. It leaves when others have said yes and it has a time, as every issue does.")
    return redirect(url_for("desk_issues.issue", issue_id=correction.id), 303)


def _said(name: str) -> str:
    return tidy_text(request.form.get(name, ""))


def _page(issue_id: int, part: str, row: int, typed: Typed, status: int = 200) -> Response:
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        wrong, block = _found(session, found, part, row)
        return render(
            "desk/issues/wrong.html", status, issue=found, part=part, wrong=wrong, block=block, typed=typed,
            errors=typed.errors, readers=readers_with(session, wrong), open=can_be_corrected(found),
        )  # fmt: skip


def _found(session: Session, issue: Issue, part: str, row: int) -> tuple[Item | StoodIn, Block | None]:
    """What is to be corrected, and how it reads now. Raises NoSuchIssue."""
    links = services().links
    if part == "items":
        item = item_of(issue, row)
        return item, {block.item_id: block for block in mailed(session, issue, links, now()).items}.get(item.id)
    own = stood_in_of(session, issue, row)
    return own, next(block for each, block in stood_in(session, issue, links, now()) if each is own)
