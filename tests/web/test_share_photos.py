"""Photos of a draft: taken by what they are, described, with everybody on them asked; shown only behind the draft."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from service.bootstrap import Services
from service.media.formats import MOST_BYTES
from service.stories.model import Scope, Story, StoryConsent, StoryPhoto
from service.stories.photos import photos_of_draft
from tests.conftest import Postbox
from tests.media import samples
from tests.stories.tales import a_draft
from tests.web.teller import link_in, only_draft, path_of, post

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
MAL = {"alt": "Mal was here", "who": "nobody", "others": ""}


def add(client: FlaskClient, told: str, content: bytes, name: str = "photo.jpg") -> TestResponse:
    """Send one photo."""
    boundary, body = encode_multipart({"photo": FileStorage(io.BytesIO(content), name), "add": "yes"})
    return client.post(f"{told}/photos", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def photos(services: Services) -> list[StoryPhoto]:
    """The photos of the one draft."""
    with services.database.read() as session:
        found = list(photos_of_draft(session, only_draft(services).id))
        for photo in found:
            _ = photo.people
        session.expunge_all()
    return found


@pytest.fixture
def photo(client: FlaskClient, told: str) -> str:
    """The path of a photo that was just added."""
    return add(client, told, samples.photo_from_a_phone()).headers["Location"]


def test_a_photo_is_taken_and_asked_about(client: FlaskClient, services: Services, told: str, photo: str) -> None:
    """Alt text and who is on it; then the list again."""
    assert 'for="alt"' in client.get(photo).text
    saved = client.post(photo, data={"alt": "Me on a bench", "who": "me", "others": ""})

    assert saved.headers["Location"] == f"{told}/photos"
    assert [(each.alt, [person.who for person in each.people]) for each in photos(services)] == [
        ("Me on a bench", ["me"])
    ]
    page = client.get(f"{told}/photos").text
    assert 'alt="Me on a bench"' in page
    assert client.post(f"{told}/photos").headers["Location"] == f"{told}/check"


def test_what_is_kept_has_no_place_in_it(client: FlaskClient, services: Services, told: str, photo: str) -> None:
    """No file under the media folder holds what the phone wrote."""
    files = [path.read_bytes() for path in Path(services.settings.media).rglob("*.jpg")]

    assert len(files) == 2, "800 wide after turning: 480 and 800"
    assert all(samples.SECRET not in content and b"Exif" not in content for content in files)


def test_everybody_else_on_it_is_asked_about_one_by_one(
    client: FlaskClient, services: Services, told: str, photo: str
) -> None:
    """No answer is no yes, and the page says which one is missing."""
    saved = client.post(photo, data={"alt": "Us", "who": "others", "others": "my sister\n\nmy nurse"})
    assert saved.headers["Location"] == f"{photo}/people"
    sister, nurse = (person.id for person in photos(services)[0].people)

    page = client.post(f"{photo}/people", data={f"person_{sister}_agreed": "yes"})
    assert page.status_code == 422
    assert "Choose whether my nurse said yes." in page.text
    assert client.post(f"{told}/photos").headers["Location"] == photo, "one question about it is open"
    answers = {f"person_{sister}_agreed": "yes", f"person_{nurse}_agreed": "no"}
    assert client.post(f"{photo}/people", data=answers).headers["Location"] == f"{told}/photos"
    assert client.post(f"{told}/photos").headers["Location"] == f"{told}/check"


def test_what_they_said_goes_into_the_ledger(
    client: FlaskClient, services: Services, told: str, photo: str, postbox: Postbox
) -> None:
    """One record a person and place, about exactly this picture; a no of theirs is a no everywhere."""
    client.post(photo, data={"alt": "Us", "who": "others", "others": "my sister\nmy nurse"})
    sister, nurse = (person.id for person in photos(services)[0].people)
    client.post(f"{photo}/people", data={f"person_{sister}_agreed": "yes", f"person_{nurse}_agreed": "no"})
    client.post(f"{told}/check")
    post(services, postbox)
    client.post(link_in(postbox))

    with services.database.read() as session:
        story = session.scalars(select(Story)).one()
        [kept] = story.photos
        records = session.scalars(select(StoryConsent).where(StoryConsent.photo_person_id.is_not(None))).all()
        said = {(each.photo_person_id, each.scope): each.granted for each in records}
    assert {each.revision_hash for each in records} == {kept.asset_key}
    assert said[sister, Scope.WEB] is True
    assert said[sister, Scope.PRESS] is False
    assert not any(granted for (person, _), granted in said.items() if person == nurse)


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (SVG, "photo.jpg", "We cannot read this file as a photo."),
        (samples.a_zip(), "photo.png", "We cannot read this file as a photo."),
        (samples.bomb(), "photo.png", "more than 50 million dots"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "photo.heic", "in a format (HEIC)"),
        (samples.photo() + bytes(MOST_BYTES), "photo.jpg", "larger than 20 MB"),
        (b"", "", "Choose a photo first."),
    ],
    ids=["svg", "zip", "bomb", "heic", "too large", "none"],
)
def test_what_is_no_photo_is_met_with_one_sentence(
    client: FlaskClient, services: Services, told: str, photo: str, content: bytes, name: str, sentence: str
) -> None:
    """The page stays, with the photos that were there."""
    client.post(photo, data={"alt": "Me on a bench", "who": "me", "others": ""})
    page = add(client, told, content, name)

    assert page.status_code == 422
    assert page.text.count(sentence) == 2
    assert "<title>Error:" in page.text
    assert "Me on a bench" in page.text
    assert len(photos(services)) == 1


def test_a_gigabyte_is_refused_before_it_is_read(client: FlaskClient, told: str) -> None:
    """By the length it announces, with the same sentence."""
    page = client.post(
        f"{told}/photos",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(2**30)},
        input_stream=io.BytesIO(b"--x"),
    )

    assert page.status_code == 422
    assert "larger than 20 MB" in page.text


def test_a_story_has_up_to_three_photos(client: FlaskClient, services: Services, told: str) -> None:
    """The same one twice is one; a fourth is refused kindly; one taken out makes room."""
    for width in (600, 600, 700, 800):
        assert add(client, told, samples.photo(width)).status_code == 303
    assert len(photos(services)) == 3
    assert "up to 3 photos" in add(client, told, samples.photo(900)).text

    client.post(f"{told}/photos/{photos(services)[0].id}/remove")
    assert add(client, told, samples.photo(900)).status_code == 303


@pytest.mark.parametrize("field", ["alt", "who", "others"])
def test_a_photo_is_not_done_before_it_is_described(client: FlaskClient, told: str, photo: str, field: str) -> None:
    """What was typed stays on the page."""
    answers = {"alt": "Us on a bench", "who": "others", "others": "my sister", field: ""}
    page = client.post(photo, data=answers)

    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert all(value in page.text for value in answers.values())


def test_a_photo_is_shown_only_behind_its_draft(client: FlaskClient, services: Services, told: str, photo: str) -> None:
    """Not to the holder of another draft's link, not without a link, and in no cache."""
    own = client.get(f"{photo}/picture")
    assert (own.status_code, own.mimetype) == (200, "image/jpeg")
    assert own.headers["Cache-Control"] == "private, no-store"
    with services.database.unit() as uow:
        others = path_of(services, a_draft(uow))
    number = photo.rpartition("/")[2]

    assert client.get(f"{others}/photos/{number}").status_code == 404
    assert client.post(f"{others}/photos/{number}", data=MAL).status_code == 404
    assert client.post(f"{others}/photos/{number}/remove").status_code == 404
    assert client.get(f"{others}/photos/{number}/picture").status_code == 404
    key = photos_key(services, told)
    assert client.get(f"/media/{key}-480.jpg").mimetype == "image/png", "the grey field"


def photos_key(services: Services, told: str) -> str:
    """The key of the photo of the first draft."""
    with services.database.read() as session:
        return session.scalars(select(StoryPhoto.asset_key)).one()


def test_photos_of_a_story_are_out_of_the_drafts_reach(
    client: FlaskClient, services: Services, told: str, photo: str, postbox: Postbox
) -> None:
    """What was agreed to stays as it was agreed to; the draft's link changes nothing any more."""
    client.post(photo, data={"alt": "Me on a bench", "who": "me", "others": ""})
    client.post(f"{told}/check")
    post(services, postbox)
    client.post(link_in(postbox))

    assert add(client, told, samples.photo()).status_code == 409
    assert client.post(photo, data=MAL).status_code == 409
    assert client.post(f"{photo}/remove").status_code == 409
    assert client.get(f"{photo}/picture").status_code == 404
    with services.database.read() as session:
        assert [each.alt for each in session.scalars(select(StoryPhoto))] == ["Me on a bench"]


def test_a_photo_added_after_sending_asks_for_sending_again(
    client: FlaskClient, services: Services, told: str, postbox: Postbox
) -> None:
    """What is proven is what was sent: the link in the mail before is dead."""
    client.post(f"{told}/check")
    post(services, postbox)
    add(client, told, samples.photo())

    assert client.get(link_in(postbox)).status_code == 404


def test_a_forged_link_takes_no_photo(client: FlaskClient, services: Services) -> None:
    """Nothing is decoded, nothing is kept."""
    assert add(client, "/stories/share/forged", samples.photo()).status_code == 404
    assert not Path(services.settings.media).exists()
