"""Telling a story on a phone without JavaScript: with a photo, stopped in the middle, finished on another device."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from service.bootstrap import Services
from service.editors.actions import add_editor, make_sign_in_link
from service.editors.model import Role
from service.stories.drafts import save_answers, start_draft
from service.stories.model import Story, StoryPhoto
from service.stories.questions import STEPS
from service.stories.watching import watch_draft
from tests.cast import NOW
from tests.journeys.conftest import PATIENCE_MS, faults_in_both_lights
from tests.journeys.hands import add_photo, choose, fill, go_on, start_telling
from tests.journeys.house import House, wait_for
from tests.media import samples
from tests.standins.smtp import SmtpStandin
from tests.stories.tales import EVERY_ANSWER, a_draft
from tests.web.teller import ASKED_OF, path_of

pytestmark = [pytest.mark.journey, pytest.mark.browser]
TELLER = "tomasz@example.test"


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Page]:
    """Another device, without JavaScript too."""
    context = browser.new_context(viewport={"width": 768, "height": 1000}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo as a phone takes it, with the place in it."""
    path = tmp_path / "IMG_0001.jpg"
    path.write_bytes(samples.photo_from_a_phone())
    return path


def mailed(receiver: SmtpStandin, start: str) -> str:
    """The newest link in a mail to the teller that begins so; waits for it."""
    pattern = re.compile(re.escape(start) + r"[\w-]+")
    return wait_for(
        lambda: next((m[0] for mail in reversed(receiver.messages()) if (m := pattern.search(mail.part("plain")))), ""),
        what=f"a mail with {start}",
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_childs_story_is_begun_on_a_phone_and_finished_on_a_tablet(
    house: Callable[..., House], phone: Page, tablet: Page, photo: Path
) -> None:
    """Guardian and child are asked, the photo loses its place, the link leads back, and the story waits at the desk."""
    with SmtpStandin() as receiver:
        place = house(MAIL_TRANSPORT="smtp", SMTP_URL=receiver.url)
        place.start("web", "worker", "timer")
        begin_on(place, phone)
        with_photo(phone, photo)
        phone.get_by_role("button", name="Save and finish later").click()
        phone.locator("[name=email]").fill(TELLER)
        phone.get_by_role("button", name="Mail me the link").click()
        assert "on its way" in phone.locator("h1").inner_text()

        tablet.goto(mailed(receiver, f"{place.url}/stories/share/"))
        finish_on(tablet)
        tablet.goto(mailed(receiver, f"{place.url}/stories/share/prove/"))
        tablet.locator("main").get_by_role("button").click()
        assert "We have your story" in tablet.locator("h1").inner_text()
        check_what_came(place)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_lead_is_told_within_a_minute(house: Callable[..., House], phone: Page) -> None:
    """By real processes, from the press of the button to the mail at the receiver; help is on the page at once."""
    with SmtpStandin() as receiver:
        place = house(MAIL_TRANSPORT="smtp", SMTP_URL=receiver.url)
        with place.services.database.unit() as uow:
            add_editor(uow, "lena@example.org", name="Lena", role=Role.SAFEGUARDING, now=place.services.clock())
            draft = start_draft(uow, now=place.services.clock())
            save_answers(uow, draft.id, EVERY_ANSWER, now=place.services.clock())
        place.start("web", "worker", "timer")
        phone.goto(f"{place.url}{path_of(place.services, draft)}/telling")
        fill(phone, text="Some nights I want to die.")
        assert phone.get_by_role("link", name="Call Samaritans").get_attribute("href") == "tel:116123"

        wait_for(lambda: [mail for mail in receiver.messages() if mail.recipients == ["lena@example.org"]], seconds=60)


def begin_on(house: House, page: Page) -> None:
    """As far as the photos."""
    start_telling(page, house.url)
    choose(page, "role", "parent")
    choose(page, "told_by", "guardian")
    page.locator("[name=relation]").fill("mother")
    page.locator("[name=parental_responsibility]").check()
    fill(page, child_age="nine")
    assert page.title().startswith("Error: ")
    assert page.locator("[name=relation]").input_value() == "mother"
    fill(page, child_age="9")
    choose(page, "assent", "yes")
    choose(page, "way", "questions")
    fill(page, answer_1="She had bruises on her legs. 💛")
    for _ in range(5):
        go_on(page)
    fill(page, title="שלום from the blue chair")
    choose(page, "others", "no")


def with_photo(page: Page, photo: Path) -> None:
    """One that is none, then one that is."""
    page.locator("[name=photo]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"<svg/>"})
    page.get_by_role("button", name="Add this photo").click()
    assert "We cannot read this file as a photo" in page.locator("#photo-error").inner_text()
    add_photo(page, photo, alt="A girl in a blue chair", other="my daughter")
    assert page.locator(".photos-so-far img").get_attribute("alt") == "A girl in a blue chair"


def finish_on(page: Page) -> None:
    """From the photos to the end, with one answer changed from the last look."""
    assert page.locator(".photos-so-far img").count() == 1
    go_on(page)
    page.locator("[name=naming][value=anonymous]").check()
    go_on(page)
    for field in page.locator("main fieldset").all():
        field.locator("input[value=yes]").check()
    go_on(page)
    go_on(page)
    assert page.locator("[name=email]").input_value() == TELLER
    page.locator("[name=read_and_contact]").check()
    go_on(page)
    page.get_by_role("link", name=re.compile("Change Name to show")).click()
    page.locator("[name=naming][value=pseudonym]").check()
    fill(page, shown_name="Fern")
    assert page.locator("h1").inner_text() == "Check your answers"
    page.get_by_role("button", name="Send my story").click()


def check_what_came(house: House) -> None:
    """The story at the desk: its words, who answers for it, and a photo without its place."""
    with house.services.database.read() as session:
        story = session.scalars(select(Story)).one()
        assert story.words.title == "שלום from the blue chair"
        assert story.words.body == "## How did it begin?\n\nShe had bruises on her legs. 💛"
        assert (story.told_by, story.relation, story.display_name) == ("guardian", "mother", "Fern")
        [photo] = session.scalars(select(StoryPhoto)).all()
        assert photo.story_id == story.id
    files = list(house.services.settings.media.rglob("*.jpg"))
    assert files
    assert not any(samples.SECRET in path.read_bytes() for path in files)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("small_phone", ["light"], indirect=True)
def test_every_page_of_telling_can_be_used_by_everybody(
    app: Flask, services: Services, site: str, small_phone: Page, photo: Path
) -> None:
    """Nothing for axe to find and nothing wider than the screen: each question, plain and with its mistakes."""
    with services.database.unit() as uow:
        draft = a_draft(uow)
        told = f"{site}{path_of(services, draft)}"
    small_phone.emulate_media(reduced_motion="reduce")  # axe must not look while a colour is on its way to another
    small_phone.goto(f"{site}/stories/share")
    found = faults_in_both_lights(small_phone)
    for step in STEPS:
        with services.database.unit() as uow:
            save_answers(uow, draft.id, {"way": "write", "told_by": "self", **ASKED_OF.get(step.key, {})}, now=NOW)
        small_phone.goto(f"{told}/{step.key}")
        assert small_phone.locator("h1").inner_text() == step.heading
        found += faults_in_both_lights(small_phone)
        with services.database.unit() as uow:
            save_answers(uow, draft.id, {field.name: "" for field in step.fields}, now=NOW)
        small_phone.locator("form[method=post] button").first.click()
        found += faults_in_both_lights(small_phone)
        with services.database.unit() as uow:
            save_answers(uow, draft.id, dict(draft.answers), now=NOW)

    assert found == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("small_phone", ["light"], indirect=True)
def test_the_other_pages_of_telling_can_be_used_by_everybody(
    app: Flask, services: Services, site: str, small_phone: Page, photo: Path
) -> None:
    """Photos, help, finishing later, the last look, and what happens next."""
    with services.database.unit() as uow:
        told = f"{site}{path_of(services, a_draft(uow, text='I want to die.'))}"
    small_phone.goto(f"{told}/photos")
    small_phone.locator("[name=photo]").set_input_files(photo)
    small_phone.get_by_role("button", name="Add this photo").click()
    found = faults_in_both_lights(small_phone)
    go_on(small_phone)
    found += faults_in_both_lights(small_phone)
    small_phone.locator("[name=alt]").fill("Us")
    small_phone.locator("[name=who][value=others]").check()
    fill(small_phone, others="my sister")
    found += faults_in_both_lights(small_phone)
    go_on(small_phone)
    found += faults_in_both_lights(small_phone)
    for page in ("photos", "telling", "help", "later", "check"):
        small_phone.goto(f"{told}/{page}")
        found += faults_in_both_lights(small_phone)
        if page == "later":
            small_phone.locator("[name=email]").fill("nobody")
            small_phone.get_by_role("button", name="Mail me the link").click()
            found += faults_in_both_lights(small_phone)
            small_phone.locator("[name=email]").fill(TELLER)
            small_phone.get_by_role("button", name="Mail me the link").click()
            found += faults_in_both_lights(small_phone)

    assert found == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("small_phone", ["light"], indirect=True)
def test_the_safeguarding_page_can_be_used_by_everybody(
    app: Flask, services: Services, site: str, small_phone: Page
) -> None:
    """The lead finds the case, looks at it, forgets the note, and closes it."""
    small_phone.emulate_media(reduced_motion="reduce")
    with services.database.unit() as uow:
        watch_draft(uow, a_draft(uow, text="I want to die."), now=NOW)
        lena = add_editor(uow, "lena@example.org", name="Lena", role=Role.SAFEGUARDING, now=NOW)
        token = make_sign_in_link(uow, lena, tokens=services.tokens, now=NOW)
    small_phone.goto(f"{site}/desk/enter/{token}")
    small_phone.get_by_role("button", name="Sign in").click()
    small_phone.goto(f"{site}/desk/safeguarding")
    found = faults_in_both_lights(small_phone)
    small_phone.get_by_role("button", name="Look").click()
    assert "want to die" in small_phone.locator("main").inner_text()
    found += faults_in_both_lights(small_phone)
    small_phone.get_by_role("button", name="Close this case").click()
    found += faults_in_both_lights(small_phone)
    small_phone.locator("[name=resolution]").fill("Rang them. All is well.")
    small_phone.get_by_role("button", name="Close this case").click()
    assert "No case is open." in small_phone.locator("main").inner_text()

    assert [*found, *faults_in_both_lights(small_phone)] == []
