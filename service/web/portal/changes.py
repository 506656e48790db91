"""The editors' changes, one by one: what stood there, what is to stand there, why, and the storyteller's answer."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.stories.differences import compare
from service.stories.errors import EditedMeanwhile, NotFromHere
from service.stories.model import Story
from service.stories.own import changes_in_hand, decide, decided_words, hand_back
from service.stories.wording import tidy_text, too_long
from service.stories.workflow import Action, possible
from service.web.access import teller
from service.web.frame import now
from service.web.portal.frame import acting, back_to, looking, page, to_talk, write_to_editors
from service.web.portal.story import LONGEST_COMMENT
from service.web.portal.waiting import may_be_answered, undecided

ACCEPT, KEEP = "accept", "keep"
FIELDS: Mapping[str, str] = {"title": "The title", "teaser": "The first lines", "body": "The story"}
OPEN = "Choose for change {number}: accept it, or keep your words."

blueprint = Blueprint("changes", __name__, url_prefix="/stories/<int:story_id>/changes")


@blueprint.get("")
@teller
def show(story_id: int) -> ResponseReturnValue:
    """Every change with its reason; nothing is chosen beforehand."""
    with looking(story_id) as story:
        if not may_be_answered(story) or not changes_in_hand(story):
            return back_to(story_id, "no_changes")
        return _page(story)


@blueprint.post("")
@teller
def answer(story_id: int) -> ResponseReturnValue:
    """Keep every answer that was given; when none is missing, go on to the words as they will stand."""
    words = tidy_text(request.form.get("words", ""))
    problem = too_long("What you wrote", words, LONGEST_COMMENT)
    again = "again" in request.form
    try:
        with acting(story_id) as (uow, story):
            if not may_be_answered(story):
                raise NotFromHere("nobody has asked about these words")
            seen = request.form.get("seen", "")
            decide(story, _decisions(story), seen=seen, now=now())
            if problem or (undecided(story) and not again):
                return _page(story, words, {**_open(story), **({"words": problem} if problem else {})})
            worrying = bool(words) and write_to_editors(uow, story, words)
            if again:
                hand_back(story, seen=seen, now=now())
            else:
                decided_words(story, seen=seen, now=now())
    except EditedMeanwhile:
        return _changed_meanwhile(story_id, words)
    if worrying:
        return to_talk(story_id, worrying=True)
    if again:
        return back_to(story_id, "handed_back")
    return redirect(url_for("portal.approval.ask", story_id=story_id, said="decided"), 303)


def _decisions(story: Story) -> dict[int, bool]:
    chosen = {change.id: request.form.get(f"change_{change.id}") for change in changes_in_hand(story)}
    return {row: choice == ACCEPT for row, choice in chosen.items() if choice in {ACCEPT, KEEP}}


def _open(story: Story) -> dict[str, str]:
    numbered = enumerate(changes_in_hand(story), 1)
    return {f"change_{one.id}": OPEN.format(number=number) for number, one in numbered if one.accepted is None}


def _changed_meanwhile(story_id: int, words: str) -> ResponseReturnValue:
    """The new changes, if there are any to answer, with what was typed."""
    with looking(story_id) as story:
        if may_be_answered(story) and changes_in_hand(story):
            return _page(story, words, status=409, changed=True)
    raise EditedMeanwhile


def _page(
    story: Story, words: str = "", errors: dict[str, str] | None = None, status: int = 0, *, changed: bool = False
) -> Response:
    shown = [(change, compare(change.before, change.after)) for change in changes_in_hand(story)]
    return page(
        "changes",
        story,
        errors,
        status,
        shown=shown,
        fields=FIELDS,
        words=words,
        changed=changed,
        may_hand_back=Action.HAND_BACK in possible(story.state),
    )
