"""Having a story in the next issue of a newsletter, from the story's own page."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.issues.errors import NotEligible
from service.issues.model import ItemKind
from service.issues.pins import pin, unpin
from service.web.access import desk
from service.web.desk.story_acting import back_to, review_again
from service.web.frame import editor, now, services

TOO_LATE = "It cannot be in that newsletter: its teller has not agreed, or it was in an issue before."

blueprint = Blueprint("desk_story_pins", __name__, url_prefix="/desk/stories/<int:story_id>/pins")


@blueprint.post("")
@desk(Role.EDITOR)
def add(story_id: int) -> ResponseReturnValue:
    """Have it in the next issue of a newsletter."""
    paper = request.form.get("newsletter", 0, type=int)
    try:
        with services().database.unit() as uow:
            pin(uow, paper, ItemKind.STORY, story_id, editor(), now=now())
    except NotEligible:
        return review_again(story_id, {"pins": TOO_LATE}, 409)
    return back_to(story_id, "Pinned. It comes in the next issue that is composed.")


@blueprint.post("/remove")
@desk(Role.EDITOR)
def remove(story_id: int) -> ResponseReturnValue:
    """Let the recipe decide again."""
    with services().database.unit() as uow:
        form = request.form
        unpin(uow, form.get("newsletter", 0, type=int), form.get("pin", 0, type=int), editor(), now=now())
    return back_to(story_id, "No longer pinned. The recipe decides.")
