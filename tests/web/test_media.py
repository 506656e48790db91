"""Addresses of pictures never break: shown while they may be, a grey field of the same size from then on."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image

from service.bootstrap import Services
from service.media.pictures import remade, sizes
from service.stories.consent import Source, record_photo_answers
from service.stories.model import Method, Scope, Story, StoryPhoto, StoryPhotoPerson
from service.stories.moderation import hide, withdraw
from service.stories.photos import add_photo, store, sweep_pictures
from service.stories.queries import story_for_change
from tests.cast import NOW
from tests.media import samples
from tests.stories.tales import a_draft, a_published_story

AGREED = Source(method=Method.WEB, preamble="{organisation} may show it.")


@pytest.fixture
def story(services: Services) -> Story:
    """A published story with one photo, on which `my sister` can be recognised and has said yes."""
    pictures = remade(samples.photo())
    store(services.storage, pictures)
    with services.database.unit() as uow:
        story = a_published_story(uow.session)
        photo = add_photo(uow, a_draft(uow), pictures, now=NOW)
        photo.alt = "Two sisters on a bench"
        photo.people.append(StoryPhotoPerson(who="my sister", created_at=NOW))
        story.photos.append(photo)
        uow.session.flush()
        _answer(story, granted=True)
        uow.session.flush()
        _ = story.photos[0].people
    return story


def _answer(story: Story, *, granted: bool) -> None:
    photo = story.photos[0]
    said = {Scope.WEB: granted}
    record_photo_answers(story, photo, photo.people[0], said, AGREED, organisation="Us", given_at=NOW)


def path(story: Story, width: int = 480) -> str:
    """Where a picture of the story is."""
    return f"/media/{story.photos[0].asset_key}-{width}.jpg"


def test_a_picture_of_a_story_is_shown(client: FlaskClient, story: Story) -> None:
    """To everybody, as what it is, and kept by browsers."""
    for width, height in sizes(1600, 800):
        shown = client.get(path(story, width))
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(shown.data)).size == (width, height)
    assert shown.headers["Cache-Control"] == "public, max-age=86400, s-maxage=60"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in shown.headers
    assert client.get(path(story, width), headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304


def test_the_page_has_the_picture_with_its_words_and_its_room(client: FlaskClient, story: Story) -> None:
    """Alt text, width and height, sizes to choose from, loaded when it is near."""
    page = client.get("/stories/what-i-packed").text

    assert 'alt="Two sisters on a bench"' in page
    assert 'width="1600" height="800" loading="lazy"' in page
    assert f"{path(story)} 480w" in page


@pytest.mark.parametrize("act", ["withdrawn", "hidden", "photo_no", "removed"])
def test_what_was_taken_back_is_a_grey_field_at_the_same_address(
    client: FlaskClient, services: Services, story: Story, act: str
) -> None:
    """Status 200, the same size, asked for again within a minute; the page does not name it any more."""
    with services.database.unit() as uow:
        found = story_for_change(uow.session, story.id)
        match act:
            case "withdrawn":
                withdraw(uow, found, organisation="Us", now=NOW)
            case "hidden":
                hide(found, now=NOW)
            case "photo_no":
                _answer(found, granted=False)
            case _:
                found.photos[0].removed_at = NOW
    gone = client.get(path(story, 960))

    assert (gone.status_code, gone.mimetype) == (200, "image/png")
    assert Image.open(io.BytesIO(gone.data)).size == (960, 480)
    assert gone.headers["Cache-Control"] == "public, max-age=60"
    assert path(story) not in client.get("/stories/what-i-packed").text


def test_a_picture_that_never_was_looks_like_one_taken_back(client: FlaskClient) -> None:
    """Nobody learns by asking what we once had."""
    answer = client.get(f"/media/{'a' * 64}-480.jpg")

    assert (answer.status_code, answer.mimetype) == (200, "image/png")


@pytest.mark.parametrize("name", ["x-480.jpg", f"{'a' * 64}-0.jpg", f"{'a' * 64}-99999.jpg", f"{'a' * 64}.jpg", "../x"])
def test_an_address_of_no_picture_is_not_found(client: FlaskClient, name: str) -> None:
    """No size is made to order."""
    assert client.get(f"/media/{name}").status_code == 404


def test_a_page_keeps_its_shape_when_a_file_is_missing(client: FlaskClient, services: Services, story: Story) -> None:
    """A backup of the database without its pictures."""
    services.storage.remove(path(story).removeprefix("/media/"))

    assert client.get(path(story)).mimetype == "image/png"


def test_bytes_nobody_names_any_more_are_swept(services: Services, story: Story) -> None:
    """Not at once, because a row may still be on its way; never those of a story."""
    kept = path(story).removeprefix("/media/")
    store(services.storage, remade(samples.photo(300)))
    with services.database.read() as session:
        assert sweep_pictures(session, services.storage, now_of_files(minutes=30)) == 0
        assert sweep_pictures(session, services.storage, now_of_files(minutes=90)) == 1
    assert services.storage.get(kept)
    with services.database.unit() as uow:
        uow.session.get_one(StoryPhoto, story.photos[0].id).removed_at = NOW
    with services.database.read() as session:
        assert sweep_pictures(session, services.storage, now_of_files(minutes=90)) == 3


def now_of_files(*, minutes: int) -> datetime:
    """The machine's time, which files go by, and some minutes."""
    return datetime.now(UTC) + timedelta(minutes=minutes)


def test_the_desk_sees_a_photo_before_readers_do(
    desk: FlaskClient, client: FlaskClient, services: Services, story: Story
) -> None:
    """Editors do; visitors are sent to sign in."""
    with services.database.unit() as uow:
        withdraw(uow, story_for_change(uow.session, story.id), organisation="Us", now=NOW)
    address = f"/desk/stories/photos/{story.photos[0].id}"

    assert desk.get(address).mimetype == "image/jpeg"
    assert desk.get("/desk/stories/photos/4711").status_code == 404
    assert client.get(address).status_code == 303
