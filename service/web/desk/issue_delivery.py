"""Who has an issue and who has not, person by person with masked addresses, and what only a person can decide."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.delivery.decisions import let_go, resend, send_to_the_rest
from service.delivery.outlook import outlook
from service.delivery.people import PAGE, UnknownBatch, people, unknown_batches
from service.delivery.rest import rest_size
from service.delivery.standing import Standing
from service.delivery.status import issue_status
from service.editors.model import Role
from service.issues import actions
from service.issues.model import IssueState
from service.issues.queries import issue_at_desk
from service.issues.transitions import possible
from service.web.access import desk
from service.web.frame import editor, now, render, services

GOES_OUT = frozenset({IssueState.SENDING, IssueState.SENT})
"""The states in which the rest may be written to."""

MOVES: Mapping[str, tuple[Callable[..., object], str]] = {
    "stop": (actions.stop, "Stopped. Nothing more leaves. What the provider still holds is being called back."),
    "resume": (actions.resume, "It goes on. Nobody gets it twice."),
    "cancel": (actions.cancel, "Cancelled. Nobody else gets this issue."),
}

blueprint = Blueprint("desk_issue_delivery", __name__, url_prefix="/desk/issues/<int:issue_id>/delivery")


@blueprint.get("")
@desk(Role.EDITOR)
def delivery(issue_id: int) -> Response:
    """The counts, the batches that wait for a decision, and the people: all, or those who stand as `who` says."""
    chosen = request.args.get("who", "")
    standing = Standing(chosen) if chosen in set(Standing) else None
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        page = people(session, issue_id, standing=standing, after=request.args.get("after", 0, type=int))
        return render(
            "desk/issues/delivery.html",
            issue=found,
            counts=issue_status(session, issue_id),
            ahead=outlook(session, issue_id, services().timing.ramp, now()),
            moves=possible(found.state, started=found.started_at is not None),
            unknown=unknown_batches(session, issue_id),
            rest=rest_size(session, found) if found.state in GOES_OUT else 0,
            standing=standing,
            people=page,
            further=page[-1].subscriber_id if len(page) == PAGE else None,
        )


@blueprint.post("/<any(stop, resume, cancel):move>")
@desk(Role.EDITOR)
def press(issue_id: int, move: str) -> ResponseReturnValue:
    """The red button, the green one, and the one without a way back."""
    act, done = MOVES[move]
    with services().database.unit() as uow:
        act(uow, issue_id, editor(), now=now())
    return _back(issue_id, done)


@blueprint.get("/<int:batch_id>/again")
@desk(Role.EDITOR)
def ask(issue_id: int, batch_id: int) -> Response:
    """The warning before a batch is sent again; nothing has happened yet."""
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        return render("desk/issues/send_again.html", issue=found, batch=_unknown(session, issue_id, batch_id))


@blueprint.post("/<int:batch_id>/again")
@desk(Role.EDITOR)
def again(issue_id: int, batch_id: int) -> ResponseReturnValue:
    """Yes, send it to them again."""
    with services().database.unit() as uow:
        _unknown(uow.session, issue_id, batch_id)
        resend(uow, batch_id, editor(), now())
    return _back(issue_id, "They get it again.")


@blueprint.post("/<int:batch_id>/leave")
@desk(Role.EDITOR)
def leave(issue_id: int, batch_id: int) -> ResponseReturnValue:
    """Leave it: nobody gets it twice, and some may not have it."""
    with services().database.unit() as uow:
        _unknown(uow.session, issue_id, batch_id)
        let_go(uow, batch_id, editor(), now())
    return _back(issue_id, "Left as it is. Nobody gets it twice.")


@blueprint.post("/rest")
@desk(Role.EDITOR)
def rest(issue_id: int) -> ResponseReturnValue:
    """Send it to those who have none yet, and to nobody else."""
    with services().database.unit() as uow:
        made = send_to_the_rest(uow, issue_id, editor(), services().head, now(), batch_size=services().mailer.largest)
    return _back(issue_id, "It is on its way to the rest." if made else "There is nobody left to send it to.")


def _unknown(session: Session, issue_id: int, batch_id: int) -> UnknownBatch:
    """The batch, if it is one of this issue that waits for a decision (any more)."""
    return next((batch for batch in unknown_batches(session, issue_id) if batch.id == batch_id), None) or abort(404)


def _back(issue_id: int, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for(".delivery", issue_id=issue_id), 303)
