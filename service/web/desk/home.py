"""The desk's home: what needs an editor now, and what goes out next."""

from flask import Blueprint, Response

from service.issues.model import IssueState
from service.web.access import desk
from service.web.desk.overview import overview
from service.web.frame import now, render, services

NEXT_WORDS = {
    IssueState.IDEA: "It is an idea, and goes out only when somebody schedules it.",
    IssueState.DRAFT: "It is a draft, and goes out only when somebody schedules it.",
    IssueState.IN_REVIEW: "It is being reviewed, and goes out only when somebody schedules it.",
    IssueState.APPROVED: "It is approved, and goes out only when somebody schedules it.",
    IssueState.SCHEDULED: "It is scheduled and goes out by itself.",
    IssueState.PREFLIGHT: "It is held back: the last check found something to mend.",
    IssueState.SENDING: "It is going out now.",
    IssueState.PAUSED: "It has stopped halfway and waits for somebody to decide.",
}
"""What an editor needs to know about an issue that is still to go out."""

blueprint = Blueprint("desk_home", __name__, url_prefix="/desk")


@blueprint.get("")
@desk()
def home() -> Response:
    """How things stand."""
    with services().database.read() as session:
        return render("desk/home.html", seen=overview(session, now()), next_words=NEXT_WORDS)
