"""Holding a story back, and closing a case. Where somebody may be in danger, only the safeguarding lead closes it."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from service.editors.leads import alert_leads
from service.editors.model import Role
from service.editors.trail import note
from service.stories.holds import open_hold, resolve
from service.stories.model import HoldKind, Story, StoryHold
from service.stories.photos import take_out
from service.stories.wording import tidy_text, too_long
from service.web.access import desk
from service.web.desk.story_acting import acting, back_to, pressed, review_again
from service.web.desk.story_review import READERS, me
from service.web.frame import editor, now, services

LONGEST_NOTE = 4_000
"""Characters."""

blueprint = Blueprint("desk_story_cases", __name__, url_prefix="/desk/stories/<int:story_id>")


@blueprint.post("/cases")
@desk(*READERS)
def hold_back(story_id: int) -> ResponseReturnValue:
    """Open a case: from now on no reader sees the story."""
    kind, words = request.form.get("kind", ""), tidy_text(request.form.get("case_note", ""))
    wrong = {
        "kind": "" if kind in set(HoldKind) - {HoldKind.GIVEN_AWAY} else "Choose why it is held back.",
        "case_note": _wrong(words, "Write a sentence, so that a colleague knows what to do."),
    }
    errors = {field: sentence for field, sentence in wrong.items() if sentence}
    if errors:
        return review_again(story_id, errors, typed={"kind": kind, "case_note": words})
    with acting(story_id, "opened_case") as (uow, found):
        open_hold(uow, HoldKind(kind), found, opened_by=me(), note=words, now=now())
        if kind == HoldKind.SAFEGUARDING:
            alert_leads(uow, now=now())
    return back_to(story_id, "Held back. No reader sees it until the case is closed.")


@blueprint.post("/cases/<int:case_id>/close")
@desk(Role.EDITOR)
def close(story_id: int, case_id: int) -> ResponseReturnValue:
    """Close a case of another kind, with what was done."""
    field = f"resolution_{case_id}"
    done = tidy_text(request.form.get(field, ""))
    wrong = _wrong(done, "Write down what you did.")
    if wrong:
        return review_again(story_id, {field: wrong}, typed={field: done})
    with services().database.unit() as uow:
        hold = uow.session.get(StoryHold, case_id)
        if hold is None or hold.story_id != story_id:
            raise NotFound
        if hold.kind is HoldKind.SAFEGUARDING:
            raise Forbidden
        resolve(uow, case_id, by=me(), resolution=done, now=now())
        note(uow, editor(), "resolved_case", f"case:{case_id}", now=now())
    return back_to(story_id, "The case is closed.")


@blueprint.post("/photos/<int:photo_id>/out")
@desk(Role.EDITOR)
def take_photo_out(story_id: int, photo_id: int) -> ResponseReturnValue:
    """Take a photo out of the story; its file goes with the next sweep."""

    def out(_: object, story: Story) -> None:
        take_out(story, photo_id, now=now())

    return pressed(story_id, "took_photo_out", out, done="The photo is out of the story.")


def _wrong(words: str, missing: str) -> str:
    return too_long("The note", words, LONGEST_NOTE) if words else missing
