"""Telling a story, one question a page, without script or cookie: the draft's sealed token in the address is the key.

Pages of a draft carry no form token: nobody else can know the address they post to, and a form without an age never
tells somebody who took three days over it to start again.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from service.stories.consent import ASKED_WHILE_TELLING, PLACES, READ_AND_CONTACT
from service.stories.drafts import LASTS, draft_at, save_answers, send_draft, start_draft
from service.stories.errors import DraftUnfinished
from service.stories.mails import ANSWER_WITHIN
from service.stories.model import StoryDraft
from service.stories.naming import NAMINGS, ROLES
from service.stories.telling import CHECK, STEP, STEPS, first_open, may_show, page_before, problems, read
from service.tokens import Purpose
from service.web.access import public, signed_link
from service.web.forms import BadForm, check_form_token
from service.web.frame import now, render, services
from service.web.limits import Limit, limits, visitor

blueprint = Blueprint("share", __name__, url_prefix="/stories/share")

LARGEST_PAGE = 512 * 1024
"""Bytes of one page's answers: more than twice the longest story, in any script. Below that nothing typed is lost."""
DRAFTS = Limit("story_drafts", 30, timedelta(hours=1))
"""New drafts from one place. A hospital's patients share an address, so this is generous."""
PROOFS = Limit("story_proofs", 5, timedelta(days=1))
"""Mails to one address that ask for proof."""


@blueprint.before_request
def take_no_more() -> None:
    """Refuse (413) what is far more than a story before it is read."""
    request.max_content_length = LARGEST_PAGE


@blueprint.get("")
@public
def start() -> Response:
    """What to know before sharing, and the button that begins."""
    return render("site/share/start.html", days=LASTS.days)


@blueprint.post("")
@public
def begin() -> ResponseReturnValue:
    """Start a draft and go to its first question."""
    check_form_token(services().tokens, request.form.get("form_token", ""), now())
    if request.form.get("website"):
        raise BadForm
    limits().check(DRAFTS, visitor())
    with services().database.unit() as uow:
        draft = start_draft(uow, now=now())
    return _to(_seal(draft), STEPS[0].key)


@blueprint.get("/<token>")
@signed_link
def resume(token: str) -> ResponseReturnValue:
    """Back to the first question that is still open."""
    with services().database.read() as session:
        return _to(token, _place_of(_draft(session, token)))


@blueprint.get("/<token>/<step>")
@signed_link
def ask(token: str, step: str) -> ResponseReturnValue:
    """One question, with the answer given so far; or the first open question, when this one's turn has not come."""
    with services().database.read() as session:
        draft = _draft(session, token)
        if draft.story_id is not None or not may_show(_known(step), draft.answers):
            return _to(token, _place_of(draft))
        return _question(token, step, draft.answers, {})


@blueprint.post("/<token>/<step>")
@signed_link
def answer(token: str, step: str) -> ResponseReturnValue:
    """Keep what was typed, right or wrong; then the next open question, or this one again with what is missing."""
    page = STEP[_known(step)]
    with services().database.unit() as uow:
        draft = save_answers(uow, _row(token), read(page, request.form), now=now())
        answers, place = draft.answers, _place_of(draft)
        errors = {} if draft.story_id is not None else problems(page, answers)
    if errors and may_show(step, answers):
        return _question(token, step, answers, errors, 422)
    return _to(token, place)


@blueprint.get("/<token>/check")
@signed_link
def check(token: str) -> ResponseReturnValue:
    """Everything that was answered, to be looked at once more."""
    with services().database.read() as session:
        draft = _draft(session, token)
        if draft.story_id is not None or first_open(draft.answers) != CHECK:
            return _to(token, _place_of(draft))
        return render(
            "site/share/check.html",
            token=token,
            steps=STEPS,
            answers=draft.answers,
            back=page_before(CHECK),
            **_words(),
        )


@blueprint.post("/<token>/check")
@signed_link
def send(token: str) -> ResponseReturnValue:
    """Have the link mailed that proves the address; again, when asked again."""
    with services().database.read() as session:
        address = address_of(_draft(session, token))
    if address:
        limits().check(PROOFS, address)
    try:
        with services().database.unit() as uow:
            send_draft(uow, _row(token), now=now())
    except DraftUnfinished:
        return _to(token, "")
    return _to(token, "sent")


@blueprint.get("/<token>/sent")
@signed_link
def sent(token: str) -> ResponseReturnValue:
    """What happens next: first the mail, then, once the address is proven, by when we answer."""
    with services().database.read() as session:
        draft = _draft(session, token)
        if draft.story_id is not None:
            return render("site/share/received.html", by=draft.saved_at + ANSWER_WITHIN)
        if draft.sent_at is None:
            return _to(token, _place_of(draft))
        return render("site/share/sent.html", token=token, email=draft.answers.get("email", ""))


def address_of(draft: StoryDraft) -> str:
    """The address that would be mailed, as limits count it; empty while there is none."""
    return str(draft.answers.get("email", "")).casefold()


def _question(token: str, step: str, answers: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    return render(
        f"site/share/{step}.html",
        status,
        token=token,
        step=STEP[step],
        number=STEPS.index(STEP[step]) + 1,
        total=len(STEPS),
        back=page_before(step),
        answers=answers,
        errors=errors,
        days=LASTS.days,
        **_words(),
    )


def _words() -> dict[str, Any]:
    organisation = services().settings.organisation
    return {
        "places": PLACES,
        "roles": ROLES,
        "namings": NAMINGS,
        "asked": ASKED_WHILE_TELLING.format(organisation=organisation),
        "read_and_contact": READ_AND_CONTACT.format(organisation=organisation),
    }


def _known(step: str) -> str:
    if step not in STEP:
        raise NotFound
    return step


def _row(token: str) -> int:
    return services().tokens.open(Purpose.DRAFT, token)


def _draft(session: Session, token: str) -> StoryDraft:
    return draft_at(session, _row(token), now())


def _seal(draft: StoryDraft) -> str:
    return services().tokens.seal(Purpose.DRAFT, draft.id)


def _place_of(draft: StoryDraft) -> str:
    return "sent" if draft.story_id is not None or draft.sent_at is not None else first_open(draft.answers)


def _to(token: str, page: str) -> ResponseReturnValue:
    return redirect(url_for("share.resume", token=token) + (f"/{page}" if page else ""), 303)
