"""The pages that a reader reaches from a mail, in a real browser: for everyone, and with the button in sight."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from service.bootstrap import Services
from service.issues.model import Newsletter
from service.subscribers.model import UNTIL_I_SAY
from service.subscribers.preferences import pause
from tests.cast import NOW
from tests.conftest import Clock
from tests.journeys.conftest import faults
from tests.subscribers.readers import a_newsletter, a_question, ada, ben, cleo

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def pages(services: Services) -> list[str]:
    """The links in the mails of Ada, Ben and Cleo, and the pages behind them."""
    with services.database.unit() as uow:
        monthly = a_newsletter(uow.session)
        a_newsletter(uow.session, "research", "Research news")
        uow.session.get_one(Newsletter, monthly).more_languages = ["ar", "fr"]
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


def test_a_reader_chooses_what_to_leave_out(site: str, pages: list[str], small_phone: Page) -> None:
    """By the questions on the page; the choice is there again, and stopping still comes first."""
    choices = pages[9]
    small_phone.goto(site + choices)
    small_phone.get_by_label("Relapse: the illness comes back").check()
    small_phone.get_by_label("Four times a year").check()
    small_phone.get_by_label("العربية").check()
    small_phone.get_by_role("button", name="Save my choices").click()

    assert small_phone.url == f"{site}{choices}?saved=choices"
    assert small_phone.get_by_role("status").inner_text() == "Your choices are saved."
    for words in ("Relapse: the illness comes back", "Four times a year", "العربية"):
        assert small_phone.get_by_label(words).is_checked()
    assert small_phone.locator("main button").first.inner_text() == "Unsubscribe"


def test_a_rest_until_its_reader_says(site: str, services: Services, pages: list[str], small_phone: Page) -> None:
    """In words, with one button to end it, for everyone."""
    with services.database.unit() as uow:
        pause(uow, 1, UNTIL_I_SAY, now=NOW)
    small_phone.goto(site + pages[9])

    assert faults(small_phone) == []
    assert small_phone.get_by_text("You are having a rest until you say.").is_visible()

    small_phone.get_by_role("button", name="Write to me again").click()

    assert small_phone.get_by_role("status").inner_text().startswith("Welcome back")


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
