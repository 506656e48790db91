"""Saying yes or no, place by place, to exactly the words on the page; looked at once more before the last press."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.stories.consent import ASKED_UNTIL, PLACES, newest_answers, opening
from service.stories.errors import EditedMeanwhile, NotFromHere
from service.stories.guards import STORYTELLER
from service.stories.model import Story
from service.stories.moderation import same_words
from service.stories.own import approve, comment
from service.stories.photos import people_to_ask
from service.stories.questions import CHILD_SAYS
from service.stories.workflow import Action, possible
from service.web.access import teller
from service.web.frame import now, services
from service.web.portal import answers
from service.web.portal.frame import acting, back_to, looking, page, typed, who
from service.web.portal.waiting import is_grown_up, may_be_answered, undecided

blueprint = Blueprint("approval", __name__, url_prefix="/stories/<int:story_id>/approve")


@blueprint.get("")
@teller
def ask(story_id: int) -> ResponseReturnValue:
    """The exact words, and one question a place with nothing chosen."""
    with looking(story_id) as story:
        return _elsewhere(story) or _form(story, dict.fromkeys(answers.fields_of(story), ""))


@blueprint.post("")
@teller
def check(story_id: int) -> ResponseReturnValue:
    """Everything that was chosen, to be looked at once more; nothing is written yet."""
    with looking(story_id) as story:
        chosen = typed(*answers.fields_of(story))
        elsewhere = _elsewhere(story)
        if elsewhere is not None:
            return elsewhere
        if request.form.get("seen") != story.words.hash:
            return _form(story, chosen, status=409, changed=True)
        errors = answers.problems(story, chosen, now())
        if errors or "change" in request.form:
            return _form(story, chosen, errors)
        return _check_page(story, chosen)


@blueprint.post("/press")
@teller
def press(story_id: int) -> ResponseReturnValue:
    """The yes itself, for the words with the hash that stood on the page and until the day that stood there."""
    try:
        with acting(story_id) as (uow, story):
            chosen = typed(*answers.fields_of(story))
            same_words(story, request.form.get("seen", ""))
            if not may_be_answered(story):
                raise NotFromHere("nobody has asked about these words")
            errors = answers.problems(story, chosen, now())
            if errors:
                return _form(story, chosen, errors)
            approve(
                story,
                answers.places(chosen),
                seen=story.words.hash,
                now=now(),
                until=_shown_end(chosen),
                parental_responsibility=answers.responsibility_of(story, chosen),
                assent=answers.assent_of(story, chosen),
                wait_a_day=chosen["no_wait"] != answers.YES,
                people=answers.people(story, chosen),
                **who(),
            )
            if chosen["confirmed"] and story.told_by in answers.CONFIRMED:
                comment(uow, story, answers.CONFIRMED[story.told_by], author=STORYTELLER, now=now())
    except EditedMeanwhile:
        return check(story_id)
    return back_to(story_id, "approved" if answers.YES in _said(chosen) else "approved_nowhere")


def _elsewhere(story: Story) -> ResponseReturnValue | None:
    """Where to go instead, when these words cannot be answered yet."""
    if is_grown_up(story, now()):
        return redirect(url_for("portal.wishes.ask_grown_up", story_id=story.id), 303)
    if not may_be_answered(story):
        return back_to(story.id, "with_us")
    if undecided(story):
        return redirect(url_for("portal.changes.show", story_id=story.id, said="first_changes"), 303)
    return None


def _form(
    story: Story,
    chosen: Mapping[str, str],
    errors: dict[str, str] | None = None,
    status: int = 0,
    *,
    changed: bool = False,
) -> Response:
    newest = newest_answers(story.consents)
    return page(
        "approve",
        story,
        errors,
        status,
        answers=chosen,
        places=PLACES,
        place_field=answers.place_field,
        before={scope: newest[scope].granted for scope in PLACES if scope in newest},
        people=people_to_ask(story),
        person_field=answers.person_field,
        until=answers.UNTIL,
        child_says=CHILD_SAYS,
        confirmation=answers.CONFIRMED.get(story.told_by, ""),
        changed=changed,
        may_wait=not story.was_public,
        may_hand_back=Action.HAND_BACK in possible(story.state),
    )


def _check_page(story: Story, chosen: Mapping[str, str]) -> Response:
    said = answers.places(chosen)
    ends = answers.end_of(chosen, now()) if any(said.values()) else None
    organisation = services().settings.organisation
    return page(
        "check",
        story,
        answers=chosen,
        said=said,
        places=PLACES,
        people=people_to_ask(story),
        person_field=answers.person_field,
        ends=ends,
        statement=opening(ASKED_UNTIL, organisation, story.told_by, ends) if ends else "",
        child_says=CHILD_SAYS,
        confirmation=answers.CONFIRMED.get(story.told_by, ""),
        may_wait=not story.was_public,
    )


def _shown_end(chosen: Mapping[str, str]) -> datetime | None:
    """The end that the last page named, so that the ledger has what was read; None when every answer is No."""
    if answers.YES not in _said(chosen):
        return None
    try:
        shown = datetime.fromisoformat(request.form.get("ends", ""))
    except ValueError:
        return answers.end_of(chosen, now())
    return shown if shown.tzinfo else answers.end_of(chosen, now())


def _said(chosen: Mapping[str, str]) -> set[str]:
    return {chosen[answers.place_field(scope)] for scope in PLACES}
