"""Photos of a story: added to its draft, described, with everybody on them asked; and which bytes are still needed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.media.pictures import Picture, asset_key, file_name, sizes
from service.media.storage import Storage
from service.stories.asking import NO, YES
from service.stories.errors import AnswerMissing, NoSuchPhoto, TooManyPhotos
from service.stories.model import Scope, Story, StoryDraft, StoryPhoto, StoryPhotoPerson
from service.stories.visibility import visible_photos
from service.stories.wording import tidy_line

MOST_PHOTOS = 3
MOST_PEOPLE = 10
LONGEST_ALT = 300
"""Characters; what can be said in two or three sentences."""
ME = "me"
NOBODY, ONLY_ME, OTHERS = "nobody", "me", "others"
RECOGNISED: Mapping[str, str] = {
    NOBODY: "Nobody, or nobody who could be recognised",
    ONLY_ME: "Only me",
    OTHERS: "Other people, with or without me",
}
"""The answers to "Who can be recognised on it?"."""
SPARED = timedelta(hours=1)
"""Files younger than this are never swept: their rows may not be written yet."""


def who_field(photo: StoryPhoto) -> str:
    """The name under which a draft keeps who can be recognised on a photo."""
    return f"photo_{photo.id}_who"


def agreed_field(person: StoryPhotoPerson) -> str:
    """The name under which a draft keeps what somebody on a photo said."""
    return f"person_{person.id}_agreed"


def store(storage: Storage, pictures: Sequence[Picture]) -> None:
    """Keep the bytes, before the row that names them is written."""
    for picture in pictures:
        storage.put(file_name(asset_key(pictures), picture.width), picture.content)


def add_photo(uow: UnitOfWork, draft: StoryDraft, pictures: Sequence[Picture], *, now: datetime) -> StoryPhoto:
    """Add the photo behind `pictures`; the same row again for the same photo. Raises TooManyPhotos."""
    photos = photos_of_draft(uow.session, draft.id)
    key, largest = asset_key(pictures), pictures[-1]
    known = next((photo for photo in photos if photo.asset_key == key), None)
    if known is not None:
        return known
    if len(photos) >= MOST_PHOTOS:
        raise TooManyPhotos
    photo = StoryPhoto(
        draft_id=draft.id,
        asset_key=key,
        width=largest.width,
        height=largest.height,
        position=max((each.position for each in photos), default=0) + 1,
        created_at=now,
    )
    uow.session.add(photo)
    uow.session.flush()
    return photo


def photos_of_draft(session: Session, draft_id: int) -> Sequence[StoryPhoto]:
    """The photos of a draft in their order; none once they are its story's."""
    query = select(StoryPhoto).where(StoryPhoto.draft_id == draft_id, StoryPhoto.story_id.is_(None))
    return session.scalars(query.order_by(StoryPhoto.position)).all()


def photo_of_draft(session: Session, draft_id: int, photo_id: int) -> StoryPhoto:
    """One of them. Raises NoSuchPhoto, also for another draft's and for a story's."""
    photo = session.get(StoryPhoto, photo_id)
    if photo is None or photo.draft_id != draft_id or photo.story_id is not None:
        raise NoSuchPhoto
    return photo


def describe(photo: StoryPhoto, *, alt: str, who: str, others: Iterable[str], now: datetime) -> None:
    """Keep what a photo shows, and a row for everybody who can be recognised; known people keep theirs."""
    photo.alt = alt
    names = {NOBODY: [], ONLY_ME: [ME], OTHERS: list(dict.fromkeys(others))[:MOST_PEOPLE]}.get(who, [])
    known = {person.who: person for person in photo.people}
    photo.people = [known.get(name) or StoryPhotoPerson(who=name, created_at=now) for name in names]


def names_in(typed: str) -> list[str]:
    """One name a line, without blanks and empty lines."""
    return [name for name in map(tidy_line, typed.splitlines()) if name]


def problems_with_photo(alt: str, who: str, others: Sequence[str]) -> dict[str, str]:
    """What is still wrong with the description: field -> one sentence."""
    found = {
        "alt": "Say in a few words what can be seen." if not alt else _too_long_alt(alt),
        "who": "" if who in RECOGNISED else "Choose who can be recognised on it.",
        "others": _wrong_others(others) if who == OTHERS else "",
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def is_complete(photo: StoryPhoto, answers: Mapping[str, Any]) -> bool:
    """Whether it is described and everybody on it was asked, whatever they said."""
    asked = all(answers.get(agreed_field(person)) in {YES, NO} for person in photo.people if person.who != ME)
    return bool(photo.alt) and answers.get(who_field(photo)) in RECOGNISED and asked


def remove_photo(uow: UnitOfWork, photo: StoryPhoto) -> None:
    """Take a photo out of a draft. Its bytes go with the next sweep."""
    uow.session.delete(photo)


def take_out(story: Story, photo_id: int, *, now: datetime) -> None:
    """Take a photo out of a story; the row stays, because answers are about it. Raises NoSuchPhoto."""
    photo = next((each for each in story.photos if each.id == photo_id and each.removed_at is None), None)
    if photo is None:
        raise NoSuchPhoto
    photo.removed_at = now


def agreed_while_telling(story: Story, answers: Mapping[str, Any]) -> dict[int, bool]:
    """What everybody on the photos of a new story said, as its draft has it; no answer is a no."""
    return {
        person.id: person.who == ME or answers.get(agreed_field(person)) == YES
        for photo in story.photos
        for person in photo.people
    }


def answers_of_all(story: Story, people: Mapping[int, bool], *, wanted: bool) -> dict[int, bool]:
    """What everybody on its photos says, by row id: `people` for the others; a teller answers with the words.

    When nothing is `wanted`, because every place has a no, nobody has to be asked. Raises AnswerMissing.
    """
    if wanted and not {person.id for _, person in people_to_ask(story)} <= set(people):
        raise AnswerMissing
    return {person.id: people.get(person.id, True) for photo in story.photos for person in photo.people}


def people_to_ask(story: Story) -> list[tuple[StoryPhoto, StoryPhotoPerson]]:
    """Everybody but the teller who can be recognised on a photo that is still in the story, in the order of photos."""
    return [
        (photo, person)
        for photo in story.photos
        if photo.removed_at is None
        for person in photo.people
        if person.who != ME
    ]


def shown_photos(session: Session, story_id: int, surface: Scope, now: datetime) -> Sequence[StoryPhoto]:
    """The photos that may stand beside a story on `surface`, in their order."""
    query = visible_photos(surface, now).where(StoryPhoto.story_id == story_id)
    return session.scalars(query.order_by(StoryPhoto.position)).all()


def may_be_seen(session: Session, key: str, now: datetime) -> bool:
    """Whether anybody may fetch the picture `key`: it stands beside a story on the site or in a newsletter."""
    surfaces = (Scope.WEB, Scope.NEWSLETTER)
    return any(
        session.scalar(visible_photos(surface, now).where(StoryPhoto.asset_key == key).limit(1)) for surface in surfaces
    )


def size_of(session: Session, key: str, width: int) -> tuple[int, int] | None:
    """Width and height of one picture, shown or not; None for one we never had."""
    photo = session.scalar(select(StoryPhoto).where(StoryPhoto.asset_key == key).limit(1))
    return next((size for size in sizes(photo.width, photo.height) if size[0] == width), None) if photo else None


def sweep_pictures(session: Session, storage: Storage, now: datetime) -> int:
    """Delete the bytes of pictures that no row names any more; gives how many files went."""
    gone = 0
    for name in storage.older_than(now - SPARED):
        key = name.partition("-")[0]
        needed = select(func.count()).where(StoryPhoto.asset_key == key, StoryPhoto.removed_at.is_(None))
        if not session.scalar(needed):
            storage.remove(name)
            gone += 1
    return gone


def _too_long_alt(alt: str) -> str:
    return f"That is {len(alt):,} characters. {LONGEST_ALT} are enough." if len(alt) > LONGEST_ALT else ""


def _wrong_others(others: Sequence[str]) -> str:
    if not others:
        return "Write who they are, one a line. “My sister” is enough."
    if len(others) > MOST_PEOPLE:
        return f"We can ask about up to {MOST_PEOPLE} people. Choose a photo with fewer."
    return "" if all(len(name) <= LONGEST_ALT for name in others) else "Write a few words for each person."
