"""Cases of people who may be in danger, for the safeguarding lead: who waits, what worried us, and what was done."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from service.editors.model import Role
from service.editors.trail import note
from service.stories.holds import open_cases, resolve
from service.stories.model import HoldKind, Story, StoryDraft, StoryHold
from service.stories.watching import kinds_of
from service.stories.wording import tidy_text, too_long
from service.web.access import desk
from service.web.frame import editor, now, render, services

blueprint = Blueprint("desk_safeguarding", __name__, url_prefix="/desk/safeguarding")

LATELY = 20
"""Closed cases that are listed."""
LONGEST_RESOLUTION = 4_000
KINDS = {
    "suicide": "Suicide",
    "self_harm": "Self-harm",
    "abuse": "Abuse",
    "child_in_danger": "A child in danger",
}


@blueprint.get("")
@desk(Role.SAFEGUARDING)
def cases() -> Response:
    """The open cases, oldest first, and the last ones that were closed. No word of anybody's is on this page."""
    closed = select(StoryHold).where(StoryHold.kind == HoldKind.SAFEGUARDING, StoryHold.resolved_at.is_not(None))
    with services().database.read() as session:
        return render(
            "desk/safeguarding/cases.html",
            cases=open_cases(session, HoldKind.SAFEGUARDING),
            closed=session.scalars(closed.order_by(StoryHold.resolved_at.desc()).limit(LATELY)).all(),
            kinds=kinds_in_words,
        )


@blueprint.post("/<int:case_id>")
@desk(Role.SAFEGUARDING)
def look(case_id: int) -> Response:
    """One case, with the words that worried us and how to reach the person. The trail says who looked."""
    with services().database.unit() as uow:
        found = _case(uow.session, case_id)
        note(uow, editor(), "opened_case", f"case:{case_id}", now=now())
        return _page(uow.session, found, "", {})


@blueprint.post("/<int:case_id>/resolve")
@desk(Role.SAFEGUARDING)
def close(case_id: int) -> ResponseReturnValue:
    """Close a case with a note about what was done; the story may go on its way from then on."""
    done = tidy_text(request.form.get("resolution", ""))
    wrong = too_long("The note", done, LONGEST_RESOLUTION) if done else "Write down what you did, or why all is well."
    with services().database.unit() as uow:
        found = _case(uow.session, case_id)
        if wrong:
            note(uow, editor(), "opened_case", f"case:{case_id}", now=now())
            return _page(uow.session, found, done, {"resolution": wrong}, 422)
        resolve(uow, case_id, by=f"editor:{editor().id}", resolution=done, now=now())
        note(uow, editor(), "resolved_case", f"case:{case_id}", now=now())
    flash("Closed. The story can go on its way.")
    return redirect(url_for(".cases"), 303)


def kinds_in_words(case: StoryHold) -> str:
    """What a case is about."""
    return ", ".join(KINDS.get(kind, kind) for kind in kinds_of(case)) or "Opened by a person"


def _case(session: Session, case_id: int) -> StoryHold:
    found = session.get(StoryHold, case_id)
    if found is None or found.kind is not HoldKind.SAFEGUARDING:
        raise NotFound
    return found


def _page(session: Session, case: StoryHold, typed: str, errors: dict[str, str], status: int = 200) -> Response:
    story = session.get(Story, case.story_id) if case.story_id else None
    draft = session.get(StoryDraft, case.draft_id) if case.draft_id and story is None else None
    known = story.storyteller.email if story and story.storyteller else ""
    return render(
        "desk/safeguarding/case.html",
        status,
        case=case,
        story=story,
        draft=draft,
        email=known or (draft.answers.get("email") or draft.answers.get("later_email") if draft else ""),
        kinds=kinds_in_words(case),
        resolution=typed,
        errors=errors,
    )
