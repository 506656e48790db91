"""The whole life of a story on real processes: told for a child, edited, approved, published, mailed, taken back."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from service.stories.model import Assent, GivenBy, Scope, Story, StoryConsent
from tests.journeys import hands
from tests.journeys.conftest import PATIENCE_MS, faults
from tests.journeys.content import a_newsletter, confirmed_readers
from tests.journeys.house import House, wait_for
from tests.media import samples
from tests.standins.smtp import SmtpStandin

pytestmark = [pytest.mark.journey, pytest.mark.browser]
READERS = 5
TELLER = "tomasz@example.test"
TITLE, SLUG, ALT = "The paper crane", "the-paper-crane", "A hand and a crane of paper"
LAST = "Then we slept."
REST = f"{'We counted the red buses that went by under our window. ' * 6}\n\n{LAST}"
TOLD = f"She folded a paper crane a day.\n\nMy mum sang.\n\n{REST}"
EDITED = f"She folded a small paper crane every day.\n\nMy mother sang to us.\n\n{REST}"
ACCEPTED, KEPT = "She folded a small paper crane every day.", "My mum sang."
LISTS = ("/", "/stories", "/search?q=folded", "/feed.xml", "/feed.json", "/sitemap.xml")
YES = {"place_web", "place_newsletter", "place_archive", "place_press"}


@contextmanager
def screen(browser: Browser, width: int) -> Iterator[Page]:
    """Somebody's browser."""
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("database_url", "width"),
    [("sqlite", 375), ("postgresql", 1280)],
    indirect=["database_url"],
    ids=["phone-sqlite", "desktop-postgresql"],
)
def test_a_childs_story_from_its_first_word_to_its_receipt(
    house: Callable[..., House], browser: Browser, tmp_path: Path, width: int
) -> None:
    """Readers see the words that were approved and no others; taken back, they are nowhere, and its teller is told."""
    with SmtpStandin() as receiver, screen(browser, width) as teller, screen(browser, width) as eve:
        place = house(MAIL_TRANSPORT="smtp", SMTP_URL=receiver.url)
        confirmed_readers(place.services, a_newsletter(place.services), READERS)
        hands.an_article(place.services)
        place.start("web", "worker", "timer")

        tell(place, teller, tmp_path)
        prove(place, teller, receiver)
        hands.sign_in(place.services, eve)
        edit_and_send(place, eve)
        enter(place, teller, receiver)
        decide(teller)
        approve(teller)
        publish(place, eve)
        issue, picture = mail_it(place, eve, receiver)
        take_back(teller)
        everything_is_clean(place, issue, picture)
        open_the_receipt(place, teller, receiver)


def good(page: Page) -> None:
    """Nothing for axe to find, nothing wider than the screen."""
    page.locator("main").wait_for()
    assert faults(page) == [], page.url


def press(page: Page, name: str) -> None:
    """A button; the page it leads to is for everybody too."""
    page.locator("main").get_by_role("button", name=name).first.click()
    good(page)


def mailed(place: House, receiver: SmtpStandin, path: str) -> str:
    """The newest link to `path` in the mails to the teller; waits for it."""
    start = place.url + path
    return wait_for(
        lambda: hands.link_in([(one.recipients[0], one.part("plain")) for one in receiver.messages()], TELLER, start),
        what=f"a mail with {path}",
    )


def tell(place: House, page: Page, folder: Path) -> None:
    """A mother tells her child's story; the child has said yes, and is on a photo."""
    photo = folder / "IMG_0002.jpg"
    photo.write_bytes(samples.photo_from_a_phone())
    hands.start_telling(page, place.url)
    hands.choose(page, "role", "parent")
    hands.choose(page, "told_by", "guardian")
    page.locator("[name=parental_responsibility]").check()
    hands.fill(page, relation="mother", child_age="9")
    hands.choose(page, "assent", "yes")
    hands.choose(page, "way", "write")
    hands.fill(page, text=TOLD)
    hands.fill(page, title=TITLE)
    hands.choose(page, "others", "no")
    hands.add_photo(page, photo, alt=ALT, other="my daughter")
    hands.go_on(page)
    hands.choose(page, "naming", "anonymous")
    hands.say_where(page, YES)
    hands.go_on(page)
    hands.go_on(page)
    page.locator("[name=read_and_contact]").check()
    hands.fill(page, email=TELLER)
    good(page)
    press(page, "Send my story")


def prove(place: House, page: Page, receiver: SmtpStandin) -> None:
    """The address is the teller's own."""
    page.goto(mailed(place, receiver, "/stories/share/prove/"))
    good(page)
    page.locator("main").get_by_role("button").click()
    assert "We have your story" in page.locator("h1").inner_text()
    good(page)


def edit_and_send(place: House, page: Page) -> None:
    """Taken on, two sentences changed, a reason for each, and sent."""
    page.goto(f"{place.url}/desk/stories")
    good(page)
    press(page, "Take it on")
    page.get_by_role("link", name="Change the words").click()
    good(page)
    page.locator("#body").fill(EDITED)
    press(page, "Save as a new version")
    page.get_by_role("link", name="Send to the storyteller").click()
    good(page)
    for reason in page.locator("input[name^=reason_]").all():
        reason.fill("It is easier to read.")
    page.get_by_role("checkbox").check()
    press(page, "Send to the storyteller")


def enter(place: House, page: Page, receiver: SmtpStandin) -> None:
    """From the mail that says it is ready, by a link that is mailed, to the changes."""
    page.goto(mailed(place, receiver, "/portal/story/"))
    good(page)
    press(page, "Mail me a link")
    page.goto(mailed(place, receiver, "/portal/"))
    good(page)
    press(page, "Open my page")
    page.get_by_role("link", name=re.compile("Read the changes")).click()
    good(page)


def decide(page: Page) -> None:
    """One change accepted, one kept as it was told."""
    for change in page.locator("fieldset.change").all():
        choice = "accept" if "folded" in change.inner_text() else "keep"
        change.locator(f"[value={choice}]").check()
    press(page, "Save and go on")
    shown = page.locator("main").inner_text()
    assert ACCEPTED in shown
    assert KEPT in shown


def approve(page: Page) -> None:
    """Place by place, with what the child says, and looked at once more."""
    hands.say_where(page, YES)
    page.locator("[name=until][value='12']").check()
    page.locator("[name=parental_responsibility][value=yes]").check()
    page.locator("[name=assent][value=yes]").check()
    for person in page.locator("[name^=person_][value=yes]").all():
        person.check()
    page.locator("[name=no_wait]").check()
    press(page, "Look at my answers")
    press(page, "Yes, this is what I want")
    assert "Your answers are saved" in page.locator("[role=status]").inner_text()


def publish(place: House, page: Page) -> None:
    """An editor's last press; the ledger has who agreed, for whom, and to which words."""
    page.goto(f"{place.url}/desk/stories")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Read the whole story").click()
    press(page, "Publish these words")
    page.goto(f"{place.url}/stories/{SLUG}")
    good(page)
    shown = page.locator("main").inner_text()
    assert ACCEPTED in shown
    assert KEPT in shown
    assert page.get_by_alt_text(ALT).count() == 1
    with place.services.database.read() as session:
        story = session.scalars(select(Story)).one()
        newest = session.scalars(
            select(StoryConsent)
            .where(StoryConsent.scope == Scope.WEB, StoryConsent.photo_person_id.is_(None))
            .order_by(StoryConsent.sequence.desc())
        ).first()
        assert newest is not None
        assert newest.revision_hash == story.shown_hash
        assert (newest.given_by, newest.relation, newest.assent) == (GivenBy.GUARDIAN, "mother", Assent.YES)


def mail_it(place: House, page: Page, receiver: SmtpStandin) -> tuple[str, str]:
    """Everybody has it in the next issue; gives the addresses of its archive page and of the story's picture."""
    issue = hands.compose_and_send(page, place.url)
    wait_for(lambda: len(issues_in(receiver)) == READERS, what="everybody's mail")
    assert all(TITLE in text and ACCEPTED in text and LAST not in text for text in issues_in(receiver))
    page.goto(issue)
    wait_for(lambda: (page.reload(), page.get_by_text("See it in the archive").count())[1], what="sent")
    good(page)
    page.get_by_text("See it in the archive").click()
    good(page)
    assert TITLE in page.locator("main").inner_text()
    archive = page.url
    page.goto(f"{place.url}/stories/{SLUG}")
    source = page.get_by_alt_text(ALT).evaluate("image => image.src")
    assert fetched(source)[1].startswith(b"\xff\xd8")
    return archive, source


def issues_in(receiver: SmtpStandin) -> list[str]:
    """The text of each copy of the issue that arrived."""
    return [one.part("plain") for one in receiver.messages() if one.message["Subject"] == hands.SUBJECT]


def take_back(page: Page) -> None:
    """Two presses from the story's page in the portal."""
    page.get_by_role("link", name="Take it back for good").click()
    good(page)
    press(page, "Take it back and erase it")
    assert "our story is down" in page.locator("h1").inner_text()


def everything_is_clean(place: House, issue: str, picture: str) -> None:
    """Every public place, asked as a crawler asks; the picture's address is still answered, with a grey field."""
    status, kind_page = fetched(f"{place.url}/stories/{SLUG}")
    assert (status, TITLE in kind_page.decode()) == (410, False)
    for address in (*(place.url + path for path in LISTS), issue):
        status, page = fetched(address)
        assert status == 200
        assert not re.search(f"{SLUG}|{TITLE}|{ACCEPTED}|{KEPT}|{LAST}|{ALT}", page.decode()), address
    assert fetched(picture)[1].startswith(b"\x89PNG")


def fetched(address: str) -> tuple[int, bytes]:
    """Status and bytes of an address."""
    try:
        with urlopen(address, timeout=60) as answer:
            return answer.status, answer.read()
    except HTTPError as refused:
        return refused.code, refused.read()


def open_the_receipt(place: House, page: Page, receiver: SmtpStandin) -> None:
    """In the portal and from the mail it is the same: each place with its time, and what nobody can undo."""
    page.goto(f"{place.url}/portal/stories")
    good(page)
    page.get_by_role("link", name=re.compile("Everything about it")).click()
    page.get_by_role("link", name="See the receipt").click()
    page.context.clear_cookies()
    for address in (page.url, mailed(place, receiver, "/portal/receipt/")):
        page.goto(address)
        good(page)
        said = page.locator("main").inner_text()
        assert "Done. Your story is down." in said
        assert "Old newsletters on our website" in said
        assert f"is with {READERS} people already" in said
        assert "newspapers" in said
