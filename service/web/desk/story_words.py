"""Changing a story's words at the desk, and saying what it mentions."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.stories.differences import compare
from service.stories.errors import EditedMeanwhile
from service.stories.labels import LONGEST_NOTE
from service.stories.moderation import edit_words, note_contents
from service.stories.queries import story_at_desk
from service.stories.wording import problems_with_words, tidy_line, tidy_text
from service.web.access import desk
from service.web.desk.stories import acting, back_to
from service.web.frame import editor, now, render, services

blueprint = Blueprint("desk_story_words", __name__, url_prefix="/desk/stories/<int:story_id>")


@blueprint.get("/edit")
@desk(Role.EDITOR)
def edit(story_id: int) -> Response:
    """The form with the words in hand."""
    with services().database.read() as session:
        words = story_at_desk(session, story_id).words
        return _form(story_id, {"title": words.title, "teaser": words.teaser, "body": words.body})


@blueprint.post("/edit")
@desk(Role.EDITOR)
def save(story_id: int) -> ResponseReturnValue:
    """Keep a new revision; readers see nothing of it yet."""
    typed = _typed()
    errors = problems_with_words(**typed)
    if errors:
        return _form(story_id, typed, errors=errors, seen=request.form.get("seen", ""), status=422)
    try:
        with acting(story_id, "edited") as (_, found):
            by, seen = f"editor:{editor().id}", request.form.get("seen", "")
            edit_words(found, **typed, editor=by, seen=seen, now=now())
    except EditedMeanwhile:
        return _form(story_id, typed, overtaken=True, status=409)
    return back_to(story_id, "Saved. The storyteller has to agree to these words before readers may see them.")


@blueprint.post("/notes")
@desk(Role.EDITOR, Role.REVIEWER, Role.SAFEGUARDING)
def save_notes(story_id: int) -> ResponseReturnValue:
    """Say what the story mentions; readers see it before they read."""
    others = tidy_line(request.form.get("others", "")).split(",")
    notes = [
        note for note in (tidy_line(each)[:LONGEST_NOTE] for each in request.form.getlist("notes") + others) if note
    ]
    with acting(story_id, "noted_contents") as (_, found):
        note_contents(found, notes)
    return back_to(story_id, "Saved. Readers see this before they read.")


def _typed() -> dict[str, str]:
    form = request.form
    return {
        "title": tidy_line(form.get("title", "")),
        "teaser": tidy_line(form.get("teaser", "")),
        "body": tidy_text(form.get("body", "")),
    }


def _form(
    story_id: int,
    typed: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    seen: str = "",
    overtaken: bool = False,
    status: int = 200,
) -> Response:
    """The form; when somebody else was quicker, with their words beside what was typed here."""
    with services().database.read() as session:
        found = story_at_desk(session, story_id)
        return render(
            "desk/stories/edit.html",
            status,
            story=found,
            typed=typed,
            errors=errors or {},
            seen=seen or found.words.hash,
            theirs=compare(found.words.body, typed["body"]) if overtaken else None,
        )
