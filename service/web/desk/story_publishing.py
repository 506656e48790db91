"""Letting readers see a story, on a day or at once, and taking it out of their sight for now."""

from datetime import UTC, date, datetime, time

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.stories.moderation import hide, publish, resume, schedule
from service.web.access import desk
from service.web.desk.story_acting import pressed, review_again
from service.web.desk.story_review import me
from service.web.frame import now

NO_DAY = "Choose a day to come, or leave it empty."

blueprint = Blueprint("desk_story_publishing", __name__, url_prefix="/desk/stories/<int:story_id>")


@blueprint.post("/publish")
@desk(Role.EDITOR)
def publish_story(story_id: int) -> ResponseReturnValue:
    """Show exactly the words that stood above the button."""
    seen = request.form.get("seen", "")
    return pressed(
        story_id,
        "published",
        lambda uow, found: publish(uow, found, seen=seen, now=now(), by=me()),
        done="Published. Readers see it now.",
    )


@blueprint.post("/schedule")
@desk(Role.EDITOR)
def schedule_story(story_id: int) -> ResponseReturnValue:
    """Have exactly these words published when a day comes; without a day, as soon as its teller lets us."""
    seen, typed = request.form.get("seen", ""), request.form.get("day", "").strip()
    at = _start_of(typed)
    if typed and (at is None or at <= now()):
        return review_again(story_id, {"publishing": NO_DAY}, typed={"day": typed})
    return pressed(
        story_id,
        "scheduled",
        lambda _, found: schedule(found, seen=seen, now=now(), by=me(), not_before=at),
        done="It is published by itself when its time comes.",
    )


@blueprint.post("/hide")
@desk(Role.EDITOR)
def hide_story(story_id: int) -> ResponseReturnValue:
    """Out of sight for now."""
    return pressed(
        story_id,
        "hid",
        lambda _, found: hide(found, now=now(), by=me()),
        done="Hidden. Readers do not see it any more.",
    )


@blueprint.post("/resume")
@desk(Role.EDITOR)
def resume_story(story_id: int) -> ResponseReturnValue:
    """In sight again."""
    return pressed(
        story_id,
        "resumed",
        lambda _, found: resume(found, now=now(), by=me()),
        done="It is back where it was before it was hidden.",
    )


def _start_of(day: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError:
        return None
