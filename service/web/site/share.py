"""Telling a story, one question a page, without script or cookie: the draft's sealed token in the address is the key.

Pages of a draft carry no form token: nobody else can know the address they post to, and a form without an age never
tells somebody who took three days over it to start again.
"""

import structlog
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from service.stories.answering import GUIDE
from service.stories.asking import YES, Answers, Kind, Step
from service.stories.drafts import LASTS, draft_at, save_answers, send_draft, start_draft
from service.stories.errors import DraftUnfinished
from service.stories.graphemes import count_characters
from service.stories.model import StoryDraft
from service.stories.photos import photos_of_draft
from service.stories.questions import POSTCARD_LENGTH, STEP, STEPS
from service.stories.telling import CHECK, first_open, mark, may_show, page_before, problems, read, way_through
from service.stories.whereabouts import ANSWER_WITHIN
from service.web.access import public, signed_link
from service.web.forms import BadForm, StaleForm, check_form_token
from service.web.frame import now, render, services
from service.web.limits import limits, visitor
from service.web.site.share_frame import (
    DRAFTS,
    LARGEST_ANSWER,
    LARGEST_STORY,
    PROOFS,
    draft_of,
    help_lines,
    is_looked_after,
    look_after,
    place_of,
    row_of,
    seal,
    to,
    words,
)

blueprint = Blueprint("share", __name__, url_prefix="/stories/share")
log = structlog.get_logger()

LONG_PAGES = frozenset(step.key for step in STEPS if any(each.kind is Kind.TEXT for each in step.fields))


@blueprint.before_request
def take_no_more() -> None:
    """Refuse (413) what is far more than an answer before it is read."""
    most = LARGEST_STORY if (request.view_args or {}).get("step") in LONG_PAGES else LARGEST_ANSWER
    request.max_content_length = request.max_form_memory_size = most


@blueprint.get("")
@public
def start() -> Response:
    """What to know before sharing, and the button that begins."""
    return render("site/share/start.html", days=LASTS.days)


@blueprint.post("")
@public
def begin() -> ResponseReturnValue:
    """Start a draft and go to its first question. A page that stood open for days is simply shown anew."""
    try:
        check_form_token(services().tokens, request.form.get("form_token", ""), now())
    except StaleForm:
        return render("site/share/start.html", days=LASTS.days, again=True)
    if request.form.get("website"):
        raise BadForm
    limits().check(DRAFTS, visitor())
    with services().database.unit() as uow:
        draft = start_draft(uow, now=now())
    return to(seal(draft), STEPS[0].key)


@blueprint.get("/<token>")
@signed_link
def resume(token: str) -> ResponseReturnValue:
    """Back to the first question that is still open."""
    with services().database.read() as session:
        return to(token, place_of(draft_of(session, token)))


@blueprint.get("/<token>/<step>")
@signed_link
def ask(token: str, step: str) -> ResponseReturnValue:
    """One question, with the answer given so far; or the first open question, when this one's turn has not come."""
    page = _known(step)
    with services().database.read() as session:
        draft = draft_of(session, token)
        if draft.story_id is not None or not may_show(step, draft.answers):
            return to(token, place_of(draft))
        return _question(token, page, draft.answers, {}, helped=is_looked_after(session, draft))


@blueprint.post("/<token>/<step>")
@signed_link
def answer(token: str, step: str) -> ResponseReturnValue:
    """Keep what was typed, right or wrong; then the next open question, or this one again with what is missing."""
    page, row = _known(step), row_of(token)
    typed = read(page, request.form)
    try:
        return _kept(token, row, page, typed)
    except SQLAlchemyError:
        log.warning("share.not_saved", draft=row, exc_info=True)
        return _question(token, page, typed, {}, 503, unsaved=True)


@blueprint.get("/<token>/check")
@signed_link
def check(token: str) -> ResponseReturnValue:
    """Everything that was answered, to be looked at once more."""
    with services().database.read() as session:
        draft = draft_of(session, token)
        if draft.story_id is not None or first_open(draft.answers) != CHECK:
            return to(token, place_of(draft))
        return render(
            "site/share/check.html",
            token=token,
            steps={step.key: step for step in way_through(draft.answers)},
            answers=draft.answers,
            photos=photos_of_draft(session, draft.id),
            guide=GUIDE,
            back=page_before(CHECK, draft.answers),
            helped=is_looked_after(session, draft),
            **words(draft.answers),
        )


@blueprint.post("/<token>/check")
@signed_link
def send(token: str) -> ResponseReturnValue:
    """Have the link mailed that proves the address; again, when asked again."""
    with services().database.read() as session:
        address = address_of(draft_of(session, token))
    if address:
        limits().check(PROOFS, address)
    try:
        with services().database.unit() as uow:
            send_draft(uow, row_of(token), now=now())
    except DraftUnfinished:
        return to(token, "")
    return to(token, "sent")


@blueprint.get("/<token>/sent")
@signed_link
def sent(token: str) -> ResponseReturnValue:
    """What happens next: first the mail, then, once the address is proven, by when we answer."""
    with services().database.read() as session:
        draft = draft_of(session, token)
        if draft.story_id is not None:
            return render("site/share/received.html", by=draft.saved_at + ANSWER_WITHIN)
        if draft.sent_at is None:
            return to(token, place_of(draft))
        return render("site/share/sent.html", token=token, email=draft.answers.get("email", ""))


@blueprint.get("/<token>/help")
@signed_link
def get_help(token: str) -> ResponseReturnValue:
    """Whom to call now, for somebody whose words worried us; what they wrote is kept."""
    with services().database.read() as session:
        draft_of(session, token)
    return render("site/share/help.html", token=token, help_lines=help_lines())


def address_of(draft: StoryDraft) -> str:
    """The address that would be mailed, as limits count it; empty while there is none."""
    return str(draft.answers.get("email", "")).casefold()


def _kept(token: str, row: int, page: Step, typed: dict[str, str]) -> ResponseReturnValue:
    later = "later" in request.form
    with services().database.unit() as uow:
        draft = draft_at(uow.session, row, now(), for_change=True)
        if _changed_elsewhere(page, draft.answers, typed):
            return _question(token, page, typed, {}, 409, elsewhere=dict(draft.answers), stored=draft.answers)
        draft = save_answers(uow, row, typed if later else {**typed, page.passed: YES}, now=now())
        worrying = look_after(uow, draft)
        place = place_of(draft)
    errors = {} if later or draft.story_id is not None else problems(page, draft.answers)
    if errors and may_show(page.key, draft.answers):
        return _question(token, page, draft.answers, errors, 422, worrying=worrying)
    if worrying:
        return to(token, "help")
    return to(token, "later" if later and draft.story_id is None else place)


def _changed_elsewhere(page: Step, stored: Answers, typed: Answers) -> bool:
    """Whether somebody saved other words on this page since it was shown: in another tab, or on another device."""
    seen = request.form.get("seen")
    return seen is not None and seen != mark(page, stored) and mark(page, stored) != mark(page, typed)


def _question(
    token: str,
    step: Step,
    answers: Answers,
    errors: dict[str, str],
    status: int = 200,
    *,
    stored: Answers | None = None,
    helped: bool = False,
    worrying: bool = False,
    unsaved: bool = False,
    elsewhere: Answers | None = None,
) -> Response:
    way = way_through(answers if stored is None else stored)
    return render(
        f"site/share/{_template(step)}.html",
        status,
        token=token,
        step=step,
        seen=mark(step, answers if stored is None else stored),
        number=way.index(step) + 1 if step in way and not unsaved else None,
        total=len(way),
        back=page_before(step.key, answers if stored is None else stored),
        answers=answers,
        errors=errors,
        days=LASTS.days,
        unsaved=unsaved,
        elsewhere=elsewhere,
        helped=helped,
        help_lines=help_lines() if worrying else (),
        count=count_characters(answers.get("postcard", "")),
        most=POSTCARD_LENGTH,
        **words(answers),
    )


def _template(step: Step) -> str:
    if step.key.startswith("question-"):
        return "guided"
    only = step.fields[0] if len(step.fields) == 1 else None
    return "choice" if only is not None and only.kind is Kind.CHOICE else step.key


def _known(step: str) -> Step:
    if step not in STEP:
        raise NotFound
    return STEP[step]
