"""Subscribers at the desk: masked, found by exact address, every look on the trail."""

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.subscribers.model import (
    UNTIL_I_SAY,
    Subscription,
    SubscriptionConsent,
    SubscriptionStatus,
    UnsubscribeRoute,
)
from service.subscribers.preferences import Choices, pause, save_preferences
from service.subscribers.reading import Reading
from tests.cast import ADA, MAL, NOW
from tests.web.at_desk import fill, press, trail


@pytest.fixture
def content(services: Services) -> None:
    """A newsletter, one reader of each kind, and an article."""
    fill(services)


def test_the_list_of_readers_masks_their_addresses(desk: FlaskClient, services: Services, content: None) -> None:
    """Looking at it leaves nothing on the trail, because it shows nobody."""
    page = desk.get("/desk/subscribers").text

    assert "a•••@example.test" in page
    assert ADA not in page
    assert trail(services) == []


def test_a_reader_is_found_by_the_whole_address(desk: FlaskClient, services: Services, content: None) -> None:
    """However it is written; the trail says who asked, and the address stands in no URL."""
    answer = press(desk, "/desk/subscribers", address=ADA.upper())

    assert (answer.status_code, answer.location) == (303, "/desk/subscribers/1")
    assert trail(services) == [("found_by_address", "subscriber:1")]


@pytest.mark.parametrize("typed", ["ada", "@example.test", "", "%", MAL])
def test_a_part_of_an_address_finds_nobody(desk: FlaskClient, services: Services, content: None, typed: str) -> None:
    """The list cannot be fished out; what was typed stays in the field."""
    answer = press(desk, "/desk/subscribers", address=typed)

    assert answer.status_code == 422
    assert "no subscriber with exactly this address" in answer.text
    assert f'value="{typed}"' in answer.text
    assert trail(services) == []


def test_a_readers_page_tells_where_they_stand_and_not_who_they_are(desk: FlaskClient, content: None) -> None:
    """Status and dates, with the address masked."""
    page = desk.get("/desk/subscribers/1").text

    assert "Confirmed" in page
    assert ADA not in page


def test_looking_at_an_address_leaves_a_trail(desk: FlaskClient, services: Services, content: None) -> None:
    """The button shows name and address, and says so on the trail."""
    answer = press(desk, "/desk/subscribers/1")

    assert ADA in answer.text
    assert trail(services) == [("looked_at_address", "subscriber:1")]


def test_the_consent_can_be_shown(desk: FlaskClient, services: Services, content: None) -> None:
    """Word for word, with the version, the place and the time."""
    words = {"wording": "Yes, & gladly.", "wording_version": "7", "lang": "en-GB", "source": "footer /"}
    with services.database.unit() as uow:
        uow.session.add(SubscriptionConsent(subscription_id=1, **words, given_at=NOW))

    page = desk.get("/desk/subscribers/1").text

    assert "Yes, &amp; gladly." in page
    assert "shown at footer /, wording 7" in page


def test_what_a_reader_leaves_out_is_not_for_the_desk(desk: FlaskClient, services: Services, content: None) -> None:
    """Neither the list, nor that they agreed to one."""
    choices = Choices(name="Ada", reading=Reading(avoid=frozenset({"death"})))
    with services.database.unit() as uow:
        save_preferences(uow, services.tokens, 1, choices, "Storywell", now=NOW)

    page = desk.get("/desk/subscribers/1").text

    assert "death" not in page.lower()
    assert "encrypted" not in page


def test_a_rest_without_an_end_is_said_in_words(desk: FlaskClient, services: Services, content: None) -> None:
    """Not as a day in the year 9999."""
    with services.database.unit() as uow:
        pause(uow, 1, UNTIL_I_SAY, now=NOW)

    page = desk.get("/desk/subscribers/1").text

    assert "they say" in page
    assert "9999" not in page


def test_an_editor_unsubscribes_somebody_who_asked(desk: FlaskClient, services: Services, content: None) -> None:
    """The reason is kept, and so is who did it."""
    press(desk, "/desk/subscribers/1/unsubscribe/1")

    with services.database.read() as session:
        subscription = session.get_one(Subscription, 1)
        assert subscription.status is SubscriptionStatus.UNSUBSCRIBED
        assert subscription.unsubscribed_by is UnsubscribeRoute.STAFF
    assert trail(services) == [("unsubscribed", "subscriber:1")]


def test_nobody_is_unsubscribed_by_somebody_elses_page(desk: FlaskClient, services: Services, content: None) -> None:
    """Ben's subscription does not end on Ada's page."""
    assert press(desk, "/desk/subscribers/1/unsubscribe/2").status_code == 404
    assert trail(services) == []
