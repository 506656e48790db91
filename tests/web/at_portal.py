"""What the tests of the storyteller's portal share: a story with changes to decide about, the way in, and a hand."""

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.db import UnitOfWork
from service.stories.consent import PLACES
from service.stories.model import Scope, Story, StoryState, Storyteller
from service.stories.moderation import edit_words
from service.stories.portal import make_entry
from service.stories.reviewing import proposed, send_to_storyteller
from service.tokens import Purpose
from tests.cast import ADA, NOW
from tests.stories.tales import a_revision, an_approved_story

TOLD = "A blue blanket. 💛\n\nMy mum sang.\n\nThen we slept."
EDITED = "A soft blue blanket. 💛\n\nMy mother sang to me.\n\nThen we slept."
LOCATION = "Location"


def the_story(services: Services, *, email: str = ADA, slug: str = "what-i-packed") -> int:
    """A story that its teller sent, with the words TOLD."""
    with services.database.unit() as uow:
        story = an_approved_story(uow.session, slug, words=a_revision(body=TOLD))
        story.state, story.submitted_at = StoryState.SUBMITTED, NOW
        key = services.tokens.keyed_hash(Purpose.STORYTELLER, email)
        story.storyteller = Storyteller(email=email, email_key=key, created_at=NOW)
    return story.id


def ask_about_changes(services: Services, story_id: int, *, body: str = EDITED) -> None:
    """The editor changes two sentences and asks its teller."""
    with services.database.unit() as uow:
        story = uow.session.get_one(Story, story_id)
        edit_words(
            story, title="What I packed", teaser="A blanket.", body=body, editor="editor:1", seen=_seen(story), now=NOW
        )
        send(uow, story)


def story_with_changes(services: Services) -> int:
    """Ada's story, about whose changes she has been asked; its id."""
    story_id = the_story(services)
    ask_about_changes(services, story_id)
    return story_id


def send(uow: UnitOfWork, story: Story) -> None:
    """The editor shows its teller the words in hand, with a reason for each change."""
    reasons = {place: f"Clearer, {place + 1}." for place in range(len(proposed(story)))}
    send_to_storyteller(
        uow, story, seen=_seen(story), reasons=reasons, third_parties_checked=True, by="editor:1", now=NOW
    )


def enter(app: Flask, services: Services, story_id: int) -> FlaskClient:
    """The browser of the story's teller, let in with a mailed link."""
    with services.database.unit() as uow:
        teller_id = uow.session.get_one(Story, story_id).storyteller_id
        assert teller_id is not None
        token = make_entry(uow, services.tokens, teller_id, now=services.clock())
    client = app.test_client()
    assert client.post(f"/portal/{token}").status_code == 303
    return client


def form_token(client: FlaskClient) -> str:
    """The token that every form of this session carries."""
    found = re.search(r'name="portal_token" value="(\w+)"', client.get("/portal/stories").text)
    assert found
    return found[1]


def press(client: FlaskClient, path: str, /, **form: str) -> TestResponse:
    """Send a form of the portal."""
    return client.post(path, data={"portal_token": form_token(client), **form})


def seen(services: Services, story_id: int) -> str:
    """The hash of the words in hand."""
    with services.database.read() as session:
        return _seen(session.get_one(Story, story_id))


def story_of(services: Services, story_id: int) -> Story:
    """The story as it stands, with everything that was read of it."""
    with services.database.read() as session:
        story = session.get_one(Story, story_id)
        _ = (story.words, story.consents, story.comments, [change.accepted for change in story.changes])
        session.expunge_all()
    return story


def yes_to(*scopes: Scope, **more: str) -> dict[str, str]:
    """The answers of the form: yes to these places, no to the others, for two years."""
    said = {f"place_{scope}": "yes" if scope in scopes else "no" for scope in PLACES}
    return {**said, "until": "24", **more}


def _seen(story: Story) -> str:
    return story.words.hash
