"""Stories that were taken back and may be with others: whom to write to, a letter for it, and what was done."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from service.editors.model import Role
from service.editors.trail import note
from service.stories.elsewhere import LETTER, given_away
from service.stories.holds import open_cases, resolve
from service.stories.model import HoldKind, Story, StoryHold
from service.stories.wording import tidy_text, too_long
from service.web.access import desk
from service.web.frame import editor, now, render, services
from service.web.pages import day

LATELY = 20
"""Closed errands that are listed."""
LONGEST_NOTE = 4_000
"""Characters."""

blueprint = Blueprint("desk_errands", __name__, url_prefix="/desk/errands")


@blueprint.get("")
@desk(Role.EDITOR)
def errands() -> Response:
    """The open ones, oldest first, each with its letter; and the last ones that were closed."""
    with services().database.read() as session:
        return _page(session, {}, {})


@blueprint.post("/<int:errand_id>/done")
@desk(Role.EDITOR)
def close(errand_id: int) -> ResponseReturnValue:
    """Write down what was done. The receipt of its teller says then that we have looked."""
    field = f"done_{errand_id}"
    done = tidy_text(request.form.get(field, ""))
    wrong = too_long("The note", done, LONGEST_NOTE) if done else "Write down whom you asked, or that nobody has it."
    with services().database.unit() as uow:
        errand = uow.session.get(StoryHold, errand_id)
        if errand is None or errand.kind is not HoldKind.GIVEN_AWAY:
            raise NotFound
        if wrong:
            return _page(uow.session, {field: wrong}, {field: done}, 422)
        resolve(uow, errand_id, by=f"editor:{editor().id}", resolution=done, now=now())
        note(uow, editor(), "closed_errand", f"case:{errand_id}", now=now())
    flash("Closed. The receipt of its teller says that we have looked.")
    return redirect(url_for(".errands"), 303)


def _page(session: Session, errors: dict[str, str], typed: dict[str, str], status: int = 200) -> Response:
    closed = select(StoryHold).where(StoryHold.kind == HoldKind.GIVEN_AWAY, StoryHold.resolved_at.is_not(None))
    return render(
        "desk/errands.html",
        status,
        errands=[(each, *_about(session, each)) for each in open_cases(session, HoldKind.GIVEN_AWAY)],
        closed=session.scalars(closed.order_by(StoryHold.resolved_at.desc()).limit(LATELY)).all(),
        errors=errors,
        typed=typed,
    )


def _about(session: Session, errand: StoryHold) -> tuple[list[str], str]:
    """Where the story may be, and the letter. There is nothing of the story in it, also before its words are erased."""
    story = session.get_one(Story, errand.story_id)
    links, organisation = services().links, services().settings.organisation
    letter = LETTER.format(link=links.story(story.slug), on=day(errand.opened_at), organisation=organisation)
    return given_away(session, story.id), letter
