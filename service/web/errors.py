"""One table: what is the case -> the status, the heading and the sentence of the page that says so."""

from dataclasses import dataclass

from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from service.issues.errors import (
    ApprovedAlready,
    BadRecipe,
    BadRule,
    ChangedMeanwhile,
    ChangedSinceApproval,
    EditedByYourself,
    NoSuchIssue,
    NotEligible,
    NothingToCorrect,
    NothingToSend,
    NothingToUndo,
    NotOverridable,
    NotPossibleNow,
    RoleMayNotApprove,
    SecondPersonNeeded,
)
from service.library.errors import AlreadyDecided, NoSuchResource
from service.stories.errors import (
    AnswerMissing,
    BadEnd,
    ChangesUndecided,
    ClaimedByAnother,
    ConsentMissing,
    DraftGone,
    DraftSent,
    DraftUnfinished,
    EditedMeanwhile,
    EntrySpent,
    FactCheckMissing,
    HeldBack,
    HiddenByAnother,
    NoSuchPhoto,
    NoSuchStory,
    NotFromHere,
    OtherRole,
    PhotoConsentMissing,
    ProofUnknown,
    ReasonMissing,
    SessionOver,
    ThirdPartiesUnchecked,
    TooEarly,
)
from service.subscribers.errors import AddressSuppressed, NoSuchNewsletter, NothingHeld, TooLateToReturn
from service.tokens import BadToken
from service.web.again import form_again
from service.web.forms import BadForm, StaleForm, TooQuick
from service.web.frame import render


@dataclass(frozen=True)
class Page:
    """What a reader is told."""

    status: int
    heading: str
    sentence: str
    again: bool = False
    """Whether the form itself was well, and the page gives it back to be sent once more."""


OUT_OF_REACH = Page(
    503,
    "We cannot reach our records just now",
    "It is not your fault, and what was saved is safe. Please wait a minute and try once more.",
    again=True,
)

ERRORS: dict[type[Exception], Page] = {
    BadToken: Page(404, "This link does not work", "Please check that you have the whole link, or ask for a new one."),
    BadForm: Page(
        400, "We could not read this form", "Please go back, load the page again and send the form once more."
    ),
    StaleForm: Page(
        400, "This form has been open for a long time", "Please go back, load the page again and send it once more."
    ),
    TooQuick: Page(400, "That was very quick", "Please go back and press the button once more."),
    NoSuchNewsletter: Page(404, "There is no such newsletter", "It may have ended. Have a look at our first page."),
    NothingHeld: Page(410, "We hold nothing about you", "Everything behind this link has been deleted."),
    TooLateToReturn: Page(410, "That was a while ago", "To get our mail again, please sign up once more."),
    AddressSuppressed: Page(
        409, "We may not write to this address", "It is on our do-not-write list. If that is wrong, please tell us."
    ),
    NoSuchResource: Page(404, "There is no such article", "It may have been taken off the list."),
    AlreadyDecided: Page(
        409, "Somebody has decided about this already", "Go back and load the page again to see what is left."
    ),
    OperationalError: OUT_OF_REACH,
    NoConnectionFree: OUT_OF_REACH,
    StaleDataError: Page(
        409,
        "Somebody else changed this just now",
        "Nothing was overwritten. Go back, load the page again and make your change once more.",
    ),
    NoSuchPhoto: Page(404, "This photo is not here", "It was taken out. Go back to your photos and look again."),
    NoSuchStory: Page(404, "This story is not here", "The address may be old or mistyped."),
    NotFromHere: Page(
        409, "That is not possible any more", "Somebody has moved this story on. Go back and load the page again."
    ),
    ConsentMissing: Page(
        409,
        "Readers may not see these words yet",
        "The storyteller has not agreed to exactly these words standing on the website, or the agreement has ended. "
        "Ask them, and write their answer down under “Approval received”.",
    ),
    PhotoConsentMissing: Page(
        409, "A photo may not be shown yet", "Somebody on a photo has not agreed. Ask them, or take the photo out."
    ),
    HeldBack: Page(
        409, "This story is held back", "A case about it is open. When it has been looked at and closed, try once more."
    ),
    FactCheckMissing: Page(
        409, "The facts are not checked yet", "The story makes medical claims. A reviewer signs these exact words off."
    ),
    TooEarly: Page(
        409, "It is too early", "Its teller asked us to wait. You can schedule it: then it is published on its day."
    ),
    HiddenByAnother: Page(
        409, "Somebody else hid this story", "Whoever hid it brings it back: its teller, or the editors."
    ),
    ClaimedByAnother: Page(
        409, "A colleague is working on this story", "Ask them to pass it on. After 24 hours it is free again."
    ),
    ThirdPartiesUnchecked: Page(
        422, "Other people in the story", "Please look for other people first, and tick that you have."
    ),
    ReasonMissing: Page(422, "A reason is missing", "Go back and say in plain words why you made each change."),
    AnswerMissing: Page(422, "An answer is missing", "Go back and choose Yes or No for each place."),
    ChangesUndecided: Page(
        409, "A change is still open", "Each change needs a yes or a no from its teller before the story is approved."
    ),
    OtherRole: Page(
        409, "Somebody else decides now", "The person this story is about is grown up. Only they can say yes."
    ),
    BadEnd: Page(422, "We cannot use that day", "Choose a day to come that is not later than two years from now."),
    EntrySpent: Page(410, "This link has been used", "A link works once, for 30 minutes. Please ask for a new one."),
    SessionOver: Page(
        401, "You were away for a while", "To keep your page private we closed it. Please ask for a new link."
    ),
    EditedMeanwhile: Page(
        409,
        "Somebody else changed the words just now",
        "Nothing was overwritten and nothing was done. Go back and load the page again to see the new words.",
    ),
    DraftGone: Page(
        404,
        "This draft is not here any more",
        "We keep a draft for 60 days after it was last saved, and then delete it.",
    ),
    DraftSent: Page(
        409, "Your story is with us already", "To change something, use the link in the e-mail that we sent you then."
    ),
    DraftUnfinished: Page(
        409, "One question is still open", "Go back to your draft and answer it, then send it once more."
    ),
    ProofUnknown: Page(
        404,
        "This link does not work any more",
        "A newer e-mail may have replaced it. Please look for the newest one from us and use the link in that.",
    ),
    NoSuchIssue: Page(404, "This issue is not here", "It may not have been sent yet, or the address may be mistyped."),
    NotPossibleNow: Page(
        409,
        "That is not possible just now",
        "The issue has moved on since this page was shown. Load its page again to see where it stands.",
    ),
    ChangedMeanwhile: Page(
        409,
        "Somebody else changed this issue just now",
        "Nothing was overwritten. Go back, load the page again and make your change once more.",
    ),
    NothingToSend: Page(
        409, "There is nothing to read in this issue", "Add an item that may be mailed, then approve it."
    ),
    NothingToCorrect: Page(
        409,
        "There is nothing to correct",
        "This story may not be mailed any more. A mail about it would only speak of it once more.",
    ),
    NothingToUndo: Page(409, "There is nothing to undo", "Everything you could take back is taken back already."),
    NotEligible: Page(
        409,
        "This cannot be in the issue",
        "It may not be mailed on that day, or it was in an issue before. Go back and choose another.",
    ),
    RoleMayNotApprove: Page(403, "Your account may not approve this", "Ask an editor, or have your role changed."),
    EditedByYourself: Page(
        409,
        "A colleague has to approve this",
        "You changed the issue last. Ask somebody else to read it: four eyes see more than two.",
    ),
    ApprovedAlready: Page(409, "You have approved this already", "Ask somebody else for the next yes."),
    ChangedSinceApproval: Page(
        409,
        "The words have changed since the approval",
        "A story or an article in the issue is not the one that was approved. Read it once more and approve it again.",
    ),
    NotOverridable: Page(
        409,
        "That cannot be overridden",
        "It has been mended, or changed, or the law or a storyteller says so. Load the checks again.",
    ),
    SecondPersonNeeded: Page(409, "A second person has to agree", "You asked for it yourself. Ask a colleague."),
    BadRule: Page(409, "No draft can be made", "The rule of this newsletter cannot be read. Please tell an admin."),
    BadRecipe: Page(409, "No draft can be made", "The recipe of this newsletter cannot be read. Please tell an admin."),
}

HTTP_ERRORS: dict[int, Page] = {
    400: Page(400, "We could not read this", "Please go back and try once more."),
    401: Page(401, "Please sign in", "This page is for people who are signed in."),
    403: Page(
        403, "This page is not open to you", "Your account may not do this. Ask an admin if you think it should."
    ),
    404: Page(404, "This page is not here", "The address may be old or mistyped."),
    405: Page(405, "This address does not do that", "Please go back and use the button on the page."),
    410: Page(410, "This page is no longer here", "It was taken down on purpose."),
    413: Page(413, "That is more than we can take", "Please send less text or a smaller file."),
    414: Page(414, "That address is too long", "Please check the link."),
    429: Page(429, "Too many tries", "Please wait a few minutes and try once more."),
    500: Page(500, "Something went wrong on our side", "It is not your fault. Please try once more in a few minutes."),
    503: Page(503, "We are busy just now", "Please try once more in a minute."),
}


def register_errors(app: Flask) -> None:
    """Answer every error of the tables, and every HTTP error, with its page."""
    for kind, page in ERRORS.items():
        app.register_error_handler(kind, _pager(page))
    app.register_error_handler(HTTPException, _http_error)


def _pager(page: Page):  # type: ignore[no-untyped-def]
    def show(_error: Exception) -> Response:
        return _show(page)

    return show


def _http_error(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return error.get_response()  # type: ignore[return-value]  # redirects are exceptions too
    page = HTTP_ERRORS.get(code) or Page(code, error.name, "Please go back and try once more.")
    response = _show(page)
    for header in ("Retry-After", "Allow"):
        value = error.get_response().headers.get(header)
        if value:
            response.headers[header] = value
    return response


def _show(page: Page) -> Response:
    frame = "desk/error.html" if request.path.startswith("/desk") else "site/error.html"
    return render(frame, page.status, page=page, again=form_again() if page.again else None)
