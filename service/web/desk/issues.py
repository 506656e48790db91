"""Issues at the desk: what comes next, one issue as readers will have it, and what one press of a button does."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.delivery.status import issue_status
from service.editors.model import Editor, Role
from service.issues import actions
from service.issues.compose import compose_next
from service.issues.content import mailed, preheader
from service.issues.editing import articles_to_add, stories_to_add
from service.issues.errors import BadRecipe, BadRule
from service.issues.mails import inert_slots, sender_of
from service.issues.model import Issue, Newsletter
from service.issues.queries import closed_issues, issue_at_desk, missed, newsletter_named, newsletters, open_issues
from service.issues.recipe import read_recipe
from service.issues.render import RenderedVariant, render_issue
from service.issues.schedule import occurrences
from service.issues.transitions import Move, possible
from service.mail.mime import fill
from service.web.access import desk
from service.web.frame import editor, now, render, services

DATES_SHOWN = 4

PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""A mail needs its inline styles and nothing else; it is shown in a frame of the desk, which may do nothing."""

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
        content = mailed(session, found, services().links, now())
        return render(
            "desk/issues/issue.html",
            issue=found,
            blocks={block.item_id: block for block in content.items},
            left_out=content.left_out,
            preheader=preheader(found, content),
            moves=_moves(found),
            missed=missed(found, now()),
            counts=issue_status(session, found.id),
            text=_sample(_rendered(session, found).text),
            sender=sender_of(found, services().head),
            stories=stories_to_add(session, found, now()),
            articles=articles_to_add(session, found, now()),
            approver=session.get(Editor, found.approved_by) if found.approved_by else None,
        )


@blueprint.get("/<int:issue_id>/preview.html")
@desk()
def preview(issue_id: int) -> Response:
    """The HTML part as a reader would get it now, for a frame of the issue's page."""
    with services().database.read() as session:
        answer = Response(_sample(_rendered(session, issue_at_desk(session, issue_id)).html))
    answer.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return answer


@blueprint.post("/<int:issue_id>/test")
@desk(Role.EDITOR)
def test(issue_id: int) -> ResponseReturnValue:
    """Send a copy to the editor's own address."""
    with services().database.unit() as uow:
        actions.send_test(uow, issue_id, editor(), now=now())
    return back_to(issue_id, f"A test is on its way to {editor().email}.")


@blueprint.post("/<int:issue_id>/submit")
@desk(Role.EDITOR)
def submit(issue_id: int) -> ResponseReturnValue:
    """Ask for it to be read."""
    with services().database.unit() as uow:
        actions.submit(uow, issue_id, editor(), version=seen_version(), now=now())
    return back_to(issue_id, "It is in review now.")


@blueprint.post("/<int:issue_id>/approve")
@desk(Role.EDITOR)
def approve(issue_id: int) -> ResponseReturnValue:
    """Answer for the words that were on the page."""
    with services().database.unit() as uow:
        actions.approve(uow, issue_id, editor(), version=seen_version(), now=now())
    return back_to(issue_id, "Approved. You can schedule it now.")


@blueprint.post("/<int:issue_id>/unschedule")
@desk(Role.EDITOR)
def unschedule(issue_id: int) -> ResponseReturnValue:
    """Take it off the schedule."""
    with services().database.unit() as uow:
        actions.unschedule(uow, issue_id, editor(), now=now())
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
    if editor().role not in {Role.EDITOR, Role.ADMIN}:
        return frozenset()
    return possible(found.state, started=found.started_at is not None)


def _rendered(session: Session, found: Issue) -> RenderedVariant:
    return render_issue(session, found, services().head, now())[0]


def _sample(part: str) -> str:
    """A part of the mail with its slots filled for nobody."""
    return fill(part, inert_slots(services().links))
