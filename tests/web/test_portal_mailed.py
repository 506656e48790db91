"""The link in every mail about a story: without a session it hides, takes back, or has the way in mailed."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.stories.model import Story, StoryState
from service.stories.moderation import COPY_KEPT, RECEIPT_FIRST
from service.tokens import Purpose
from tests.cast import ADA, NOW
from tests.conftest import Postbox
from tests.web.at_portal import LOCATION, enter, story_of, the_story
from tests.web.readers import deliver


@pytest.fixture
def story(services: Services) -> int:
    """Ada's story, which readers see."""
    story_id = the_story(services)
    with services.database.unit() as uow:
        row = uow.session.get_one(Story, story_id)
        row.state, row.shown_hash = StoryState.PUBLISHED, row.words.hash
        row.published_at = row.shown_at = NOW
    return story_id


@pytest.fixture
def link(services: Services, story: int) -> str:
    """The path in the mails."""
    return urlsplit(services.links.own_story(story)).path


def test_looking_shows_the_ways_and_does_nothing(
    client: FlaskClient, services: Services, story: int, link: str
) -> None:
    """No cookie, no word of the story, not even its title, three ways on: a mail is read over a shoulder."""
    page = client.get(link)

    for words in ("Mail me a link", "Hide it now", "Take it back and erase it", "keep me a copy for 30 days"):
        assert words in page.text
    assert ("What I packed" in page.text, "blue blanket" in page.text) == (False, False)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert story_of(services, story).state is StoryState.PUBLISHED


def test_one_press_hides_it(client: FlaskClient, services: Services, story: int, link: str) -> None:
    """Twice is the same."""
    for _ in range(2):
        assert client.post(f"{link}/hide").headers[LOCATION] == f"{link}?said=hidden"

    assert story_of(services, story).state is StoryState.HIDDEN
    assert "Hide it now" not in client.get(f"{link}?said=hidden").text


@pytest.mark.parametrize(("copy", "kept"), [("yes", COPY_KEPT), ("no", RECEIPT_FIRST)])
def test_the_link_and_one_press_take_it_back(
    client: FlaskClient, services: Services, story: int, link: str, copy: str, kept: object
) -> None:
    """Two presses from any mail (DOMAIN M7), and no way back."""
    receipts = {client.post(f"{link}/take-back", data={"copy": copy}).headers[LOCATION] for _ in range(2)}

    after = story_of(services, story)
    assert (after.state, after.erase_at) == (StoryState.WITHDRAWN, NOW + kept)  # type: ignore[operator]
    assert "Your story is down" in client.get(receipts.pop()).text
    assert receipts == set()
    assert "See the receipt" in client.get(link).text
    late = client.post(f"{link}/hide")
    assert (late.status_code, "That is not possible just now" in late.text) == (409, True)


def test_the_way_in_goes_to_the_address_we_know(
    client: FlaskClient, services: Services, story: int, link: str, postbox: Postbox
) -> None:
    """Whoever presses; five times an hour at most, and the answer never tells."""
    answers = {client.post(f"{link}/link").headers[LOCATION] for _ in range(7)}
    deliver(services)

    assert answers == {"/portal/sent"}
    assert [mailing.recipients[0].to.email for mailing in postbox.mailings] == [ADA] * 5


def test_who_is_in_goes_straight_to_the_story(
    app: Flask, client: FlaskClient, services: Services, story: int, link: str
) -> None:
    """Its teller; somebody else's session sees what anybody with the link sees."""
    theirs = the_story(services, email="ben@example.test", slug="another")

    assert enter(app, services, story).get(link).headers[LOCATION] == f"/portal/stories/{story}"
    assert enter(app, services, theirs).get(link).status_code == 200


@pytest.mark.parametrize("kind", ["forged", "other purpose", "no such story", "erased"])
def test_a_link_that_is_none_opens_nothing(client: FlaskClient, services: Services, story: int, kind: str) -> None:
    """404, looking and pressing."""
    tokens = services.tokens
    token = {
        "forged": "A" * 22,
        "other purpose": tokens.seal(Purpose.SUBSCRIPTION, story),
        "no such story": tokens.seal(Purpose.STORY, 10**12),
        "erased": tokens.seal(Purpose.STORY, story),
    }[kind]
    if kind == "erased":
        with services.database.unit() as uow:
            uow.session.get_one(Story, story).state = StoryState.ERASED

    assert client.get(f"/portal/story/{token}").status_code == 404
    for way in ("hide", "take-back", "link"):
        assert client.post(f"/portal/story/{token}/{way}").status_code == 404
