"""Every correction we have sent, on one page for everybody."""

from flask import Blueprint, Response

from service.delivery.status import issue_status
from service.issues.corrections import Published, published
from service.issues.frames.english import ENGLISH
from service.issues.model import Issue
from service.web.access import public
from service.web.frame import now, render, services

FEWEST_COUNTED = 10
"""A smaller number of readers is not given."""

blueprint = Blueprint("corrections", __name__)


@blueprint.get("/corrections")
@public
def show() -> Response:
    """What was wrong, since when we say so, what is right, and how many readers were told."""
    with services().database.read() as session:
        found = [
            (each, issue_status(session, each.correction.id).handed_over)
            for each in published(session, services().links, now())
        ]
        return render("site/corrections.html", corrections=found, fewest=FEWEST_COUNTED, say=ENGLISH)


def by_item(issue: Issue, corrections: list[Published]) -> dict[int, list[Published]]:
    """The corrections of an issue's items, the first one first; of an item that is gone, at none."""
    return {item.id: [each for each in reversed(corrections) if each.item_id == item.id] for item in issue.items}
