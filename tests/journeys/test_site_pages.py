"""Every page of the public site in a real browser: for everyone, on a small phone, in light and in dark."""

from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from service.bootstrap import Services
from service.cli.demo import seed_demo

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

PAGES = (
    "/", "/about", "/understanding-all", "/understanding-all/diagnosis", "/interviews", "/network?language=en",
    "/stories", "/stories/the-bench-outside-ward-six", "/stories/what-i-packed", "/stories/share", "/resources",
    "/search?q=bone", "/subscribe", "/newsletter", "/newsletter/monthly-2026-05-05", "/nothing/here",
)  # fmt: skip


@pytest.fixture
def site(app: Flask, services: Services) -> Iterator[str]:
    """The address of the site with the demo content in it."""
    seed_demo(services)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["light", "dark"])
def small_phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The narrowest page that WCAG 1.4.10 asks for."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=request.param)
    yield context.new_page()
    context.close()


def test_pages_are_for_everyone(site: str, small_phone: Page) -> None:
    """Axe finds nothing, nothing is wider than the screen, nothing comes from elsewhere, and no cookie is set."""
    asked: list[str] = []
    small_phone.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        small_phone.goto(site + path)

        faults = [(fault["id"], fault["nodes"][0]["html"]) for fault in Axe().run(small_phone).response["violations"]]
        assert faults == [], path
        assert small_phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert [url for url in asked if not url.startswith(site)] == []
    assert small_phone.context.cookies() == []
