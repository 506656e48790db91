"""The red button behind the link in the mail "it has begun to leave": it stops an issue without signing in."""

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from service.delivery.outlook import outlook
from service.delivery.status import issue_status
from service.delivery.stopping import can_be_stopped, read_stop_link, stop_by_link
from service.web.access import signed_link
from service.web.frame import now, render, services

blueprint = Blueprint("stop", __name__)


@blueprint.get("/stop/<token>")
@signed_link
def show(token: str) -> Response:
    """One red button; or, when nothing can leave any more, who has it and who has not."""
    house = services()
    with house.database.read() as session:
        issue = read_stop_link(session, house.tokens, token)
        return render(
            "portal/stop.html",
            token=token,
            issue=issue,
            can_be_stopped=can_be_stopped(issue),
            counts=issue_status(session, issue.id),
            ahead=outlook(session, issue.id, house.timing.ramp, now()),
        )


@blueprint.post("/stop/<token>")
@signed_link
def press(token: str) -> ResponseReturnValue:
    """Stop it. The link is the key, so there is no form token and no cookie."""
    with services().database.unit() as uow:
        stop_by_link(uow, services().tokens, token, now=now())
    return redirect(url_for(".show", token=token), 303)
