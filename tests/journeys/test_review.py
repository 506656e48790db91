"""The editors' work on a story in a real browser: taken on, edited, given reasons, sent, approved, published."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from service.bootstrap import Services
from service.editors.actions import add_editor, set_password
from service.editors.model import Role
from service.media.pictures import asset_key, remade
from service.stories.consent import PLACES
from service.stories.holds import open_hold
from service.stories.model import HoldKind, Story, StoryComment, StoryPhoto, StoryPhotoPerson, StoryState
from service.stories.own import approve, changes_in_hand, decide
from service.stories.photos import store
from service.stories.queries import story_for_change
from tests.conftest import Clock
from tests.journeys.conftest import PATIENCE_MS, faults
from tests.media import samples
from tests.stories.tales import a_revision

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

EVE, BO = "eve@example.test", "bo@example.test"
PASSWORD = "grey kettle on tuesday"
STORY = "/desk/stories/1"
BODY = (
    "I was twenty-nine and sure it was flu.\n\n"
    "Dr Amara Okafor at St Thomas Hospital rang me on 020 7946 0018. She said the leukaemia was back.\n\n"
    "My sister slept on two chairs. We counted the red buses from the window."
)
"""Invented; the number is one of those kept free for stories."""
EDITED = BODY.replace("Dr Amara Okafor at St Thomas Hospital rang me on 020 7946 0018.", "My doctor rang me.").replace(
    "slept on two chairs", "slept on two hard chairs"
)


@pytest.fixture(params=[(1280, "light"), (375, "dark")], ids=["desktop", "phone"])
def eve(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Eve's screen: wide in light, and a phone in dark."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def bo(browser: Browser) -> Iterator[Page]:
    """Bo's screen, without JavaScript."""
    context = browser.new_context(viewport={"width": 375, "height": 740}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def told(services: Services) -> None:
    """A story with a photo, a case that an editor may close, a call that was asked for; and two accounts."""
    at = services.clock()
    with services.database.unit() as uow:
        for email in (EVE, BO):
            person = add_editor(uow, email, name=email.split("@")[0].title(), role=Role.ADMIN, now=at)
            set_password(uow, person, PASSWORD, now=at)
        story = Story(slug="buses", state=StoryState.SUBMITTED, display_name="Tomasz", created_at=at, submitted_at=at)
        story.revisions.append(a_revision(title="The red buses", body=BODY))
        story.comments.append(StoryComment(author="storyteller", words="Call me: 020 7946 0018", at=at))
        pictures = remade(samples.photo())
        store(services.storage, pictures)
        photo = StoryPhoto(
            asset_key=asset_key(pictures), width=pictures[-1].width, height=pictures[-1].height, alt="A window",
            created_at=at,
        )  # fmt: skip
        photo.people.append(StoryPhotoPerson(who="my sister", created_at=at))
        story.photos.append(photo)
        uow.session.add(story)
        open_hold(uow, HoldKind.THIRD_PARTY, story, opened_by="storyteller", note="Her sister was not asked.", now=at)


def sign_in(page: Page, site: str, email: str) -> None:
    """With the password."""
    page.goto(f"{site}/desk/sign-in")
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site}/desk")


def press(page: Page, name: str) -> None:
    """A button; then the next page is for everyone too."""
    page.locator("main").get_by_role("button", name=name).first.click()
    assert faults(page) == [], page.url


def its_teller_says_yes(services: Services, clock: Clock) -> None:
    """The storyteller accepts both changes and agrees to the words, place by place; a day passes."""
    with services.database.unit() as uow:
        story = story_for_change(uow.session, 1)
        seen = story.words.hash
        decide(story, {change.id: True for change in changes_in_hand(story)}, seen=seen, now=clock())
        answers = dict.fromkeys(PLACES, True)
        approve(story, answers, seen=seen, organisation="Us", proven_by="portal_session:1", now=clock())
    clock.move(hours=24, seconds=1)


def test_a_story_is_claimed_edited_sent_and_published(
    told: None, site: str, services: Services, clock: Clock, eve: Page
) -> None:
    """Every page of it for everyone, what is refused said at its place, nothing shown before its teller agreed."""
    sign_in(eve, site, EVE)
    eve.goto(f"{site}/desk/stories")
    assert faults(eve) == []
    press(eve, "Take it on")
    expect(eve.get_by_role("link", name="Dr Amara Okafor")).to_have_attribute("href", "#flag-1")

    eve.get_by_role("link", name="Change the words").click()
    assert faults(eve) == []
    eve.locator("#body").fill(EDITED)
    press(eve, "Save as a new version")

    eve.get_by_role("link", name="Send to the storyteller").click()
    assert faults(eve) == []
    press(eve, "Send to the storyteller")
    expect(eve.locator("#error-summary li")).to_have_count(3)
    reasons = eve.locator("input[name^=reason_]")
    reasons.nth(0).fill("So that nobody can tell who this person is.")
    reasons.nth(1).fill("It says how hard that was.")
    eve.get_by_role("checkbox").check()
    press(eve, "Send to the storyteller")
    expect(eve.locator("#error-summary")).to_contain_text("held back")

    eve.goto(site + STORY)
    eve.get_by_label("What did you do?").fill("The teller asked her sister. She likes it.")
    press(eve, "Close this case")
    press(eve, "Take this photo out")
    eve.get_by_role("link", name="Send to the storyteller").click()
    for place, why in enumerate(("So that nobody can tell who this person is.", "It says how hard that was.")):
        reasons.nth(place).fill(why)
    eve.get_by_role("checkbox").check()
    press(eve, "Send to the storyteller")

    its_teller_says_yes(services, clock)
    eve.goto(f"{site}{STORY}?read=1")
    assert faults(eve) == []
    press(eve, "Publish these words")
    expect(eve.get_by_text("Published. Readers see it now.")).to_be_visible()
    eve.get_by_role("link", name="See it on the site").click()
    expect(eve.get_by_text("two hard chairs")).to_be_visible()


def test_two_editors_at_once_lose_nothing(told: None, site: str, eve: Page, bo: Page) -> None:
    """The second sees what the first changed, and has every word that was typed."""
    for page, email in ((eve, EVE), (bo, BO)):
        sign_in(page, site, email)
        page.goto(f"{site}{STORY}/edit")
    eve.locator("#title").fill("Red buses")
    press(eve, "Save as a new version")
    bo.locator("#body").fill("Bo's own words.")
    bo.get_by_role("button", name="Save as a new version").click()

    expect(bo.get_by_text("Nothing was overwritten.")).to_be_visible()
    expect(bo.locator("ins").first).to_contain_text("Red")
    expect(bo.locator("#body")).to_have_value("Bo's own words.")


def test_the_other_pages_are_for_everyone(told: None, site: str, eve: Page) -> None:
    """The beginning of a story, declining with its mail, taking back, an approval by phone, and who told it."""
    sign_in(eve, site, EVE)
    for path in (STORY, f"{STORY}/withdraw", f"{STORY}/approval", f"{STORY}/decline"):
        eve.goto(site + path)
        assert faults(eve) == [], path
    press(eve, "See the mail")
    expect(eve.locator("#error-summary")).to_be_focused()
    eve.get_by_label("it attacks a person or a group").check()
    press(eve, "See the mail")
    expect(eve.get_by_label("The mail", exact=True)).to_contain_text("because it attacks a person or a group")
    eve.goto(site + STORY)
    press(eve, "Show who told it")
    eve.goto(site + STORY)
    eve.get_by_text("Hold it back").first.click()
    press(eve, "Hold it back now")
