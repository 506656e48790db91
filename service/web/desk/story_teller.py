"""Talking with the person who told a story, and, where the work needs it, seeing who that is."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.editors.trail import note
from service.stories.guards import STORYTELLER
from service.stories.model import Story
from service.stories.own import comment
from service.stories.queries import story_for_change
from service.stories.reviewing import claimant
from service.stories.wording import tidy_text, too_long
from service.web.access import desk
from service.web.desk.story_acting import acting, back_to, review_again
from service.web.desk.story_review import me, review
from service.web.frame import editor, now, render, services

LONGEST_COMMENT = 4_000
"""Characters."""
NOT_YOURS = "Only whoever works on this story may see who told it. Take it on first, or ask an admin."
NO_WORDS = "Write something first."

blueprint = Blueprint("desk_story_teller", __name__, url_prefix="/desk/stories/<int:story_id>")


@blueprint.post("/teller")
@desk(Role.EDITOR, Role.SAFEGUARDING)
def show_teller(story_id: int) -> Response:
    """Who told it. The only page with name and address, and the trail says who looked."""
    with services().database.unit() as uow:
        found = story_for_change(uow.session, story_id)
        if not works_on(found):
            return review(uow.session, story_id, 403, errors={"teller": NOT_YOURS})
        note(uow, editor(), "saw_teller", f"story:{story_id}", now=now())
        theirs = [each for each in found.comments if each.author == STORYTELLER]
        return render("desk/stories/teller.html", story=found, comments=theirs)


@blueprint.post("/comments")
@desk(Role.EDITOR, Role.SAFEGUARDING)
def say(story_id: int) -> ResponseReturnValue:
    """Write to its teller: the words stand on their own page, and a mail says that there are some."""
    words = tidy_text(request.form.get("comment", ""))
    wrong = too_long("What you wrote", words, LONGEST_COMMENT) if words else NO_WORDS
    if wrong:
        return review_again(story_id, {"comment": wrong}, typed={"comment": words})
    with acting(story_id, "wrote_to_teller") as (uow, found):
        comment(uow, found, words, author=me(), now=now())
    return back_to(story_id, "Said. Its teller gets a mail that there is an answer.")


def works_on(story: Story) -> bool:
    """Whether the work on the story needs its teller's name: of admins, the safeguarding lead, and the editor whose
    story it is now or who has done a step of it while nobody else has taken it on."""
    if editor().role in {Role.ADMIN, Role.SAFEGUARDING}:
        return True
    holder = claimant(story, now())
    return holder == me() or (not holder and any(step.by == me() for step in story.steps))
