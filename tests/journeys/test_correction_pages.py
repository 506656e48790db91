"""Corrections and recipes in a real browser: for everyone, on a phone and at a desk, in light and in dark."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from service.bootstrap import Services
from service.cli.demo import seed_demo
from service.editors.model import Editor
from service.issues.actions import begin_sending
from service.issues.corrections import mark_wrong
from service.issues.model import Issue, IssueState, ItemKind
from tests.journeys.conftest import check

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def sent(services: Services) -> Issue:
    """The issue of the demo content that readers have."""
    seed_demo(services)
    with services.database.read() as session:
        found = session.scalars(select(Issue).where(Issue.started_at.is_not(None))).first()
        assert found is not None
        assert found.items
        return found


@pytest.fixture(params=[(375, "dark"), (1280, "light")], ids=["phone", "desktop"])
def page(browser: Browser, request: pytest.FixtureRequest, site: str, enter: Callable[[Page], None]) -> Iterator[Page]:
    """Eve's, signed in."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=site)
    page = context.new_page()
    enter(page)
    yield page
    context.close()


def test_a_correction_is_written_and_read(page: Page, services: Services, sent: Issue) -> None:
    """From the item of a sent issue to the page for everybody; an empty half is said, and what was typed stays."""
    page.goto(f"/desk/issues/{sent.id}")
    check(page)
    page.get_by_role("link", name="This was wrong").nth(2).press("Enter")
    check(page)
    page.get_by_label("What was wrong?").fill("We wrote that the line is open at night.")
    page.get_by_role("button", name="Write the correction").press("Enter")
    expect(page.get_by_role("link", name="Write what is right.")).to_be_visible()
    check(page)
    page.get_by_label("What is right?").fill("It is open from **9 to 5**.")
    page.get_by_role("button", name="Write the correction").press("Enter")
    expect(page.get_by_text("This is a correction")).to_be_visible()
    check(page)

    with services.database.unit() as uow:
        row = uow.session.scalars(select(Issue.id).where(Issue.corrects_id == sent.id)).one()
        uow.session.get_one(Issue, row).state = IssueState.SCHEDULED
        begin_sending(uow, row, services.clock())
    for path in ("/corrections", f"/newsletter/{sent.slug}"):
        page.goto(path)
        expect(page.get_by_text("It is open from")).to_be_visible()
        check(page)


def test_a_story_of_a_correction_that_is_gone(page: Page, services: Services, sent: Issue, eve: Editor) -> None:
    """The page for everybody says so kindly."""
    with services.database.unit() as uow:
        item = next(each for each in sent.items if each.kind is ItemKind.STORY)
        row = mark_wrong(uow, sent.id, item.id, "The year.", "It was 2024.", eve, now=services.clock()).id
        uow.session.get_one(Issue, row).state = IssueState.SCHEDULED
        begin_sending(uow, row, services.clock())

    page.goto("/corrections")
    check(page)


def test_a_recipe_is_made_without_a_word_of_json(page: Page, sent: Issue) -> None:
    """A part is added, moved and filled, a day is added; what is wrong is said; then it shows what would come."""
    page.goto("/desk/newsletters/1/recipe")
    check(page)
    page.get_by_label("Add a part").select_option("words")
    page.get_by_role("button", name="Add it at the end").press("Enter")
    last = page.locator("#slots > li").last
    last.get_by_label("Name of this part").fill("Thanks")
    last.get_by_role("button", name="Up").press("Enter")
    page.get_by_role("button", name="Add a day").press("Enter")
    check(page)
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    check(page)
    page.get_by_role("textbox", name="The words", exact=True).fill("Thank you for reading.")
    page.locator("#days > li").last.get_by_label("Name", exact=True).fill("Rest Day")
    page.get_by_role("button", name="Show what would come next").last.press("Enter")
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Saved. Drafts that exist")).to_be_visible()
