"""The making of an issue in a real browser: for everyone, on a small phone, in light and in dark, with the keyboard."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from service.bootstrap import Services
from service.cli.demo import seed_demo
from service.delivery.ledger import claim, intend
from service.delivery.records import record_unknown
from service.delivery.start import start
from service.editors.model import Editor
from service.issues.approvals import approve
from service.issues.compose import compose_next
from service.issues.editing import set_subject
from service.issues.queries import newsletter_named
from service.issues.scheduling import schedule
from tests.journeys.conftest import check

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

ARCHIVE = ("/newsletter", "/newsletter/monthly-2026-05-05")


@pytest.fixture
def issue_id(services: Services) -> int:
    """A draft made from the demo content."""
    seed_demo(services)
    with services.database.unit() as uow:
        return compose_next(uow, newsletter_named(uow.session, "monthly"), services.clock()).id


@pytest.fixture(params=["light", "dark"])
def at_desk(
    browser: Browser, request: pytest.FixtureRequest, site: str, enter: Callable[[Page], None]
) -> Iterator[Page]:
    """Eve on the narrowest page that WCAG 1.4.10 asks for, signed in."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=request.param, base_url=site)
    page = context.new_page()
    enter(page)
    yield page
    context.close()


def test_an_issue_is_made_with_the_keyboard(at_desk: Page, services: Services, issue_id: int) -> None:
    """From the draft to the schedule; nothing typed is lost when a colleague saves in between."""
    page, here = at_desk, f"/desk/issues/{issue_id}"
    page.goto(here)
    check(page)
    story = page.locator(".item").nth(1).locator("h3[id]").inner_text()
    page.get_by_role("button", name=f"Up {story}").press("Enter")
    expect(page.locator(".item").first.locator("h3[id]")).to_have_text(story)
    for path in (f"{here}/items/1", f"{here}/subject"):
        page.goto(path)
        check(page)

    page.locator("#subject").fill("Mine")
    with services.database.unit() as uow:
        set_subject(uow, issue_id, "Theirs", "", now=services.clock())
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Theirs")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Save my words").press("Enter")
    expect(page.get_by_role("heading", name="Mine", level=1)).to_be_visible()
    page.wait_for_load_state()

    page.get_by_role("button", name="Approve").press("Enter")
    page.get_by_role("link", name="Schedule").press("Enter")
    check(page)
    page.get_by_role("button", name="Go on").press("Enter")
    check(page)
    page.get_by_role("button", name="Yes, schedule it").press("Enter")
    expect(page.get_by_text("It goes out by itself on")).to_be_visible()
    check(page)


def test_newsletters_and_checks_are_for_everyone(at_desk: Page, services: Services, issue_id: int) -> None:
    """The form of a newsletter with its dates, and preflight with something to mend."""
    page = at_desk
    for path in ("/desk/newsletters", "/desk/newsletters/new", "/desk/newsletters/1"):
        page.goto(path)
        check(page)
    page.get_by_role("link", name="Move").first.press("Enter")
    expect(page.get_by_role("heading", name="Move one issue")).to_be_visible()
    check(page)

    with services.database.unit() as uow:
        set_subject(uow, issue_id, "TODO", "", now=services.clock())
    page.goto(f"/desk/issues/{issue_id}/preflight")
    page.get_by_text("Send it in spite of this").press("Enter")
    page.get_by_label("Why?").fill("It is the name of a film.")
    check(page)
    page.get_by_role("button", name="Ask a second person").press("Enter")
    expect(page.get_by_text("A second person has to agree.")).to_be_visible()
    check(page)


def test_the_preview_shows_the_mail_in_a_frame_that_may_do_nothing(at_desk: Page, issue_id: int) -> None:
    """The words are there; scripts and links out of the frame are not possible."""
    at_desk.goto(f"/desk/issues/{issue_id}")
    at_desk.locator("#preview").scroll_into_view_if_needed()
    frame = at_desk.frame_locator("#preview").locator("iframe")

    assert frame.get_attribute("sandbox") == ""
    expect(frame.content_frame.get_by_text("There is no hurry.")).to_be_visible()


WAYS = (
    "", "?way=wide", "?way=dark", "?way=bare", "?way=text", "?way=order", "?discreet=yes&large=yes", "?plain=yes",
    "?lang=ar&way=order", "?lang=ar&way=text",
)  # fmt: skip


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_the_preview_and_the_schedule_are_for_everyone(
    at_desk: Page, services: Services, issue_id: int, eve: Editor, width: int
) -> None:
    """As any reader sees it, in every way to look at it, and the page that asks when."""
    with services.database.unit() as uow:
        newsletter_named(uow.session, "monthly").more_languages = ["ar"]
        approve(uow, issue_id, eve, now=services.clock())
    at_desk.set_viewport_size({"width": width, "height": 800})

    for way in WAYS:
        at_desk.goto(f"/desk/issues/{issue_id}/preview{way}")
        check(at_desk)
    for page in ("schedule", "schedule?date=2026-02-31&time=9", "schedule/confirm?date=x&time=y", "history", "report"):
        at_desk.goto(f"/desk/issues/{issue_id}/{page}")
        check(at_desk)


def test_the_preview_speaks_the_language_that_a_reader_asked_for(
    at_desk: Page, services: Services, issue_id: int
) -> None:
    """Chosen from the languages of the newsletter, by the name each gives itself."""
    with services.database.unit() as uow:
        newsletter_named(uow.session, "monthly").more_languages = ["ar"]
    at_desk.goto(f"/desk/issues/{issue_id}/preview?way=order")
    at_desk.get_by_text("As this reader sees it").press("Enter")
    at_desk.get_by_label("Language").select_option("العربية")
    at_desk.get_by_role("button", name="Show it like this").press("Enter")

    expect(at_desk.get_by_text("إلغاء الاشتراك").first).to_be_visible()
    expect(at_desk.get_by_text("words around it in العربية")).to_be_visible()


def test_the_archive_is_for_everyone(at_desk: Page, issue_id: int) -> None:
    """List and issue."""
    for path in ARCHIVE:
        at_desk.goto(path)
        check(at_desk)


def test_who_has_it_is_for_everyone(at_desk: Page, services: Services, issue_id: int, eve: Editor) -> None:
    """A hand-over whose reply was lost is sent again after a warning."""
    now = services.clock()
    with services.database.unit() as uow:
        approve(uow, issue_id, eve, now=now)
        schedule(uow, issue_id, now, eve, head=services.head, now=now)
        start(uow, issue_id, services.head, batch_size=1000, slots=1, now=now)
        holds = claim(uow.session, issue_id, "worker", now=now)
        intend(uow.session, holds, "worker", now=now)
        record_unknown(uow.session, holds[0].id, "worker", "the connection was lost")

    at_desk.goto(f"/desk/issues/{issue_id}")
    expect(at_desk.get_by_role("heading", name="Who got which copy")).to_be_visible()
    check(at_desk)
    at_desk.get_by_role("link", name="Person by person").press("Enter")
    expect(at_desk.get_by_role("heading", name="Nobody knows")).to_be_visible()
    check(at_desk)
    at_desk.get_by_role("link", name="Send it to them again").press("Enter")
    expect(at_desk.get_by_text("may get it twice")).to_be_visible()
    check(at_desk)
    at_desk.get_by_role("button", name="Yes, send it again").press("Enter")
    expect(at_desk.get_by_text("They get it again.")).to_be_visible()
