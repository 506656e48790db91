"""One press of a button at the desk: a unit of work with the story locked in it, and a line in the trail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.db import UnitOfWork
from service.editors.trail import note
from service.stories.model import Story
from service.stories.queries import story_for_change
from service.web.desk.story_refusals import Refusal, said
from service.web.desk.story_review import review
from service.web.frame import editor, now, services


@contextmanager
def acting(story_id: int, verb: str) -> Iterator[tuple[UnitOfWork, Story]]:
    """A unit of work with the story locked in it, and a line in the trail if it commits."""
    with services().database.unit() as uow:
        yield uow, story_for_change(uow.session, story_id)
        note(uow, editor(), verb, f"story:{story_id}", now=now())


def pressed(story_id: int, verb: str, act: Callable[[UnitOfWork, Story], object], *, done: str) -> ResponseReturnValue:
    """Do it and go back to the review page; a refusal is said there, at its place."""
    try:
        with acting(story_id, verb) as (uow, story):
            act(uow, story)
    except Refusal as refusal:
        return review_again(story_id, said(refusal), 409)
    return back_to(story_id, done)


def review_again(
    story_id: int, errors: dict[str, str], status: int = 422, typed: dict[str, str] | None = None
) -> ResponseReturnValue:
    """The review page with what is wrong, and what was typed."""
    with services().database.read() as session:
        return review(session, story_id, status, errors=errors, typed=typed)


def back_to(story_id: int, done: str) -> ResponseReturnValue:
    """The review page, which says what was done; with all the words on it for whoever had them before."""
    flash(done)
    read = 1 if "seen" in request.form else None
    return redirect(url_for("desk_stories.story", story_id=story_id, read=read), 303)
