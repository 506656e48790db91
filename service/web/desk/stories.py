"""Stories at the desk: the queue, the review page, and who works on which story."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.stories.errors import ClaimedByAnother, NotFromHere
from service.stories.model import StoryState
from service.stories.queries import WAITING, count_by_state, queue
from service.stories.reviewing import claim, claimant, is_parked, pass_on
from service.stories.workflow import possible
from service.web.access import desk
from service.web.desk.story_acting import acting, pressed, review_again
from service.web.desk.story_refusals import said
from service.web.desk.story_review import READERS, me, names, review, suggestions
from service.web.frame import now, render, services

MOST_LISTED = 200

blueprint = Blueprint("desk_stories", __name__, url_prefix="/desk/stories")


@blueprint.get("")
@desk(*READERS)
def stories() -> Response:
    """Who waits for us, oldest first, or the stories in one state; all of them, mine, or those nobody works on."""
    chosen, claimed = request.args.get("state", ""), request.args.get("claimed", "")
    state = StoryState(chosen) if chosen in set(StoryState) else None
    wanted = {"mine": me(), "free": ""}.get(claimed)
    with services().database.read() as session:
        found = queue(session, [state] if state else WAITING, most=MOST_LISTED)
        return render(
            "desk/stories/queue.html",
            stories=[story for story in found if wanted is None or claimant(story, now()) == wanted],
            state=state,
            claimed=claimed if wanted is not None else "",
            waiting=WAITING,
            counts=count_by_state(session),
            claimant=lambda story: claimant(story, now()),
            me=me(),
            who=names(session),
            suggestions=suggestions,
            possible=possible,
            is_parked=lambda story: is_parked(story, now()),
            days=lambda story: (now() - (story.state_since or story.submitted_at or story.created_at)).days,
        )


@blueprint.get("/<int:story_id>")
@desk(*READERS)
def story(story_id: int) -> Response:
    """The beginning and what it mentions; with `?read`, and for whoever works on it, the whole."""
    with services().database.read() as session:
        return review(session, story_id)


@blueprint.post("/<int:story_id>/claim")
@desk(Role.EDITOR)
def claim_story(story_id: int) -> ResponseReturnValue:
    """Take it on for a day."""
    return pressed(
        story_id,
        "claimed",
        lambda _, found: claim(found, by=me(), now=now()),
        done="You work on this story now, for 24 hours. Pass it on whenever you like.",
    )


@blueprint.post("/<int:story_id>/pass")
@desk(Role.EDITOR)
def pass_story(story_id: int) -> ResponseReturnValue:
    """Give it back to the queue. Nobody asks why."""
    try:
        with acting(story_id, "passed_on") as (_, found):
            pass_on(found, by=me(), now=now())
    except (ClaimedByAnother, NotFromHere) as refusal:
        return review_again(story_id, said(refusal), 409)
    flash("Passed on. A colleague will take it. That is always all right.")
    return redirect(url_for(".stories"), 303)
