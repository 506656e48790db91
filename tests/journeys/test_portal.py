"""The storyteller's portal on a phone without JavaScript, with real processes: from the link to the take-back."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from service.bootstrap import Services
from service.mail.outbox import letter, letters
from service.stories.model import Story, StoryState
from service.stories.moderation import publish
from service.stories.portal import make_entry
from tests.cast import ADA
from tests.conftest import Clock
from tests.journeys.conftest import PATIENCE_MS, faults, faults_in_both_lights
from tests.journeys.house import House, wait_for
from tests.web.at_portal import ask_about_changes, the_story

pytestmark = [pytest.mark.journey, pytest.mark.browser]
MISTAKES = re.compile("Save and go on|Take these|Wait until|End on|Send it|I decide")
"""Buttons that say what is missing when nothing was typed."""


@pytest.fixture
def lens(browser: Browser) -> Iterator[Page]:
    """A page with scripts, for axe."""
    context = browser.new_context(viewport={"width": 375, "height": 740}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    """Somebody else's browser."""
    context = browser.new_context(viewport={"width": 375, "height": 740}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def mailed(place: House, start: str) -> str:
    """The newest link in a mail that begins so; waits for it."""
    link = re.compile(re.escape(start) + r"[\w-]{20,}")  # a token, not the next part of another address

    def found() -> str:
        texts = (letter(place.settings.outbox, one.name).text for one in letters(place.settings.outbox))
        return next((match[0] for text in texts if (match := link.search(text))), "")

    return wait_for(found, what=f"a mail with {start}")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_teller_decides_about_everything_on_a_phone(
    house: Callable[..., House], phone: Page, reader: Page, lens: Page
) -> None:
    """Accept one change, keep the other, say yes, hide, bring back, take back; readers see what was agreed, no more."""
    place = house()
    story = the_story(place.services)
    ask_about_changes(place.services, story)
    place.start("web", "worker", "timer")

    open_the_page(place, phone, lens)
    decide(phone, lens)
    say_yes(phone, lens)
    publish_it(place, story)
    address = f"{place.url}/stories/what-i-packed"
    assert reader.goto(address).status == 200  # type: ignore[union-attr]
    assert "A soft blue blanket. 💛" in reader.locator("main").inner_text()
    assert "My mum sang." in reader.locator("main").inner_text()

    press(phone, lens, "Hide it for now", path=f"{place.url}/portal/stories/{story}")
    assert reader.goto(address).status == 404  # type: ignore[union-attr]
    press(phone, lens, "Bring it back")
    assert reader.goto(address).status == 200  # type: ignore[union-attr]

    take_back(phone, lens)
    assert reader.goto(address).status == 410  # type: ignore[union-attr]
    mailed(place, f"{place.url}/portal/story/")
    wait_for(lambda: any(one.subject == "It is done" for one in letters(place.settings.outbox)), what="the word")


def open_the_page(place: House, page: Page, lens: Page) -> None:
    """Ask for a link, get the mail, press once."""
    page.goto(f"{place.url}/portal")
    good(page, lens)
    page.locator("[name=email]").fill(ADA)
    page.wait_for_timeout(1_100)
    page.get_by_role("button", name="Mail me a link").click()
    good(page, lens)
    link = mailed(place, f"{place.url}/portal/")
    page.goto(link)
    good(page, lens)
    page.get_by_role("button", name="Open my page").click()
    good(page, lens)
    assert "You read it and decide" in page.locator("main").inner_text()


def decide(page: Page, lens: Page) -> None:
    """One accepted; the other is forgotten, asked for, and kept as it was."""
    page.get_by_role("link", name=re.compile("Read the changes")).click()
    good(page, lens)
    first, second = page.locator("fieldset.change").all()
    first.locator("[value=accept]").check()
    page.get_by_role("button", name="Save and go on").click()
    assert page.title().startswith("Error: ")
    good(page, lens)
    first, second = page.locator("fieldset.change").all()
    assert first.locator("[value=accept]").is_checked()
    second.locator("[value=keep]").check()
    page.get_by_role("button", name="Save and go on").click()
    good(page, lens)


def say_yes(page: Page, lens: Page) -> None:
    """The website and the newsletter; one answer changed after looking once more."""
    said = page.locator("main").inner_text()
    assert "A soft blue blanket. 💛" in said
    assert "My mum sang." in said
    for field in page.locator("fieldset[id^=place_]").all():
        yes = field.get_attribute("id") in {"place_web", "place_newsletter", "place_press"}
        field.locator(f"[value={'yes' if yes else 'no'}]").check()
    page.locator("[name=until][value='12']").check()
    page.locator("[name=no_wait]").check()
    page.get_by_role("button", name="Look at my answers").click()
    good(page, lens)
    page.get_by_role("button", name="Change my answers").click()
    page.locator("[name=place_press][value=no]").check()
    page.get_by_role("button", name="Look at my answers").click()
    page.get_by_role("button", name="Yes, this is what I want").click()
    good(page, lens)
    assert "Your answers are saved, for exactly these words." in page.locator("[role=status]").inner_text()


def publish_it(place: House, story_id: int) -> None:
    """What the editor's button does."""
    with place.services.database.unit() as uow:
        story = uow.session.get_one(Story, story_id)
        publish(uow, story, seen=story.words.hash, now=place.services.clock(), by="editor:1")
        assert story.state is StoryState.PUBLISHED


def take_back(page: Page, lens: Page) -> None:
    """Two presses from the story's page."""
    page.get_by_role("link", name="Take it back for good").click()
    good(page, lens)
    press(page, lens, "Take it back, keep me a copy for 30 days")
    assert "our story is down" in page.locator("h1").inner_text()


def press(page: Page, lens: Page, button: str, *, path: str = "") -> None:
    """Press a button of the portal, on the page in hand or on another."""
    if path:
        page.goto(path)
        good(page, lens)
    page.get_by_role("button", name=button).click()
    good(page, lens)


def good(page: Page, lens: Page) -> None:
    """Nothing for axe to find, nothing wider than the phone. Axe needs scripts, so it looks at a copy of the page."""
    page.locator("main").wait_for()
    html = page.content()
    lens.route(page.url, lambda route: route.fulfill(body=html, content_type="text/html"))
    lens.goto(page.url)
    lens.unroute(page.url)
    assert faults(lens) == [], page.url


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_story_mail_takes_back_in_two_presses(house: Callable[..., House], phone: Page, lens: Page) -> None:
    """The link in the mail, and one button: no session, no password."""
    place = house()
    story = the_story(place.services)
    ask_about_changes(place.services, story)
    place.start("web", "worker", "timer")

    phone.goto(mailed(place, f"{place.url}/portal/story/"))
    good(phone, lens)
    press(phone, lens, "Take it back and erase it")

    with place.services.database.read() as session:
        assert session.get_one(Story, story).state is StoryState.WITHDRAWN


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("small_phone", ["light"], indirect=True)
def test_every_page_of_the_portal_can_be_used_by_everybody(
    app: Flask, services: Services, site: str, small_phone: Page
) -> None:
    """Nothing for axe to find and nothing wider than the screen: each page, plain and with its mistakes."""
    story = the_story(services)
    ask_about_changes(services, story)
    theirs = urlsplit(services.links.own_story(story)).path
    small_phone.emulate_media(reduced_motion="reduce")  # axe must not look while a colour is on its way to another
    found = []
    for path in ("/portal", "/portal/sent", "/portal/left", f"/portal/{'A' * 43}", theirs):
        small_phone.goto(site + path)
        found += faults_in_both_lights(small_phone)
    small_phone.goto(f"{site}/portal/{a_link(services, story)}")
    small_phone.get_by_role("button", name="Open my page").click()
    found += faults_in_both_lights(small_phone)
    for page in ("", "/changes", "/take-back", "/places", "/name", "/not-before", "/end", "/talk", "/grown-up"):
        small_phone.goto(f"{site}/portal/stories/{story}{page}")
        found += faults_in_both_lights(small_phone)
        mistake = small_phone.get_by_role("button", name=MISTAKES).first
        if mistake.count():
            mistake.click()
            found += faults_in_both_lights(small_phone)
    agree_to_everything(small_phone)
    small_phone.goto(f"{site}/portal/stories/{story}/approve")
    found += faults_in_both_lights(small_phone)
    small_phone.get_by_role("button", name="Look at my answers").click()
    found += faults_in_both_lights(small_phone)

    assert found == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_stays_open_while_somebody_types(
    app: Flask, services: Services, clock: Clock, site: str, desktop: Page
) -> None:
    """With scripts, an hour over a letter to the editors is no reason to begin again."""
    story = the_story(services)
    desktop.clock.install()
    desktop.goto(f"{site}/portal/{a_link(services, story)}")
    desktop.get_by_role("button", name="Open my page").click()
    desktop.goto(f"{site}/portal/stories/{story}/talk")
    for word in ("Dear ", "editors, ", "thank you."):
        clock.move(minutes=20)
        desktop.clock.fast_forward("20:00")
        with desktop.expect_response(lambda answer: answer.url.endswith("/portal/stay")):
            desktop.locator("#words").press_sequentially(word)
    desktop.get_by_role("button", name="Send it").click()

    assert "Dear editors, thank you." in desktop.locator(".talk").inner_text()


def a_link(services: Services, story_id: int) -> str:
    """The token of a mailed link for the story's teller."""
    with services.database.unit() as uow:
        teller_id = uow.session.get_one(Story, story_id).storyteller_id
        assert teller_id is not None
        return make_entry(uow, services.tokens, teller_id, now=services.clock())


def agree_to_everything(page: Page) -> None:
    """Accept each change, so that the places are asked about."""
    page.goto(page.url.rpartition("/")[0] + "/changes")
    for change in page.locator("fieldset.change").all():
        change.locator("[value=accept]").check()
    page.get_by_role("button", name="Save and go on").click()
