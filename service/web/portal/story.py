"""One story of theirs: where it is, its words, and the ways out of sight: hide, bring back, take back."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from service.media.pictures import file_name, sizes
from service.media.storage import NotStored
from service.stories.consent import PLACES, newest_answers
from service.stories.declining import RULES
from service.stories.guards import STORYTELLER
from service.stories.model import StoryState
from service.stories.moderation import hide, resume, withdraw
from service.stories.naming import NAMINGS
from service.stories.portal import own_story
from service.stories.thanks import thanks_said
from service.stories.whereabouts import where_is
from service.stories.wording import tidy_text, too_long
from service.stories.workflow import Action, possible
from service.web.access import teller
from service.web.frame import now, services
from service.web.portal.frame import (
    acting,
    back_to,
    in_session,
    looking,
    page,
    receipt_path,
    to_receipt,
    to_talk,
    who,
    write_to_editors,
)
from service.web.portal.waiting import has_yes_for_shown, may_be_answered, undecided, waits_for_you
from service.web.site.share_frame import help_lines

LONGEST_COMMENT = 5_000
"""Characters."""
NO_WORDS = "Write what you would like to tell us."

blueprint = Blueprint("story", __name__, url_prefix="/stories/<int:story_id>")


@blueprint.get("")
@teller
def show(story_id: int) -> Response:
    """Everything about it on one page, and a way to everything that can be done with it."""
    with looking(story_id) as story:
        newest = newest_answers(story.consents)
        return page(
            "story",
            story,
            where=where_is(story, now()),
            waiting=waits_for_you(story, now()),
            ways=possible(story.state),
            is_mine_to_show=story.state is StoryState.HIDDEN and story.hidden_by == STORYTELLER,
            may_answer=may_be_answered(story) and not undecided(story),
            may_renew=has_yes_for_shown(story),
            yes=[scope for scope in PLACES if scope in newest and newest[scope].granted],
            places=PLACES,
            naming=NAMINGS[story.naming],
            receipt=receipt_path(story_id),
            rule=RULES.get(story.decline_rule, ""),
            thanks=thanks_said(story),
        )


@blueprint.post("/hide")
@teller
def hide_now(story_id: int) -> ResponseReturnValue:
    """Out of sight with one press; pressed twice, it stays so."""
    with acting(story_id) as (_, story):
        if story.state is not StoryState.HIDDEN:
            hide(story, now=now(), by=STORYTELLER)
    return back_to(story_id, "hidden")


@blueprint.post("/bring-back")
@teller
def bring_back(story_id: int) -> ResponseReturnValue:
    """In sight again, if it was this side that hid it."""
    with acting(story_id) as (_, story):
        if story.state is not StoryState.PUBLISHED:
            resume(story, now=now(), by=STORYTELLER)
    return back_to(story_id, "shown")


@blueprint.get("/take-back")
@teller
def ask_to_take_back(story_id: int) -> Response:
    """What it means, and what cannot be undone."""
    with looking(story_id) as story:
        return page("take_back", story, may_take_back=Action.WITHDRAW in possible(story.state))


@blueprint.post("/take-back")
@teller
def take_back(story_id: int) -> ResponseReturnValue:
    """For good; pressed twice, it stays so."""
    with acting(story_id) as (uow, story):
        if story.state is not StoryState.WITHDRAWN:
            keep_copy = request.form.get("copy") == "yes"
            withdraw(uow, story, now=now(), by=STORYTELLER, keep_copy=keep_copy, **who())
    return to_receipt(story_id)


@blueprint.get("/talk")
@teller
def talk(story_id: int) -> Response:
    """What was said between them and us, and a box for more."""
    with looking(story_id) as story:
        return page("talk", story, words="", help_lines=help_lines() if "help" in request.args else ())


@blueprint.post("/talk")
@teller
def say(story_id: int) -> ResponseReturnValue:
    """Say something to the editors."""
    words = tidy_text(request.form.get("words", ""))
    problem = too_long("What you wrote", words, LONGEST_COMMENT) if words else NO_WORDS
    if problem:
        with looking(story_id) as story:
            return page("talk", story, {"words": problem}, words=words)
    with acting(story_id) as (uow, story):
        worrying = write_to_editors(uow, story, words)
    return to_talk(story_id, worrying=worrying)


@blueprint.get("/photos/<int:photo_id>.jpg")
@teller
def photo(story_id: int, photo_id: int) -> Response:
    """The middle one of a photo's sizes."""
    with services().database.read() as session:
        story = own_story(session, in_session().storyteller_id, story_id)
        found = next((each for each in story.photos if each.id == photo_id and each.removed_at is None), None)
    if found is None:
        raise NotFound
    widths = sizes(found.width, found.height)
    try:
        content = services().storage.get(file_name(found.asset_key, widths[len(widths) // 2][0]))
    except NotStored:
        raise NotFound from None
    return Response(content, mimetype="image/jpeg")
