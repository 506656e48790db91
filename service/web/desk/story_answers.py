"""Writing down at the desk what a storyteller told us about the exact words in hand.

Storytellers answer on pages of their own; some would rather write, call or sign. Whoever takes their answer says how
and when, and for a call names the colleague who listened in; the trail keeps who wrote it down.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from service.editors.model import Role
from service.stories.consent import ASKED_FOR_APPROVAL, PLACES, Source, opening
from service.stories.errors import EditedMeanwhile
from service.stories.model import Assent, GivenBy, Method, Scope, Story
from service.stories.moderation import record_approval
from service.stories.photos import people_to_ask
from service.stories.queries import story_at_desk
from service.stories.questions import place_field
from service.stories.wording import LONGEST_LINE, tidy_line
from service.web.access import desk
from service.web.desk.story_acting import acting, back_to
from service.web.desk.story_refusals import Refusal, said
from service.web.desk.story_review import me
from service.web.frame import now, render, services
from service.web.portal.answers import NOT_RESPONSIBLE, people, people_problems, person_field

OTHER_WORDS = "Somebody changed the words meanwhile. Nothing was written down. Ask again about these new words."

METHODS = {
    Method.REPLY_MAIL: "In a reply to our e-mail",
    Method.PHONE: "On the phone, with a colleague listening",
    Method.PAPER: "On paper, signed",
}

ASSENTS = {
    Assent.YES: "Yes, they want it too",
    Assent.NO: "No",
    Assent.TOO_YOUNG: "They are too young to be asked",
}
"""What the child says whose guardian answers."""

blueprint = Blueprint("desk_story_answers", __name__, url_prefix="/desk/stories/<int:story_id>/approval")


@dataclass
class Form:
    """What was typed, and what is wrong with it."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    answers: dict[Scope, bool] = field(default_factory=dict)
    given_at: datetime | None = None

    @classmethod
    def read(cls, typed: MultiDict[str, str], story: Story, now: datetime) -> "Form":
        """Read the form: an answer for at least one place, a way, a day that is not to come, a witness for a call."""
        form = cls({name: tidy_line(value)[:LONGEST_LINE] for name, value in typed.items()})
        choices = {"yes": True, "no": False}
        given = {scope: form.typed.get(place_field(scope), "") for scope in PLACES}
        form.answers = {scope: choices[answer] for scope, answer in given.items() if answer in choices}
        if form.typed.get("assent") == Assent.NO:
            form.answers = dict.fromkeys(PLACES, False)
        form.given_at = _instant(form.typed.get("given_on", ""), now)
        form.errors = {name: sentence for name, sentence in form._wrong(story).items() if sentence}
        return form

    def source(self, story: Story) -> Source:
        """Who answered and how, for a form without errors. A guardian answers together with the child."""
        guardian = story.told_by is GivenBy.GUARDIAN
        return Source(
            method=Method(self.typed["method"]),
            preamble=ASKED_FOR_APPROVAL,
            given_by=story.told_by,
            relation=story.relation,
            parental_responsibility=("parental_responsibility" in self.typed) if guardian else None,
            assent=Assent(self.typed["assent"]) if guardian else Assent.NOT_ASKED,
            recorded_by=me(),
            witness=self.typed.get("witness", ""),
        )

    def _wrong(self, story: Story) -> dict[str, str]:
        guardian, wanted = story.told_by is GivenBy.GUARDIAN, any(self.answers.values())
        heard = self.typed.get("method", "") != Method.PHONE or self.typed.get("witness")
        asked = not guardian or self.typed.get("assent") in set(ASSENTS)
        theirs = not (guardian and wanted) or "parental_responsibility" in self.typed
        return {
            place_field(Scope.WEB): "" if self.answers else "Write down their answer for at least one place.",
            **(people_problems(story, self.typed) if wanted else {}),
            "assent": "" if asked else "Write down what the child says.",
            "parental_responsibility": "" if theirs else NOT_RESPONSIBLE,
            "method": "" if self.typed.get("method", "") in set(METHODS) else "Choose how the answer reached us.",
            "witness": "" if heard else "Name the colleague who listened in.",
            "given_on": "" if self.given_at else "Give the day on which they answered, not one to come.",
        }


@blueprint.get("")
@desk(Role.EDITOR)
def ask(story_id: int) -> Response:
    """The form, with the words it is about."""
    return _form(story_id, Form({"given_on": now().date().isoformat()}))


@blueprint.post("")
@desk(Role.EDITOR)
def record(story_id: int) -> ResponseReturnValue:
    """Add the answers to the record."""
    seen = request.form.get("seen", "")
    with services().database.read() as session:
        form = Form.read(request.form, story_at_desk(session, story_id), now())
    if form.errors or form.given_at is None:
        return _form(story_id, form, seen, 422)
    organisation = services().settings.organisation
    try:
        with acting(story_id, "recorded_approval") as (_, found):
            record_approval(
                found,
                form.answers,
                form.source(found),
                seen=seen,
                organisation=organisation,
                given_at=form.given_at,
                now=now(),
                people=people(found, form.typed),
            )
    except EditedMeanwhile:
        form.errors = {"words": OTHER_WORDS}
        return _form(story_id, form, "", 409)
    except Refusal as refusal:
        form.errors = {"words": next(iter(said(refusal).values()))}
        return _form(story_id, form, seen, 409)
    return back_to(story_id, "Written down. The answers count for exactly these words.")


def _form(story_id: int, form: Form, seen: str = "", status: int = 200) -> Response:
    with services().database.read() as session:
        story = story_at_desk(session, story_id)
        return render(
            "desk/stories/approval.html",
            status,
            story=story,
            seen=seen or story.words.hash,
            typed=form.typed,
            errors=form.errors,
            places=PLACES,
            people=people_to_ask(story),
            person_field=person_field,
            methods=METHODS,
            assents=ASSENTS if story.told_by is GivenBy.GUARDIAN else {},
            statement=opening(ASKED_FOR_APPROVAL, services().settings.organisation, story.told_by),
        )


def _instant(day: str, now: datetime) -> datetime | None:
    """Now for today, noon (UTC) for a day before; None for a day to come and for what is no day."""
    try:
        given = date.fromisoformat(day)
    except ValueError:
        return None
    if given >= now.date():
        return now if given == now.date() else None
    return datetime.combine(given, time(12), UTC)
