"""The report of an issue, the page about our mail and the thank-you button in a real browser: for everyone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from service.bootstrap import Services
from service.cli.demo import seed_demo
from service.delivery.figures import FIGURES, IssueFigures
from service.delivery.model import Variant
from service.issues.counts import Counted, Seen, add_up
from service.issues.model import Issue, IssueState
from tests.conftest import Clock
from tests.journeys.conftest import faults

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

STORY = "/stories/the-bench-outside-ward-six"
HTML = """<a href="http://localhost/stories/what-i-packed?issue=1">x</a><a href="%%unsubscribe_url%%">x</a>
<a href="https://a-rather-long-name-of-a-website-of-others.example.test/">x</a><a href="tel:116123">x</a>"""


@pytest.fixture
def issue_id(services: Services) -> int:
    """The issue of the demo content, with figures and what came back."""
    seed_demo(services)
    now = services.clock()
    with services.database.unit() as uow:
        issue = uow.session.scalars(select(Issue).where(Issue.started_at.is_not(None))).one()
        issue.state, issue.accessibility = IssueState.REPORTED, []
        figures = dict.fromkeys(FIGURES, 3) | {"recipients": 1208, "handed_over": 1202, "delivered": 1187, "bounced": 9}
        uow.session.add(IssueFigures(issue_id=issue.id, settled_at=now, **figures))
        seen = {STORY: 214, "/understanding-all/diagnosis": 96, "/stories/not-there-any-more": 12, "/stories/share": 3}
        add_up(
            uow,
            [
                Seen(issue_id=issue.id, what=Counted.LANDING, day=now.date(), page=page, times=n)
                for page, n in seen.items()
            ],
        )
        add_up(uow, [Seen(issue_id=issue.id, what=Counted.UNSUBSCRIBED, day=now.date(), times=3)])
        uow.session.add(Variant(issue_id=issue.id, key="x", lang="en", subject="x", text="", html=HTML, created_at=now))
    return issue.id


@pytest.fixture(params=[("dark", 320), ("light", 1280)], ids=["phone", "desktop"])
def page(browser: Browser, request: pytest.FixtureRequest, site: str) -> Iterator[Page]:
    """A phone and a desktop, by day and by night."""
    scheme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=site)
    yield context.new_page()
    context.close()


def test_the_report_is_for_everyone(page: Page, enter: Callable[[Page], None], issue_id: int) -> None:
    """Found from the list of issues; nothing for axe to say, and nothing wider than the screen."""
    enter(page)
    page.goto("/desk/issues")
    page.get_by_role("link", name="Report on").first.press("Enter")

    expect(page.get_by_role("heading", name="Report", level=1)).to_be_visible()
    expect(page.get_by_text("A story that is not there any more")).to_be_visible()
    assert faults(page) == []


def test_what_is_in_our_mail_is_for_everyone(page: Page, issue_id: int) -> None:
    """Found from the newsletter's page."""
    page.goto("/newsletter")
    page.get_by_role("link", name="What is in our mail").press("Enter")

    expect(page.get_by_text("Yours alone", exact=True)).to_be_visible()
    assert faults(page) == []


def test_thank_you_is_one_press(page: Page, clock: Clock, issue_id: int) -> None:
    """With the keyboard, and without a cookie."""
    page.goto(f"{STORY}?issue={issue_id}")
    assert faults(page) == []
    clock.move(seconds=5)
    page.get_by_role("button", name="Thank you for telling it").press("Enter")

    expect(page.get_by_text("sees how many readers said so")).to_be_visible()
    assert faults(page) == []
    assert page.context.cookies() == []
