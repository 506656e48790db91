"""Declining a story by a rule, and taking it back for its teller."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from service.editors.model import Role
from service.mail.message import Address
from service.stories.declining import RULES
from service.stories.kinds import Method
from service.stories.mails import declined_letter
from service.stories.moderation import decline, withdraw
from service.stories.queries import story_at_desk
from service.stories.wording import tidy_text, too_long
from service.web.access import desk
from service.web.desk.story_acting import pressed
from service.web.desk.story_review import me
from service.web.frame import now, render, services

NO_RULE = "Choose the rule that the story goes against."
LONGEST_NOTE = 4_000
"""Characters of an editor's own words in the mail."""

WAYS = {
    Method.PHONE: "On the phone",
    Method.PAPER: "On paper",
    Method.REPLY_MAIL: "In a reply to our e-mail",
}
"""How its teller asked for it."""

NO_WAY = "Choose how they asked."
_NOBODY = Address("storyteller@example.invalid")
"""Where a preview goes to: nowhere. The address of the teller is not on the page."""

blueprint = Blueprint("desk_story_endings", __name__, url_prefix="/desk/stories/<int:story_id>")


@blueprint.get("/decline")
@desk(Role.EDITOR)
def ask_to_decline(story_id: int) -> Response:
    """Which rule, and which words to go with it."""
    return _decline_page(story_id, "", "", {})


@blueprint.post("/decline")
@desk(Role.EDITOR)
def decline_story(story_id: int) -> ResponseReturnValue:
    """Show the mail first; at the second press say no by the rule, and send it with the text."""
    rule, words = request.form.get("rule", ""), tidy_text(request.form.get("note", ""))
    wrong = {"rule": "" if rule in RULES else NO_RULE, "note": too_long("The note", words, LONGEST_NOTE)}
    errors = {field: sentence for field, sentence in wrong.items() if sentence}
    if errors:
        return _decline_page(story_id, rule, words, errors, 422)
    if "sure" not in request.form:
        return _decline_page(story_id, rule, words, {})
    return pressed(
        story_id,
        "declined",
        lambda uow, found: decline(uow, found, rule=rule, note=words, now=now(), by=me()),
        done="Declined. We are writing to its teller now.",
    )


@blueprint.get("/withdraw")
@desk(Role.EDITOR)
def ask_to_withdraw(story_id: int) -> Response:
    """One more look, because there is no way back."""
    return _withdraw_page(story_id, {})


@blueprint.post("/withdraw")
@desk(Role.EDITOR)
def withdraw_story(story_id: int) -> ResponseReturnValue:
    """Take it back for its teller, who asked by phone, on paper or in a mail."""
    way = request.form.get("way", "")
    if way not in set(WAYS):
        return _withdraw_page(story_id, {"way": NO_WAY}, 422)
    organisation, keep_copy = services().settings.organisation, "keep_copy" in request.form
    return pressed(
        story_id,
        "withdrew",
        lambda uow, found: withdraw(
            uow, found, organisation=organisation, now=now(), by=me(), keep_copy=keep_copy, method=Method(way)
        ),
        done="Taken back. It is gone from every page and from every mail that is still to be sent.",
    )


def _decline_page(story_id: int, rule: str, note: str, errors: dict[str, str], status: int = 200) -> Response:
    with services().database.read() as session:
        story = story_at_desk(session, story_id)
        mail = declined_letter(services().head, _NOBODY, story, rule, note) if rule in RULES and not errors else None
        typed = {"rule": rule, "note": note}
        return render(
            "desk/stories/decline.html", status, story=story, rules=RULES, typed=typed, errors=errors, mail=mail
        )


def _withdraw_page(story_id: int, errors: dict[str, str], status: int = 200) -> Response:
    with services().database.read() as session:
        story, typed = story_at_desk(session, story_id), request.form
        return render("desk/stories/withdraw.html", status, story=story, ways=WAYS, typed=typed, errors=errors)
