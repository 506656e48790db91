"""Every button about a story, pressed in every state that a story can be in: an answer in words, never a breakdown."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role
from service.stories.erasure import erase_story
from service.stories.kinds import HoldKind
from service.stories.model import Story, StoryPhoto, StoryPhotoPerson, StoryState
from service.stories.moderation import withdraw
from service.web.access import Door, access_of
from tests.cast import NOW
from tests.stories.tales import a_revision, an_approved_story
from tests.web.at_desk import browser, csrf
from tests.web.at_portal import enter, form_token, the_story, yes_to

FITS = {
    "words": "Hello.", "naming": "anonymous", "me": "yes", "places": "web", "copy": "yes", "keep_copy": "yes",
    "wait_day": "1", "wait_month": "1", "wait_year": "2027", "end_day": "1", "end_month": "1", "end_year": "2027",
    "title": "A title", "teaser": "", "body": "Other words.", "third_parties": "yes", "rule": "attack", "sure": "yes",
    "way": "phone", "method": "paper", "given_on": NOW.date().isoformat(), "kind": HoldKind.EDITOR.value,
    "case_note": "Look at it.", "day": "2027-01-01", "notes": "Death", "newsletter": "1", **yes_to(),
}  # fmt: skip
"""One form that fits every button: each view takes the fields it knows."""
STRANGE: Mapping[str, str] = dict.fromkeys(FITS, "\u202e\0💛" * 40)
IN_WORDS = {200, 303, 400, 404, 409, 422}
"""Done, done already, or refused with a page."""


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Some hundred presses: on one kind of database they say as much as on both."""
    file = tmp_path / "storywell.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def first(services: Services) -> int:
    """Ada's first story; the others are hers, too."""
    return the_story(services)


@pytest.fixture
def ada(app: Flask, services: Services, first: int) -> FlaskClient:
    """Ada's browser, let in."""
    return enter(app, services, first)


@pytest.fixture
def bo(app: Flask, services: Services) -> FlaskClient:
    """An admin's browser."""
    return browser(app, services, Role.ADMIN)


def a_story(services: Services, first: int, state: StoryState) -> tuple[int, str]:
    """Another story of the same teller in a state, with a photo of somebody; its id and the hash of its words."""
    with services.database.unit() as uow:
        teller = uow.session.get_one(Story, first).storyteller
        words = a_revision()
        count = uow.session.query(Story).count()
        story = an_approved_story(uow.session, f"story-{count}", words=words)
        story.storyteller, story.submitted_at = teller, NOW
        photo = StoryPhoto(asset_key=f"{count:064}", width=480, height=320, alt="A window", created_at=NOW)
        photo.people.append(StoryPhotoPerson(who="my sister", created_at=NOW))
        story.photos.append(photo)
        if state in {StoryState.PUBLISHED, StoryState.HIDDEN, StoryState.RETIRED}:
            story.shown_hash, story.published_at, story.shown_at = words.hash, NOW, NOW
        if state is StoryState.HIDDEN:
            story.hidden_from, story.hidden_by = StoryState.PUBLISHED, "editor:1"
        if state in {StoryState.WITHDRAWN, StoryState.ERASED}:
            withdraw(uow, story, organisation="Us", now=NOW, by="storyteller")
        else:
            story.state = state
        if state is StoryState.ERASED:
            erase_story(uow, story, now=NOW, by="storyteller")
        return story.id, words.hash


def addresses(app: Flask, method: str, door: Door) -> list[str]:
    """The rules of every address about one story that takes `method` and opens for those behind `door`."""
    rules = [
        each for each in app.url_map.iter_rules() if "<int:story_id>" in each.rule and method in (each.methods or ())
    ]
    return sorted({each.rule for each in rules if (found := access_of(app, each.endpoint)) and found.door is door})


def filled(rule: str, story_id: int) -> str:
    """The address of a story's page or button; it has no second photo and no second case."""
    return rule.replace("<int:story_id>", str(story_id)).replace("<int:photo_id>", "1").replace("<int:case_id>", "1")


@pytest.mark.parametrize(
    ("state", "form"),
    [*((state, FITS) for state in StoryState), (StoryState.WITH_STORYTELLER, STRANGE), (StoryState.PUBLISHED, STRANGE)],
    ids=[*StoryState, "nonsense with_storyteller", "nonsense published"],
)
def test_every_button_answers_in_every_state(
    app: Flask, services: Services, first: int, ada: FlaskClient, bo: FlaskClient, state: StoryState,
    form: Mapping[str, str],
) -> None:  # fmt: skip
    """Its teller's and the editors', with a form that fits and with one of nonsense."""
    keys = {Door.TELLER: {"portal_token": form_token(ada)}, Door.DESK: {"csrf_token": csrf(bo, "/desk")}}
    said = {}
    for door, client in ((Door.TELLER, ada), (Door.DESK, bo)):
        for rule in addresses(app, "POST", door):
            story_id, seen = a_story(services, first, state)
            answer = client.post(filled(rule, story_id), data={**form, "seen": seen, **keys[door]})
            said[rule] = answer.status_code

    assert {rule: status for rule, status in said.items() if status not in IN_WORDS} == {}


@pytest.mark.parametrize("state", StoryState)
def test_every_page_opens_in_every_state(
    app: Flask, services: Services, first: int, ada: FlaskClient, bo: FlaskClient, state: StoryState
) -> None:
    """Its teller's and the editors'; also of what was erased."""
    story_id, _ = a_story(services, first, state)
    said = {rule: ada.get(filled(rule, story_id)).status_code for rule in addresses(app, "GET", Door.TELLER)}
    said |= {rule: bo.get(filled(rule, story_id)).status_code for rule in addresses(app, "GET", Door.DESK)}

    assert {rule: status for rule, status in said.items() if status not in IN_WORDS} == {}
