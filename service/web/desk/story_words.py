"""Changing a story's words at the desk, and saying what it mentions."""

from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.stories.changes import FIELDS
from service.stories.differences import Comparison, compare
from service.stories.errors import EditedMeanwhile
from service.stories.labels import LONGEST_NOTE
from service.stories.model import Revision, Story
from service.stories.moderation import edit_words, note_contents
from service.stories.queries import story_at_desk
from service.stories.reviewing import claimant
from service.stories.wording import problems_with_words, tidy_line, tidy_text
from service.web.access import desk
from service.web.desk.story_acting import acting, back_to
from service.web.desk.story_refusals import Refusal, said
from service.web.desk.story_review import READERS, me, names
from service.web.frame import now, render, services

blueprint = Blueprint("desk_story_words", __name__, url_prefix="/desk/stories/<int:story_id>")


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody saved other words meanwhile: by field, what they changed, and what saving now would make of theirs."""

    by: str
    since: dict[str, Comparison]
    yours: dict[str, Comparison]


@blueprint.get("/edit")
@desk(Role.EDITOR)
def edit(story_id: int) -> Response:
    """The form with the words in hand."""
    with services().database.read() as session:
        return _form(story_id, _plain(story_at_desk(session, story_id).words))


@blueprint.post("/edit")
@desk(Role.EDITOR)
def save(story_id: int) -> ResponseReturnValue:
    """Keep a new revision; readers see nothing of it yet."""
    typed, seen = _typed(), request.form.get("seen", "")
    errors = problems_with_words(**typed)
    if errors:
        return _form(story_id, typed, errors=errors, seen=seen, status=422)
    try:
        with acting(story_id, "edited") as (_, found):
            edit_words(found, **typed, editor=me(), seen=seen, now=now())
    except EditedMeanwhile:
        return _form(story_id, typed, overtaken=seen or "no words", status=409)
    except Refusal as refusal:
        return _form(story_id, typed, errors=said(refusal), seen=seen, status=409)
    return back_to(story_id, "Saved. Next, say why you changed what you changed, and send it to the storyteller.")


@blueprint.post("/notes")
@desk(*READERS)
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
    overtaken: str = "",
    status: int = 200,
) -> Response:
    """The form. `overtaken` is the hash of the words it began with, when somebody else was quicker."""
    with services().database.read() as session:
        found = story_at_desk(session, story_id)
        who, holder = names(session), claimant(found, now())
        return render(
            "desk/stories/edit.html",
            status,
            story=found,
            typed=typed,
            errors=errors or {},
            seen=seen or found.words.hash,
            claimed_by=who(holder) if holder not in {"", me()} else "",
            theirs=_overtaken(found, overtaken, typed, who(found.words.author)) if overtaken else None,
        )


def _overtaken(story: Story, began_with: str, typed: dict[str, str], by: str) -> Overtaken:
    base = next((each for each in story.revisions if each.hash == began_with), story.submitted)
    theirs = _plain(story.words)
    return Overtaken(by=by, since=_changed(_plain(base), theirs), yours=_changed(theirs, typed))


def _plain(words: Revision) -> dict[str, str]:
    return {field: getattr(words, field) for field in FIELDS}


def _changed(before: dict[str, str], after: dict[str, str]) -> dict[str, Comparison]:
    """The fields that differ."""
    return {field: compare(before[field], after[field]) for field in FIELDS if before[field] != after[field]}
