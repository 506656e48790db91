"""Asking the storyteller: every change with its reason in plain words, sent with one press."""

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.stories.changes import Change
from service.stories.differences import Comparison, compare
from service.stories.errors import EditedMeanwhile, ReasonMissing, ThirdPartiesUnchecked
from service.stories.model import Story, words_hash
from service.stories.queries import story_at_desk
from service.stories.reviewing import proposed, send_to_storyteller
from service.stories.wording import LONGEST_LINE, tidy_line
from service.web.access import desk
from service.web.desk.story_acting import acting, back_to
from service.web.desk.story_marks import Mark, marks_in
from service.web.desk.story_refusals import Refusal, said
from service.web.desk.story_review import me
from service.web.frame import now, render, services

NO_REASON = "Change {number}: say in plain words why you made it."
LONGEST_REASON = 3 * LONGEST_LINE
"""Characters."""

COMMON_REASONS = (
    "Spelling only. Nothing else changed.",
    "Shorter, so that it is easier to read on a phone.",
    "So that nobody can tell who this person is.",
    "So that nobody takes this for medical advice.",
    "To make clear who is speaking.",
)
"""Offered while a reason is typed; any other words will do."""

_OTHERS = {"person", "place_of_care", "phone", "address", "email", "handle"}

blueprint = Blueprint("desk_story_sending", __name__, url_prefix="/desk/stories/<int:story_id>/send")


@dataclass(frozen=True, slots=True)
class Asked:
    """One change on the form. Its name comes from its words: a reason stays with its change whatever else is edited."""

    name: str
    field: str
    change: Change
    sides: Comparison


@blueprint.get("")
@desk(Role.EDITOR)
def ask(story_id: int) -> Response:
    """The changes, each with a line for its reason."""
    return _page(story_id, {})


@blueprint.post("")
@desk(Role.EDITOR)
def send(story_id: int) -> ResponseReturnValue:
    """Show its teller exactly these words, and ask."""
    seen, checked = request.form.get("seen", ""), "third_parties" in request.form
    try:
        with acting(story_id, "sent_to_teller") as (uow, story):
            reasons = {place: _reason(one.name) for place, one in enumerate(asked_about(story))}
            send_to_storyteller(
                uow, story, seen=seen, reasons=reasons, third_parties_checked=checked, by=me(), now=now()
            )
    except (ReasonMissing, ThirdPartiesUnchecked):
        return _page(story_id, _missing(story_id, checked), 422)
    except EditedMeanwhile:
        return _page(story_id, {}, 409, overtaken=True)
    except Refusal as refusal:
        return _page(story_id, said(refusal), 409)
    return back_to(story_id, "Sent. Its teller gets a mail now and decides about each change.")


def asked_about(story: Story) -> list[Asked]:
    """The changes between what the teller knows and the words in hand, with the names of their fields."""
    seen: Counter[str] = Counter()
    found = []
    for each in proposed(story):
        digest = words_hash(each.field, each.change.before, each.change.after)[:12]
        seen[digest] += 1
        name = f"reason_{digest}_{seen[digest]}"
        found.append(Asked(name, each.field, each.change, compare(each.change.before, each.change.after)))
    return found


def _reason(name: str) -> str:
    return tidy_line(request.form.get(name, ""))[:LONGEST_REASON]


def _missing(story_id: int, checked: bool) -> dict[str, str]:
    with services().database.read() as session:
        asked = asked_about(story_at_desk(session, story_id))
    errors = {one.name: NO_REASON.format(number=number) for number, one in enumerate(asked, 1) if not _reason(one.name)}
    return errors if checked else errors | said(ThirdPartiesUnchecked())


def _page(story_id: int, errors: dict[str, str], status: int = 200, *, overtaken: bool = False) -> Response:
    with services().database.read() as session:
        story = story_at_desk(session, story_id)
        asked = asked_about(story)
        return render(
            "desk/stories/send.html",
            status,
            story=story,
            asked=asked,
            reasons={one.name: _reason(one.name) for one in asked},
            checked="third_parties" in request.form,
            common_reasons=COMMON_REASONS,
            others=_others(marks_in(story.words)),
            overtaken=overtaken,
            errors=errors,
        )


def _others(marks: list[Mark]) -> list[str]:
    """The words that may show who somebody else is, each once."""
    return list(dict.fromkeys(mark.flag.words for mark in marks if mark.flag.kind in _OTHERS))
