"""Asking the storyteller: a reason for each change, other people looked for, and exactly the words on the page."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.mail.model import Notice
from service.stories.model import Story, StoryState
from service.stories.moderation import edit_words
from service.stories.queries import story_for_change
from tests.cast import NOW
from tests.stories.tales import a_submitted_story
from tests.web.at_desk import press, trail

SEND = "/desk/stories/1/send"


@pytest.fixture
def edited(services: Services) -> str:
    """A story with two changes; gives the hash of its words."""
    with services.database.unit() as uow:
        a_submitted_story(uow.session)
    return edit(services, title="What I took", body="A green blanket.")


def edit(services: Services, *, title: str, body: str) -> str:
    """Somebody edits; gives the hash of the new words."""
    with services.database.unit() as uow:
        story = story_for_change(uow.session, 1)
        seen = story.words.hash
        return edit_words(
            story, title=title, teaser="A blanket.", body=body, editor="editor:1", seen=seen, now=NOW
        ).hash


def fields(page: str) -> list[str]:
    """The names of the fields for reasons, in their order."""
    return re.findall(r'name="(reason_\w+)"', page)


def test_every_change_is_sent_with_its_reason(desk: FlaskClient, services: Services, edited: str) -> None:
    """Its teller gets one mail, and the claim is over."""
    title, body = fields(desk.get(SEND).text)
    sent = press(desk, SEND, seen=edited, third_parties="yes", **{title: "Shorter.", body: "It was green."})

    assert sent.status_code == 303
    with services.database.read() as session:
        story = session.get_one(Story, 1)
        assert [(each.field, each.reason) for each in story.changes] == [
            ("title", "Shorter."),
            ("body", "It was green."),
        ]
        assert (story.state, story.claimed_by) == (StoryState.WITH_STORYTELLER, "")
        assert list(session.scalars(select(Notice.template))) == ["story_ready"]
    assert trail(services) == [("sent_to_teller", "story:1")]


def test_what_is_missing_is_said_at_its_field(desk: FlaskClient, services: Services, edited: str) -> None:
    """A reason, the tick, or both; the reason that was there stays."""
    title, body = fields(desk.get(SEND).text)
    page = press(desk, SEND, seen=edited, **{title: "Shorter."})

    assert page.status_code == 422
    assert f'<a href="#{body}">Change 2: say in plain words why you made it.</a>' in page.text
    assert '<a href="#third_parties">' in page.text
    assert (f'<a href="#{title}">' in page.text, 'value="Shorter."' in page.text) == (False, True)
    assert trail(services) == []


def test_reasons_stay_when_somebody_edits_meanwhile(desk: FlaskClient, services: Services, edited: str) -> None:
    """Nothing is sent; the reason stays with the change that is still there."""
    title, body = fields(desk.get(SEND).text)
    edit(services, title="What I took", body="A red blanket.")
    page = press(desk, SEND, seen=edited, third_parties="yes", **{title: "Shorter.", body: "It was green."})

    assert page.status_code == 409
    assert "Nothing was sent." in page.text
    assert ('value="Shorter."' in page.text, "It was green." in page.text) == (True, False)


def test_words_without_changes_are_sent_as_they_are(desk: FlaskClient, services: Services) -> None:
    """The teller is asked to agree to their own words."""
    with services.database.unit() as uow:
        seen = a_submitted_story(uow.session).words.hash
    assert "You have changed nothing" in desk.get(SEND).text

    assert press(desk, SEND, seen=seen, third_parties="yes").status_code == 303


def test_a_story_that_has_gone_on_is_not_sent_again(desk: FlaskClient, services: Services, edited: str) -> None:
    """Two presses of the button: the second says where the story stands."""
    title, body = fields(desk.get(SEND).text)
    form = {"seen": edited, "third_parties": "yes", title: "Shorter.", body: "It was green."}
    press(desk, SEND, **form)
    again = press(desk, SEND, **form)

    assert again.status_code == 409
    assert "Somebody has moved this story on." in again.text
