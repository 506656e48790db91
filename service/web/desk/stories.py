"""Stories at the desk: the queue, the review page, and what one press of a button does."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Role
from service.editors.trail import note
from service.stories.consent import PLACES, grants, newest_answers
from service.stories.declining import RULES
from service.stories.differences import compare
from service.stories.labels import COMMON_NOTES
from service.stories.model import Scope, Story, StoryState
from service.stories.moderation import decline, hide, publish, resume, withdraw
from service.stories.naming import NAMINGS, ROLES
from service.stories.queries import WAITING, count_by_state, queue, story_at_desk, story_for_change
from service.stories.wording import tidy_text
from service.stories.workflow import possible
from service.web.access import desk
from service.web.frame import editor, now, render, services

READERS = (Role.EDITOR, Role.REVIEWER, Role.SAFEGUARDING)
"""Who may read what nobody has published yet."""

MOST_LISTED = 200

NO_RULE = "Choose the rule that the story goes against."

blueprint = Blueprint("desk_stories", __name__, url_prefix="/desk/stories")


@blueprint.get("")
@desk(*READERS)
def stories() -> Response:
    """Who waits for us, oldest first, or the stories in one state."""
    chosen = request.args.get("state", "")
    state = StoryState(chosen) if chosen in set(StoryState) else None
    with services().database.read() as session:
        found = queue(session, [state] if state else WAITING, most=MOST_LISTED)
        counts = count_by_state(session)
        return render("desk/stories/queue.html", stories=found, state=state, waiting=WAITING, counts=counts)


@blueprint.get("/<int:story_id>")
@desk(*READERS)
def story(story_id: int) -> Response:
    """The words as they were sent and as they are now, what was agreed to, and what can be done."""
    with services().database.read() as session:
        return _review(session, story_id)


@blueprint.post("/<int:story_id>/publish")
@desk(Role.EDITOR)
def publish_story(story_id: int) -> ResponseReturnValue:
    """Show exactly the words that stood above the button."""
    with acting(story_id, "published") as (uow, found):
        publish(uow, found, seen=request.form.get("seen", ""), now=now())
    return back_to(story_id, "Published. Readers see it now.")


@blueprint.post("/<int:story_id>/hide")
@desk(Role.EDITOR)
def hide_story(story_id: int) -> ResponseReturnValue:
    """Out of sight for now."""
    with acting(story_id, "hid") as (_, found):
        hide(found, now=now())
    return back_to(story_id, "Hidden. Readers do not see it any more.")


@blueprint.post("/<int:story_id>/resume")
@desk(Role.EDITOR)
def resume_story(story_id: int) -> ResponseReturnValue:
    """In sight again."""
    with acting(story_id, "resumed") as (_, found):
        resume(found, now=now())
    return back_to(story_id, "Readers see it again.")


@blueprint.get("/<int:story_id>/withdraw")
@desk(Role.EDITOR)
def ask_to_withdraw(story_id: int) -> Response:
    """One more look, because there is no way back."""
    with services().database.read() as session:
        return render("desk/stories/withdraw.html", story=story_at_desk(session, story_id))


@blueprint.post("/<int:story_id>/withdraw")
@desk(Role.EDITOR)
def withdraw_story(story_id: int) -> ResponseReturnValue:
    """Take it back for its teller."""
    with acting(story_id, "withdrew") as (_, found):
        withdraw(found, now=now())
    return back_to(story_id, "Taken back. It is gone from every page and from every mail that is still to be sent.")


@blueprint.get("/<int:story_id>/decline")
@desk(Role.EDITOR)
def ask_to_decline(story_id: int) -> Response:
    """Which rule, and which words to go with it."""
    with services().database.read() as session:
        found = story_at_desk(session, story_id)
        return render("desk/stories/decline.html", story=found, rules=RULES, typed={}, errors={})


@blueprint.post("/<int:story_id>/decline")
@desk(Role.EDITOR)
def decline_story(story_id: int) -> ResponseReturnValue:
    """Say no by a rule; the teller is told and gets the text."""
    rule, words = request.form.get("rule", ""), tidy_text(request.form.get("note", ""))
    if rule not in RULES:
        with services().database.read() as session:
            found, typed = story_at_desk(session, story_id), {"note": words}
            errors = {"rule": NO_RULE}
            return render("desk/stories/decline.html", 422, story=found, rules=RULES, typed=typed, errors=errors)
    with acting(story_id, "declined") as (uow, found):
        decline(uow, found, rule=rule, note=words, now=now())
    return back_to(story_id, "Declined. We are writing to its teller now.")


@blueprint.post("/<int:story_id>/teller")
@desk(Role.EDITOR)
def show_teller(story_id: int) -> Response:
    """Who told it. The only page with the address, and the trail says who looked."""
    with acting(story_id, "saw_teller") as (_, found):
        return render("desk/stories/teller.html", story=found)


@contextmanager
def acting(story_id: int, verb: str) -> Iterator[tuple[UnitOfWork, Story]]:
    """A unit of work with the story locked in it, and a line in the trail if it commits."""
    with services().database.unit() as uow:
        yield uow, story_for_change(uow.session, story_id)
        note(uow, editor(), verb, f"story:{story_id}", now=now())


def back_to(story_id: int, said: str) -> ResponseReturnValue:
    """The review page, which says what was done."""
    flash(said)
    return redirect(url_for("desk_stories.story", story_id=story_id), 303)


def _review(session: Session, story_id: int) -> Response:
    found = story_at_desk(session, story_id)
    agreed = grants(found, found.words.hash, now())
    return render(
        "desk/stories/story.html",
        story=found,
        words=found.words,
        title=compare(found.submitted.title, found.words.title),
        teaser=compare(found.submitted.teaser, found.words.teaser),
        body=compare(found.submitted.body, found.words.body),
        places=PLACES,
        answers=newest_answers(found.consents),
        agreed=agreed,
        may_publish=Scope.WEB in agreed,
        possible=possible(found.state),
        role=ROLES.get(found.role, found.role),
        naming=NAMINGS[found.naming],
        rules=RULES,
        common_notes=COMMON_NOTES,
        other_notes=", ".join(note for note in found.content_notes if note not in COMMON_NOTES),
    )
