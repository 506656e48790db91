"""Preflight at the desk: what the checks say about an issue, and sending in spite of one of them."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.editors.model import Editor, Role
from service.editors.trail import note
from service.issues.preflight.examine import CHECKS, blocks, examination, overrides
from service.issues.preflight.overriding import agree_to_override, ask_to_override
from service.issues.queries import issue_at_desk
from service.issues.transitions import OPEN
from service.web.access import desk
from service.web.forms import one_line
from service.web.frame import editor, now, render, services

LONGEST_REASON = 500

blueprint = Blueprint("desk_issue_preflight", __name__, url_prefix="/desk/issues/<int:issue_id>/preflight")


@blueprint.get("")
@desk()
def preflight(issue_id: int) -> Response:
    """Every check, made now."""
    return _page(issue_id)


@blueprint.post("/links")
@desk(Role.EDITOR)
def try_links(issue_id: int) -> ResponseReturnValue:
    """Have a worker try the links that were not tried lately."""
    with services().database.unit() as uow:
        issue = issue_at_desk(uow.session, issue_id)
        note(uow, editor(), "tried_links", f"issue:{issue.id}", now=now())
        uow.enqueue("preflight.try_links", issue.id)
    return _back(issue_id, "The links are being tried. Load this page again in a moment.")


@blueprint.post("/override")
@desk(Role.EDITOR)
def ask(issue_id: int) -> ResponseReturnValue:
    """Ask to send in spite of a finding."""
    reason = one_line(request.form.get("reason", ""), most=LONGEST_REASON)
    if not reason:
        return _page(issue_id, {"reason": "Write why it may leave in spite of this."}, status=422)
    with services().database.unit() as uow:
        finding = request.form.get("finding", "")
        ask_to_override(uow, issue_id, finding, reason, editor(), head=services().head, now=now())
    return _back(issue_id, "Written down. It counts as soon as a second person agrees.")


@blueprint.post("/override/<int:override_id>/agree")
@desk(Role.EDITOR)
def agree(issue_id: int, override_id: int) -> ResponseReturnValue:
    """Agree, as a second person."""
    with services().database.unit() as uow:
        agree_to_override(uow, issue_id, override_id, editor(), now=now())
    return _back(issue_id, "You agreed. This no longer holds the issue back.")


def _page(issue_id: int, errors: dict[str, str] | None = None, *, status: int = 200) -> Response:
    with services().database.read() as session:
        issue = issue_at_desk(session, issue_id)
        done = examination(session, issue, services().head, now())
        asked = {each.finding: each for each in overrides(session, issue)}
        people = {each.asked_by for each in asked.values()} | {each.agreed_by for each in asked.values()} - {None}
        return render(
            "desk/issues/preflight.html", status,
            issue=issue, findings=done.findings, copies=done.copies, stops=blocks(session, issue, done.findings),
            asked=asked, errors=errors or {},
            people={row: session.get_one(Editor, row) for row in people}, checks=len(CHECKS),
            finding=request.form.get("finding", ""), is_open=issue.state in OPEN,
            may_edit=editor().role in {Role.EDITOR, Role.ADMIN},
        )  # fmt: skip


def _back(issue_id: int, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for(".preflight", issue_id=issue_id), 303)
