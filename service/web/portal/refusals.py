"""What storytellers are told when something cannot be done: words for them, not for the desk; nothing typed is lost."""

from collections.abc import Mapping

from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import MethodNotAllowed, NotFound

from service.stories.errors import (
    BadEnd,
    ChangesUndecided,
    ConsentMissing,
    EditedMeanwhile,
    EntrySpent,
    HeldBack,
    HiddenByAnother,
    NoSuchStory,
    NotFromHere,
    OtherRole,
    SessionOver,
)
from service.tokens import BadToken
from service.web.again import form_again
from service.web.errors import HTTP_ERRORS, OUT_OF_REACH, Page
from service.web.forms import BadForm
from service.web.frame import render

REFUSALS: Mapping[type[Exception], Page] = {
    EntrySpent: Page(
        410,
        "This link does not open the page any more",
        "A link works once, for 30 minutes. Perhaps you used it already, or a newer e-mail has come since.",
    ),
    SessionOver: Page(
        401,
        "Your page has closed",
        "It closes by itself after half an hour without a press, so that nobody else can look. What you saved is safe.",
    ),
    BadForm: Page(
        400,
        "We could not read this form",
        "Perhaps you opened a newer link since. Nothing was done. Open the page again and press the button once more.",
    ),
    BadToken: Page(404, "This link does not work", "Please check that you have the whole link, or ask for a new one."),
    NoSuchStory: Page(404, "This story is not here", "The address may be old or mistyped, or the story was erased."),
    NotFromHere: Page(
        409, "That is not possible just now", "The story has moved on since this page was shown. Nothing was done."
    ),
    EditedMeanwhile: Page(
        409, "The words changed meanwhile", "Nothing was done. Please read the new words first, and then decide."
    ),
    StaleDataError: Page(
        409, "Somebody changed this at the same moment", "Nothing was overwritten. Please look again, then press again."
    ),
    ChangesUndecided: Page(409, "A change is still open", "Please say for each change whether you want it."),
    ConsentMissing: Page(
        409, "There is no Yes to go by", "You have not said Yes to these words, or it has ended. You can say it anew."
    ),
    HeldBack: Page(
        409,
        "We are looking at something first",
        "Until we have, nobody can see the story. We write to you. You did nothing wrong.",
    ),
    HiddenByAnother: Page(409, "We hid this one", "Our editors hid it and have to bring it back. Please write to us."),
    OtherRole: Page(
        409, "Somebody else decides now", "The person this story is about has grown up. Only they can say Yes to it."
    ),
    BadEnd: Page(422, "We cannot use that day", "Choose a day to come that is not later than two years from now."),
    OperationalError: OUT_OF_REACH,
    NoConnectionFree: OUT_OF_REACH,
    NotFound: HTTP_ERRORS[404],
    MethodNotAllowed: Page(405, "There is nothing to see here", "This address only takes a button. Please go back."),
}
"""What is the case -> what a storyteller reads."""

ASK_AGAIN = (EntrySpent, SessionOver, BadToken)
"""Those that are mended by a new link."""
TYPED = ("words", "shown_name")
"""Fields with words of their own, which are shown again to be copied."""


def register(portal: Blueprint) -> None:
    """Answer each of them on every page of the portal."""
    for kind in REFUSALS:
        portal.register_error_handler(kind, _show)


def _show(error: Exception) -> Response:
    kind = next(kind for kind in REFUSALS if isinstance(error, kind))
    refused = REFUSALS[kind]
    return render(
        "portal/teller/refused.html",
        refused.status,
        page=refused,
        ask_again=kind in ASK_AGAIN,
        story_id=None if kind is NoSuchStory else (request.view_args or {}).get("story_id"),
        again=form_again() if refused.again else None,
        typed=[words for name in TYPED if (words := request.form.get(name, "").strip())],
    )
