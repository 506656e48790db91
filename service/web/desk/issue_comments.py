"""Comments on an issue at the desk: say something about an item, deal with it, open it again."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from service.issues import comments
from service.issues.comments import MAY_COMMENT
from service.stories.wording import tidy_text
from service.web.access import desk
from service.web.desk.issues import back_to
from service.web.frame import editor, now, services

LONGEST_COMMENT = 2_000

blueprint = Blueprint("desk_issue_comments", __name__, url_prefix="/desk/issues/<int:issue_id>/comments")


@blueprint.post("")
@desk(*MAY_COMMENT)
def say(issue_id: int) -> ResponseReturnValue:
    """Say something about an item, or about the whole issue when the form names none."""
    words = tidy_text(request.form.get("words", ""))[:LONGEST_COMMENT]
    item_id = request.form.get("item", type=int)
    place = f"item-{item_id}" if item_id else "comments"
    if not words:
        return back_to(issue_id, "Write something first: an empty comment is not kept.", anchor=place)
    with services().database.unit() as uow:
        comments.say(uow, issue_id, item_id, words, editor(), now=now())
    return back_to(issue_id, "Your comment is there.", anchor=place)


@blueprint.post("/<int:comment_id>/resolve")
@desk(*MAY_COMMENT)
def resolve(issue_id: int, comment_id: int) -> ResponseReturnValue:
    """It is dealt with."""
    with services().database.unit() as uow:
        comment = comments.resolve(uow, issue_id, comment_id, editor(), now=now())
    return back_to(issue_id, "The comment is dealt with.", anchor=_place(comment.item_id))


@blueprint.post("/<int:comment_id>/open")
@desk(*MAY_COMMENT)
def open_again(issue_id: int, comment_id: int) -> ResponseReturnValue:
    """It is not dealt with after all."""
    with services().database.unit() as uow:
        comment = comments.open_again(uow, issue_id, comment_id, editor(), now=now())
    return back_to(issue_id, "The comment is open again.", anchor=_place(comment.item_id))


def _place(item_id: int | None) -> str:
    return f"item-{item_id}" if item_id else "comments"
