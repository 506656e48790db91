"""The page behind the link in the mail about a story that was taken back."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Services, bootstrap
from service.delivery.taking_back import mailed_to, surfaces
from service.settings import Settings
from service.stories.model import Storyteller
from service.stories.moderation import withdraw
from service.stories.queries import story_for_change
from service.stories.receipts import WORDS
from service.stories.take_backs import Place
from service.stories.taking_back import open_take_backs, take_back
from service.tokens import Purpose
from tests.cast import ADA, NOW
from tests.conftest import Clock, Postbox
from tests.stories.tales import a_published_story
from tests.web.readers import deliver


@pytest.fixture
def story_id(services: Services) -> int:
    """A story that its teller has just taken back."""
    with services.database.unit() as uow:
        story = a_published_story(uow.session)
        story.storyteller = Storyteller(email=ADA, email_key=ADA, created_at=NOW)
        withdraw(uow, story, organisation="The Group", now=NOW, by="storyteller")
    return story.id


def path(services: Services, story_id: int) -> str:
    """The address of the receipt."""
    return services.links.receipt(story_id).removeprefix("http://localhost")


def test_it_can_be_opened_before_anything_was_looked_at(client: FlaskClient, services: Services, story_id: int) -> None:
    """It is down already, and the page says that the rest comes."""
    page = client.get(path(services, story_id))

    assert page.status_code == 200
    assert "Your story is down" in page.text
    assert "look again" in page.text


def test_it_says_each_place_and_what_nobody_can_undo(
    client: FlaskClient, services: Services, story_id: int, clock: Clock, postbox: Postbox
) -> None:
    """With the time of each; the mail says the same and leads here; neither has a word of the story."""
    clock.move(seconds=3)
    take_back(services.database, story_id, surfaces(services.head), mailed_to, clock=clock)
    deliver(services)

    page, mail = client.get(path(services, story_id)).text, postbox.mailings[-1]
    for words in ("The page of your story", "The search on our website", "Search engines"):
        assert words in page
        assert words in mail.text
    assert "Done. Your story is down." in page
    assert services.links.receipt(story_id) in mail.text
    assert "search.google.com" in page
    assert all("What I packed" not in text for text in (page, mail.text, mail.html))


def test_no_other_key_opens_it(client: FlaskClient, services: Services, story_id: int) -> None:
    """Made-up tokens, tokens for something else, and receipts of stories that were not taken back."""
    other = services.tokens.seal(Purpose.STORY, story_id)

    for token in ("x" * 22, other, services.tokens.seal(Purpose.RECEIPT, story_id + 1)):
        assert client.get(f"/portal/receipt/{token}").status_code == 404


def test_a_broker_that_is_away_keeps_nothing_up(settings: Settings, client: FlaskClient, services: Services) -> None:
    """The withdrawal succeeds at once, readers see it at once, and the sweep finds what the bell did not say (I4)."""
    deaf = bootstrap(replace(settings, redis_url="unix:///nowhere/valkey.sock"), mailer=Postbox())
    with deaf.database.unit() as uow:
        story = a_published_story(uow.session)
    with deaf.database.unit() as uow:
        withdraw(uow, story_for_change(uow.session, story.id), organisation="The Group", now=NOW)

    assert client.get("/stories/what-i-packed").status_code == 410
    with deaf.database.read() as session:
        assert open_take_backs(session, NOW) == [story.id]
    deaf.close()


def test_every_place_has_a_surface_and_a_name_of_its_own(services: Services) -> None:
    """Fifteen of them: what the receipt can speak of is what the fan-out goes through."""
    places = [surface.place for surface in surfaces(services.head)]

    assert set(places) == set(Place) == set(WORDS)
    assert len(places) == len(set(WORDS.values())) == 15
