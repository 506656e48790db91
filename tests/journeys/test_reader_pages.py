"""The pages that a reader reaches from a mail, in a real browser: for everyone, and with the button in sight."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from service.bootstrap import Services
from tests.cast import NOW
from tests.conftest import Clock
from tests.journeys.conftest import faults
from tests.subscribers.readers import a_newsletter, a_question, ada, ben, cleo

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def pages(services: Services) -> list[str]:
    """The links in the mails of Ada, Ben and Cleo, and the pages behind them."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
        a_newsletter(uow.session, "research", "Research news")
    adas, bens, cleos = (reader(services.database) for reader in (ada, ben, cleo))
    with services.database.unit() as uow:
        questions = [a_question(uow, bens), a_question(uow, adas), a_question(uow, bens, NOW - timedelta(days=8))]
    open_, answered, spent = (f"/confirm/{token}" for token in questions)
    choices = urlsplit(services.links.preferences(adas)).path
    leave, left = (urlsplit(services.links.unsubscribe(place)).path for place in (adas, cleos))
    return [
        open_, answered, spent, f"{answered}/welcome", f"{open_}/not-me", "/confirm/stopped", "/subscribe/sent",
        leave, left, choices, f"{choices}?saved=choices", f"{choices}/data", f"{choices}/delete",
    ]  # fmt: skip


def test_pages_behind_links_are_for_everyone(site: str, pages: list[str], small_phone: Page) -> None:
    """Axe finds nothing, nothing is wider than the screen, and no cookie is set."""
    for path in pages:
        small_phone.goto(site + path)

        assert faults(small_phone) == [], path
    assert small_phone.context.cookies() == []


def test_the_button_that_matters_is_in_sight(site: str, pages: list[str], phone: Page) -> None:
    """No scrolling to confirm, to get a new link, to leave, or to come back; and no target under 44 pixels."""
    for path in (pages[0], pages[2], pages[7], pages[8]):
        phone.goto(site + path)
        box = phone.locator("main button").first.bounding_box()

        assert box is not None
        assert box["y"] + box["height"] <= 740, path
        assert box["height"] >= 44, path


def test_a_mistake_is_named_and_the_second_try_works(site: str, pages: list[str], clock: Clock, phone: Page) -> None:
    """Without JavaScript: the title says Error, the summary leads to the field, and what was typed stays."""
    phone.goto(f"{site}/subscribe")
    clock.move(seconds=5)
    phone.get_by_label("Your e-mail address").fill("nobody")
    phone.get_by_role("button", name="Sign me up").click()

    assert phone.title().startswith("Error: ")
    phone.get_by_role("link", name="Enter an e-mail address").click()
    assert phone.get_by_label("Your e-mail address").input_value() == "nobody"

    clock.move(seconds=5)
    phone.get_by_label("Your e-mail address").fill("dora@example.test")
    phone.get_by_role("button", name="Sign me up").click()

    assert phone.title().startswith("Please look in your mail")
