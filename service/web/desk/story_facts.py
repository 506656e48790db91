"""Medical claims of a story: an editor asks for a check, a reviewer signs off exactly these words or finds none."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.editors.model import Editor, Role
from service.stories.queries import story_at_desk
from service.stories.reviewing import flag_claims, sign_off, unflag_claims
from service.web.access import desk
from service.web.desk.story_acting import pressed, review_again
from service.web.desk.story_review import me
from service.web.frame import editor, now, services

YOUR_OWN = "These are your own words. Another reviewer checks them."

blueprint = Blueprint("desk_story_facts", __name__, url_prefix="/desk/stories/<int:story_id>/facts")


@blueprint.post("")
@desk(Role.EDITOR, Role.REVIEWER)
def flag(story_id: int) -> ResponseReturnValue:
    """Say that the story makes medical claims."""
    return pressed(
        story_id,
        "flagged_claims",
        lambda _, found: flag_claims(found, by=me(), now=now()),
        done="A reviewer has to sign its facts off before readers see it.",
    )


@blueprint.post("/sign-off")
@desk(Role.REVIEWER)
def sign(story_id: int) -> ResponseReturnValue:
    """Say as a reviewer that what exactly these words claim may stand."""
    with services().database.read() as session:
        own = story_at_desk(session, story_id).words.author == me()
        somebody_else = _another_reviewer(session)
    if own and somebody_else:
        return review_again(story_id, {"facts": YOUR_OWN}, 409)
    seen = request.form.get("seen", "")
    return pressed(
        story_id,
        "signed_off_facts",
        lambda _, found: sign_off(found, seen=seen, by=me(), now=now()),
        done="Signed off. It counts for exactly these words.",
    )


@blueprint.post("/none")
@desk(Role.REVIEWER)
def unflag(story_id: int) -> ResponseReturnValue:
    """Say as a reviewer that there was nothing to check."""
    return pressed(
        story_id,
        "unflagged_claims",
        lambda _, found: unflag_claims(found, by=me(), now=now()),
        done="Nobody has to sign its facts off.",
    )


def _another_reviewer(session: Session) -> bool:
    others = select(Editor.id).where(
        Editor.active, Editor.role.in_((Role.REVIEWER, Role.ADMIN)), Editor.id != editor().id
    )
    return session.scalar(others.limit(1)) is not None
