"""Issues at the desk: what comes next, one issue as readers will have it, and what one press of a button does."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.delivery.status import issue_status
from service.editors.model import Editor, Role
from service.issues import actions, approvals, scheduling
from service.issues.compose import compose_next
from service.issues.content import mailed, preheader
from service.issues.copies import To, send_test
from service.issues.errors import BadRecipe, BadRule
from service.issues.mails import sender_of
from service.issues.model import Issue, IssueState, Newsletter
from service.issues.queries import closed_issues, issue_at_desk, missed, newsletter_named, newsletters, open_issues
from service.issues.recipe import read_recipe
from service.issues.schedule import occurrences
from service.issues.standing_in import may_stand_in, seal
from service.issues.transitions import Move, possible
from service.web.access import desk
from service.web.desk.issue_builder import builder_parts
from service.web.desk.issue_corrections import correction_parts
from service.web.frame import editor, now, render, services

DATES_SHOWN = 4

APPROVED_WORDS = {
    IssueState.IN_REVIEW: "Your yes is written down. Somebody else has to approve it too.",
    IssueState.APPROVED: "Approved. You can schedule it now.",
    IssueState.SCHEDULED: "Approved, and on the schedule for its date.",
}
"""What an approval led to."""

blueprint = Blueprint("desk_issues", __name__, url_prefix="/desk/issues")


@blueprint.get("")
@desk()
def issues() -> Response:
    """The newsletters with their next dates, the issues in the making, and those that are done."""
    with services().database.read() as session:
        papers = [(paper, *_dates(paper)) for paper in newsletters(session)]
        return render("desk/issues/list.html", papers=papers, coming=open_issues(session), gone=closed_issues(session))


@blueprint.post("/compose")
@desk(Role.EDITOR)
def compose() -> ResponseReturnValue:
    """Make the draft of a newsletter's next date now, without waiting for its lead time."""
    with services().database.unit() as uow:
        issue = compose_next(uow, newsletter_named(uow.session, request.form.get("newsletter", "")), now())
    return redirect(url_for(".issue", issue_id=issue.id), 303)


@blueprint.get("/<int:issue_id>")
@desk()
def issue(issue_id: int) -> Response:
    """The issue, item by item, how it reads, and what can be done with it."""
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        content, moves = mailed(session, found, services().links, now()), _moves(found)
        stand_ins = may_stand_in(session, found, now()) if Move.APPROVE in moves or found.approved_at else []
        return render(
            "desk/issues/issue.html",
            issue=found,
            blocks={block.item_id: block for block in content.items},
            left_out=content.left_out,
            preheader=preheader(found, content),
            moves=moves,
            stand_ins=stand_ins,
            stand_ins_seal=seal(stand_ins),
            missed=missed(found, now()),
            counts=issue_status(session, found.id),
            sender=sender_of(found, services().head),
            standing=approvals.standing_of(session, found),
            approvers=approvers_of(session, found),
            **builder_parts(session, found),
            **correction_parts(session, found),
        )


@blueprint.post("/<int:issue_id>/test")
@desk(Role.EDITOR)
def test(issue_id: int) -> ResponseReturnValue:
    """Send copies to the editor's own address, to the team, or to the newsletter's seed addresses."""
    chosen = request.form.get("to", To.ME)
    with services().database.unit() as uow:
        sent = send_test(uow, issue_id, editor(), to=To(chosen) if chosen in set(To) else To.ME, now=now())
    who = editor().email if chosen == To.ME else f"{len(sent)} {'address' if len(sent) == 1 else 'addresses'}"
    return back_to(issue_id, f"A test is on its way to {who}.")


@blueprint.post("/<int:issue_id>/submit")
@desk(Role.EDITOR)
def submit(issue_id: int) -> ResponseReturnValue:
    """Ask for it to be read."""
    with services().database.unit() as uow:
        approvals.submit(uow, issue_id, editor(), version=seen_version(), now=now())
    return back_to(issue_id, "It is in review now.")


@blueprint.post("/<int:issue_id>/approve")
@desk(Role.EDITOR, Role.REVIEWER, Role.SAFEGUARDING, Role.TRANSLATOR)
def approve(issue_id: int) -> ResponseReturnValue:
    """Answer for the words that were on the page."""
    with services().database.unit() as uow:
        shown = request.form.get("stand_ins", "")
        issue = approvals.approve(uow, issue_id, editor(), version=seen_version(), shown=shown, now=now())
        against = scheduling.schedule_by_itself(uow, issue, head=services().head, now=now())
    if against:
        return back_to(issue_id, "Approved, but not scheduled: the checks before sending found something to mend.")
    return back_to(issue_id, APPROVED_WORDS[issue.state])


@blueprint.post("/<int:issue_id>/unschedule")
@desk(Role.EDITOR)
def unschedule(issue_id: int) -> ResponseReturnValue:
    """Take it off the schedule."""
    with services().database.unit() as uow:
        scheduling.unschedule(uow, issue_id, editor(), now=now())
    return back_to(issue_id, "It is off the schedule. It stays approved.")


@blueprint.post("/<int:issue_id>/stop")
@desk(Role.EDITOR)
def stop(issue_id: int) -> ResponseReturnValue:
    """Let nothing more leave."""
    with services().database.unit() as uow:
        actions.stop(uow, issue_id, editor(), now=now())
    return back_to(issue_id, "Stopped. Nothing more leaves.")


@blueprint.post("/<int:issue_id>/resume")
@desk(Role.EDITOR)
def resume(issue_id: int) -> ResponseReturnValue:
    """Go on with those who do not have it yet."""
    with services().database.unit() as uow:
        actions.resume(uow, issue_id, editor(), now=now())
    return back_to(issue_id, "It goes on. Nobody gets it twice.")


@blueprint.post("/<int:issue_id>/reopen")
@desk(Role.EDITOR)
def reopen(issue_id: int) -> ResponseReturnValue:
    """Take an issue that was stopped in time back to review."""
    with services().database.unit() as uow:
        actions.reopen(uow, issue_id, editor(), now=now())
    return back_to(issue_id, "It is in review again.")


@blueprint.post("/<int:issue_id>/cancel")
@desk(Role.EDITOR)
def cancel(issue_id: int) -> ResponseReturnValue:
    """Give it up."""
    with services().database.unit() as uow:
        actions.cancel(uow, issue_id, editor(), version=seen_version(), now=now())
    return back_to(issue_id, "Cancelled. This issue will not go out.")


def back_to(issue_id: int, message: str, *, anchor: str = "") -> ResponseReturnValue:
    """The issue's page, with one sentence about what was done."""
    flash(message)
    return redirect(url_for("desk_issues.issue", issue_id=issue_id, _anchor=anchor or None), 303)


def seen_version() -> int:
    """The version of the issue that was on the page; 0, which no issue has, when the form does not say."""
    return request.form.get("version", 0, type=int)


def _dates(paper: Newsletter) -> tuple[list[object], str]:
    """The next dates of a newsletter, and what is wrong with its rule or recipe, if anything."""
    try:
        read_recipe(paper.recipe)
        return list(occurrences(paper, now(), DATES_SHOWN)), ""
    except (BadRule, BadRecipe) as error:
        return [], str(error)


def _moves(found: Issue) -> frozenset[Move]:
    moves = possible(found.state, started=found.started_at is not None)
    if editor().role in {Role.EDITOR, Role.ADMIN}:
        return moves
    return moves & {Move.APPROVE} if editor().role in found.newsletter.approver_roles else frozenset()


def approvers_of(session: Session, found: Issue) -> list[Editor]:
    """Who has said yes to the content as it is now."""
    return [session.get_one(Editor, yes.editor_id) for yes in approvals.standing_of(session, found).given]
