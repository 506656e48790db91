"""Every page of the public site in a real browser: for everyone, on a small phone, in light and in dark."""

import pytest
from playwright.sync_api import Page

from service.bootstrap import Services
from service.cli.demo import seed_demo
from tests.journeys.conftest import faults

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

PAGES = (
    "/", "/about", "/understanding-all", "/understanding-all/diagnosis", "/interviews", "/network?language=en",
    "/stories", "/stories/the-bench-outside-ward-six", "/stories/what-i-packed", "/stories/share", "/resources",
    "/search?q=bone", "/subscribe", "/newsletter", "/newsletter/monthly-2026-05-05", "/nothing/here",
)  # fmt: skip


@pytest.fixture
def demo(services: Services) -> None:
    """The demo content."""
    seed_demo(services)


def test_pages_are_for_everyone(demo: None, site: str, small_phone: Page) -> None:
    """Axe finds nothing, nothing is wider than the screen, nothing comes from elsewhere, and no cookie is set."""
    asked: list[str] = []
    small_phone.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        small_phone.goto(site + path)

        assert faults(small_phone) == [], path
    assert [url for url in asked if not url.startswith(site)] == []
    assert small_phone.context.cookies() == []
