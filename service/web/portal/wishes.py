"""What a storyteller may wish at any time: fewer places, another name, a later start, an earlier end, or go on."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from service.stories.agreements import standing
from service.stories.consent import PLACES, answers_about, newest_answers
from service.stories.errors import BadEnd, EditedMeanwhile
from service.stories.kinds import Scope
from service.stories.model import Naming, Story
from service.stories.naming import NAMINGS
from service.stories.own import narrow, rename, renew, shorten, speak_for_self, wait_until
from service.stories.photos import people_to_ask
from service.stories.wording import LONGEST_LINE, tidy_line, too_long
from service.web.access import teller
from service.web.frame import now
from service.web.portal.answers import day_of
from service.web.portal.frame import acting, back_to, looking, page, typed, who
from service.web.portal.waiting import has_yes_for_shown, is_grown_up, may_be_answered

WAIT = ("wait_day", "wait_month", "wait_year")
END = ("end_day", "end_month", "end_year")

blueprint = Blueprint("wishes", __name__, url_prefix="/stories/<int:story_id>")


@blueprint.get("/places")
@teller
def ask_places(story_id: int) -> Response:
    """Where it may appear, and which of these places to take back."""
    with looking(story_id) as story:
        return _places(story)


@blueprint.post("/places")
@teller
def take_places_back(story_id: int) -> ResponseReturnValue:
    """Take the Yes back for the places that were ticked."""
    ticked = set(request.form.getlist("places"))
    scopes = [scope for scope in PLACES if scope.value in ticked]
    if not scopes:
        with looking(story_id) as story:
            return _places(story, {"places": "Tick each place where we shall not show it any more."})
    with acting(story_id) as (_, story):
        narrow(story, scopes, now=now(), **who())
    return back_to(story_id, "narrowed")


@blueprint.get("/name")
@teller
def ask_name(story_id: int) -> Response:
    """The name that is shown."""
    with looking(story_id) as story:
        name = "" if story.naming is Naming.ANONYMOUS else story.display_name
        return page("name", story, namings=NAMINGS, naming=story.naming, shown_name=name)


@blueprint.post("/name")
@teller
def change_name(story_id: int) -> ResponseReturnValue:
    """Another name from now on, or none."""
    given = typed("naming", "shown_name")
    naming, name = given["naming"], tidy_line(given["shown_name"])
    errors = _name_problems(naming, name)
    if errors:
        with looking(story_id) as story:
            return page("name", story, errors, namings=NAMINGS, naming=naming, shown_name=name)
    with acting(story_id) as (_, story):
        rename(story, Naming(naming), name)
    return back_to(story_id, "renamed")


@blueprint.get("/not-before")
@teller
def ask_wait(story_id: int) -> Response:
    """The day before which nobody sees it."""
    with looking(story_id) as story:
        at = story.not_before
        parts = (f"{at.day}", f"{at.month}", f"{at.year}") if at else ("", "", "")
        return page("not_before", story, typed=dict(zip(WAIT, parts, strict=True)))


@blueprint.post("/not-before")
@teller
def change_wait(story_id: int) -> ResponseReturnValue:
    """Wait until that day, or not at all."""
    given = typed(*WAIT)
    try:
        at = None if "clear" in request.form else _start_of(given, WAIT)
        if at is not None and at <= now():
            raise ValueError("has passed")
    except ValueError:
        with looking(story_id) as story:
            return page("not_before", story, {"wait_day": "Write a day to come, such as 3 6 2027."}, typed=given)
    with acting(story_id) as (_, story):
        wait_until(story, at)
    return back_to(story_id, "waiting" if at else "not_waiting")


@blueprint.get("/end")
@teller
def ask_end(story_id: int) -> Response:
    """Until when it may be shown, and an earlier day."""
    with looking(story_id) as story:
        return _end(story, dict.fromkeys(END, ""))


@blueprint.post("/end")
@teller
def change_end(story_id: int) -> ResponseReturnValue:
    """End every Yes on that day."""
    given = typed(*END)
    try:
        until = day_of([given[name] for name in END])
        with acting(story_id) as (_, story):
            shorten(story, until, now=now(), **who())
    except (ValueError, BadEnd):
        with looking(story_id) as story:
            return _end(story, given, {"end_day": "Write a day to come that is earlier than the day above."})
    return back_to(story_id, "shortened")


@blueprint.get("/go-on")
@teller
def ask_to_renew(story_id: int) -> ResponseReturnValue:
    """The words readers saw, and three buttons of the same weight: keep, change, take down."""
    with looking(story_id) as story:
        if is_grown_up(story, now()):
            return page("grown_up", story)
        if not has_yes_for_shown(story):
            return back_to(story_id, "nothing_to_renew")
        return _renewal(story)


@blueprint.post("/go-on")
@teller
def keep_it_up(story_id: int) -> ResponseReturnValue:
    """Every Yes that there is, for two years from now."""
    try:
        with acting(story_id) as (_, story):
            renew(story, seen=request.form.get("seen", ""), now=now(), **who())
    except EditedMeanwhile:
        with looking(story_id) as story:
            return _renewal(story, changed=True)
    return back_to(story_id, "renewed")


@blueprint.get("/grown-up")
@teller
def ask_grown_up(story_id: int) -> Response:
    """Whether it is the person the story is about who reads this."""
    with looking(story_id) as story:
        return page("grown_up", story)


@blueprint.post("/grown-up")
@teller
def say_grown_up(story_id: int) -> ResponseReturnValue:
    """From now on they answer for themselves."""
    if request.form.get("me") != "yes":
        with looking(story_id) as story:
            return page("grown_up", story, {"me": "Tick this if the story is about you."})
    with acting(story_id) as (_, story):
        speak_for_self(story, now=now())
    return back_to(story_id, "grown_up")


def _places(story: Story, errors: dict[str, str] | None = None) -> Response:
    newest = newest_answers(story.consents)
    standings = {scope: standing(answers_about(story.consents, scope), now()) for scope in PLACES}
    return page(
        "places",
        story,
        errors,
        places=PLACES,
        yes=_yes(story),
        standings=standings,
        ends={scope: newest[scope].expires_at for scope in newest},
        may_answer=may_be_answered(story),
    )


def _yes(story: Story) -> Sequence[Scope]:
    newest = newest_answers(story.consents)
    return [scope for scope in PLACES if scope in newest and newest[scope].granted]


def _name_problems(naming: str, name: str) -> dict[str, str]:
    if naming not in NAMINGS:
        return {"naming": "Choose what name we should show."}
    if naming != Naming.ANONYMOUS and not name:
        return {"shown_name": "Write the name to show."}
    long = too_long("The name", name, LONGEST_LINE)
    return {"shown_name": long} if long else {}


def _start_of(given: dict[str, str], names: tuple[str, ...]) -> datetime:
    return datetime.combine(day_of([given[name] for name in names]).date(), time(), UTC)


def _end(story: Story, given: dict[str, str], errors: dict[str, str] | None = None) -> Response:
    newest = newest_answers(story.consents)
    ends = [newest[scope].expires_at for scope in _yes(story)]
    living = [end for end in ends if end is not None and end > now()]
    return page("end", story, errors, typed=given, ends_at=max(living, default=None))


def _renewal(story: Story, *, changed: bool = False) -> Response:
    return page(
        "go_on",
        story,
        None,
        409 if changed else 200,
        words=next((each for each in story.revisions if each.hash == story.shown_hash), story.words),
        yes=_yes(story),
        places=PLACES,
        people=people_to_ask(story),
        changed=changed,
    )
