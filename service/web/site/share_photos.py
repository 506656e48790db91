"""Photos of a draft: added one by one, described, and everybody on them asked about. Shown only behind its token."""

from collections.abc import Sequence

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from service.media.formats import MOST_BYTES, SENTENCES, NotTaken, Refusal
from service.media.pictures import Picture, file_name, remade, sizes
from service.stories.asking import NO, YES, Answers
from service.stories.drafts import LASTS, draft_for_change, save_answers
from service.stories.errors import TooManyPhotos
from service.stories.model import StoryPhoto
from service.stories.photos import (
    ME,
    MOST_PHOTOS,
    OTHERS,
    RECOGNISED,
    add_photo,
    agreed_field,
    describe,
    is_complete,
    names_in,
    photo_of_draft,
    photos_of_draft,
    problems_with_photo,
    remove_photo,
    store,
    who_field,
)
from service.stories.questions import STEP
from service.stories.telling import may_show, page_before, way_through
from service.stories.wording import tidy_text
from service.web.access import signed_link
from service.web.frame import now, render, services
from service.web.limits import limits, visitor
from service.web.site.share_frame import PHOTOS, draft_of, is_looked_after, look_after, place_of, row_of, to

blueprint = Blueprint("share_photos", __name__, url_prefix="/stories/share/<token>/photos")

LARGEST_POST = 64 * 1024 * 1024
"""Bytes. More than a photo may have, so that somebody with a large one is answered with a sentence and a way on."""


@blueprint.get("")
@signed_link
def ask(token: str) -> ResponseReturnValue:
    """The photos so far, and the field for one more; or the first open question, when this one's turn has not come."""
    with services().database.read() as session:
        draft = draft_of(session, token)
        if draft.story_id is not None or not may_show("photos", draft.answers):
            return to(token, place_of(draft))
        helped = is_looked_after(session, draft)
        return _page(token, draft.answers, photos_of_draft(session, draft.id), helped=helped)


@blueprint.post("")
@signed_link
def answer(token: str) -> ResponseReturnValue:
    """Take a photo and ask about it; or go on, when there is none; or stop here for today."""
    row_of(token)
    try:
        request.max_content_length = LARGEST_POST
        file = request.files.get("photo")
        content = file.stream.read(MOST_BYTES + 1) if file and file.filename else b""
        if content:
            limits().check(PHOTOS, visitor())
            return to(token, f"photos/{_add(token, remade(content))}")
    except NotTaken as refused:
        return _refuse(token, SENTENCES[refused.reason])
    except TooManyPhotos:
        return _refuse(token, f"A story can have up to {MOST_PHOTOS} photos. Take one out first.")
    except RequestEntityTooLarge:
        return _refuse(token, SENTENCES[Refusal.TOO_LARGE])
    if "add" in request.form:
        return _refuse(token, SENTENCES[Refusal.EMPTY])
    return _go_on(token, later="later" in request.form)


@blueprint.get("/<int:photo_id>")
@signed_link
def ask_about(token: str, photo_id: int) -> ResponseReturnValue:
    """What can be seen on one photo, and who."""
    with services().database.read() as session:
        draft = draft_of(session, token)
        photo = photo_of_draft(session, draft.id, photo_id)
        others = "\n".join(person.who for person in photo.people if person.who != ME)
        typed = {"alt": photo.alt, "who": draft.answers.get(who_field(photo), ""), "others": others}
        return _about(token, photo, typed, {})


@blueprint.post("/<int:photo_id>")
@signed_link
def save_about(token: str, photo_id: int) -> ResponseReturnValue:
    """Keep the description; then ask what the others on it say, when there are any."""
    typed = {"alt": tidy_text(request.form.get("alt", "")).replace("\n", " "), "who": request.form.get("who", "")}
    others = names_in(request.form.get("others", ""))
    with services().database.unit() as uow:
        draft = draft_for_change(uow, row_of(token), now=now())
        photo = photo_of_draft(uow.session, draft.id, photo_id)
        describe(photo, alt=typed["alt"], who=typed["who"], others=others, now=now())
        save_answers(uow, draft.id, {who_field(photo): typed["who"]}, now=now())
        look_after(uow, draft)
        errors = problems_with_photo(typed["alt"], typed["who"], others)
    if errors:
        return _about(token, photo, {**typed, "others": "\n".join(others)}, errors, 422)
    return to(token, f"photos/{photo_id}/people" if typed["who"] == OTHERS else "photos")


@blueprint.get("/<int:photo_id>/people")
@signed_link
def ask_people(token: str, photo_id: int) -> ResponseReturnValue:
    """Has each of them said yes? One answer for each."""
    with services().database.read() as session:
        draft = draft_of(session, token)
        return _people(token, photo_of_draft(session, draft.id, photo_id), draft.answers, {})


@blueprint.post("/<int:photo_id>/people")
@signed_link
def save_people(token: str, photo_id: int) -> ResponseReturnValue:
    """Keep what each of them said."""
    with services().database.unit() as uow:
        draft = draft_for_change(uow, row_of(token), now=now())
        photo = photo_of_draft(uow.session, draft.id, photo_id)
        fields = {agreed_field(person): person.who for person in photo.people if person.who != ME}
        said = {field: request.form.get(field, "") for field in fields}
        save_answers(uow, draft.id, said, now=now())
        errors = {f: f"Choose whether {fields[f]} said yes." for f in fields if said[f] not in {YES, NO}}
    if errors:
        return _people(token, photo, draft.answers, errors, 422)
    return to(token, "photos")


@blueprint.post("/<int:photo_id>/remove")
@signed_link
def remove(token: str, photo_id: int) -> ResponseReturnValue:
    """Take one out."""
    with services().database.unit() as uow:
        draft = draft_for_change(uow, row_of(token), now=now())
        remove_photo(uow, photo_of_draft(uow.session, draft.id, photo_id))
    return to(token, "photos")


@blueprint.get("/<int:photo_id>/picture")
@signed_link
def picture(token: str, photo_id: int) -> Response:
    """The smallest picture of one photo, for its teller's eyes."""
    with services().database.read() as session:
        photo = photo_of_draft(session, draft_of(session, token).id, photo_id)
    width, _ = sizes(photo.width, photo.height)[0]
    return Response(services().storage.get(file_name(photo.asset_key, width)), mimetype="image/jpeg")


def _add(token: str, pictures: list[Picture]) -> int:
    """Keep the bytes first: a file without a row is swept, a row without a file would be a hole in a page."""
    store(services().storage, pictures)
    with services().database.unit() as uow:
        draft = draft_for_change(uow, row_of(token), now=now())
        return add_photo(uow, draft, pictures, now=now()).id


def _go_on(token: str, *, later: bool) -> ResponseReturnValue:
    with services().database.unit() as uow:
        draft = draft_of(uow.session, token)
        photos = photos_of_draft(uow.session, draft.id)
        open_one = next((photo for photo in photos if not is_complete(photo, draft.answers)), None)
        if open_one is not None and not later:
            return to(token, f"photos/{open_one.id}")
        draft = save_answers(uow, draft.id, {} if later else {STEP["photos"].passed: YES}, now=now())
        return to(token, "later" if later else place_of(draft))


def _refuse(token: str, sentence: str) -> Response:
    with services().database.read() as session:
        draft = draft_of(session, token)
        photos = photos_of_draft(session, draft.id)
        return _page(token, draft.answers, photos, {"photo": sentence}, 422, helped=is_looked_after(session, draft))


def _page(
    token: str,
    answers: Answers,
    photos: Sequence[StoryPhoto],
    errors: dict[str, str] | None = None,
    status: int = 200,
    *,
    helped: bool = False,
) -> Response:
    way = way_through(answers)
    return render(
        "site/share/photos.html",
        status,
        token=token,
        step=STEP["photos"],
        number=way.index(STEP["photos"]) + 1 if STEP["photos"] in way else None,
        total=len(way),
        back=page_before("photos", answers),
        photos=photos,
        complete=lambda photo: is_complete(photo, answers),
        most=MOST_PHOTOS,
        errors=errors or {},
        days=LASTS.days,
        helped=helped,
    )


def _about(token: str, photo: StoryPhoto, typed: Answers, errors: dict[str, str], status: int = 200) -> Response:
    return render(
        "site/share/photo.html",
        status,
        token=token,
        photo=photo,
        size=sizes(photo.width, photo.height)[0],
        answers=typed,
        errors=errors,
        recognised=RECOGNISED,
    )


def _people(token: str, photo: StoryPhoto, answers: Answers, errors: dict[str, str], status: int = 200) -> Response:
    return render(
        "site/share/photo_people.html",
        status,
        token=token,
        photo=photo,
        size=sizes(photo.width, photo.height)[0],
        people=[(agreed_field(person), person.who) for person in photo.people if person.who != ME],
        answers=answers,
        errors=errors,
    )
