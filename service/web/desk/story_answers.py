"""Writing down at the desk what a storyteller told us about the exact words in hand.

Until storytellers answer on pages of their own, answers come by mail, by phone or on paper. Whoever takes one says
how and when, and for a call names the colleague who listened in; the trail keeps who wrote it down.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from service.editors.model import Role
from service.stories.consent import ASKED_FOR_APPROVAL, PLACES, Source
from service.stories.model import Method, Scope
from service.stories.moderation import record_approval
from service.stories.queries import story_at_desk
from service.stories.telling import place_field
from service.stories.wording import LONGEST_LINE, tidy_line
from service.web.access import desk
from service.web.desk.stories import acting, back_to
from service.web.frame import editor, now, render, services

METHODS = {
    Method.REPLY_MAIL: "In a reply to our e-mail",
    Method.PHONE: "On the phone, with a colleague listening",
    Method.PAPER: "On paper, signed",
}

blueprint = Blueprint("desk_story_answers", __name__, url_prefix="/desk/stories/<int:story_id>/approval")


@dataclass
class Form:
    """What was typed, and what is wrong with it."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    answers: dict[Scope, bool] = field(default_factory=dict)
    given_at: datetime | None = None

    @classmethod
    def read(cls, typed: MultiDict[str, str], now: datetime) -> "Form":
        """Read the form: an answer for at least one place, a way, a day that is not to come, a witness for a call."""
        form = cls({name: tidy_line(value)[:LONGEST_LINE] for name, value in typed.items()})
        choices = {"yes": True, "no": False}
        given = {scope: form.typed.get(place_field(scope), "") for scope in PLACES}
        form.answers = {scope: choices[answer] for scope, answer in given.items() if answer in choices}
        form.given_at = _instant(form.typed.get("given_on", ""), now)
        form.errors = {name: sentence for name, sentence in form._wrong().items() if sentence}
        return form

    def _wrong(self) -> dict[str, str]:
        method = self.typed.get("method", "")
        heard = method != Method.PHONE or self.typed.get("witness")
        return {
            place_field(Scope.WEB): "" if self.answers else "Write down their answer for at least one place.",
            "method": "" if method in set(METHODS) else "Choose how the answer reached us.",
            "witness": "" if heard else "Name the colleague who listened in.",
            "given_on": "" if self.given_at else "Give the day on which they answered, not one to come.",
        }


@blueprint.get("")
@desk(Role.EDITOR)
def ask(story_id: int) -> Response:
    """The form, with the words it is about."""
    with services().database.read() as session:
        return _form(
            story_id, Form({"given_on": now().date().isoformat()}), story_at_desk(session, story_id).words.hash
        )


@blueprint.post("")
@desk(Role.EDITOR)
def record(story_id: int) -> ResponseReturnValue:
    """Add the answers to the record."""
    form, seen = Form.read(request.form, now()), request.form.get("seen", "")
    if form.errors or form.given_at is None:
        return _form(story_id, form, seen, 422)
    source = Source(
        method=Method(form.typed["method"]),
        preamble=ASKED_FOR_APPROVAL,
        recorded_by=f"editor:{editor().id}",
        witness=form.typed.get("witness", ""),
    )
    organisation = services().settings.organisation
    with acting(story_id, "recorded_approval") as (_, found):
        record_approval(
            found, form.answers, source, seen=seen, organisation=organisation, given_at=form.given_at, now=now()
        )
    return back_to(story_id, "Written down. The answers count for exactly these words.")


def _form(story_id: int, form: Form, seen: str, status: int = 200) -> Response:
    with services().database.read() as session:
        return render(
            "desk/stories/approval.html",
            status,
            story=story_at_desk(session, story_id),
            seen=seen,
            typed=form.typed,
            errors=form.errors,
            places=PLACES,
            methods=METHODS,
            statement=ASKED_FOR_APPROVAL.format(organisation=services().settings.organisation),
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
