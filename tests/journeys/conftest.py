"""Houses, browsers and receivers for the journeys."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from service.bootstrap import Services
from service.editors.actions import make_sign_in_link
from service.editors.model import Editor
from tests.journeys.house import House, a_house
from tests.servers import valkey

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 30_000


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, and whatever is wider than the screen."""
    page.wait_for_load_state()  # a page without its style sheet has other colours
    page.emulate_media(reduced_motion="reduce")  # and axe must not look while one is on its way to another
    found = [(fault["id"], fault["nodes"][0]["html"]) for fault in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *([("too wide", page.url)] if wide else [])]


def check(page: Page) -> None:
    """Nothing for axe to say, and nothing wider than the screen."""
    assert faults(page) == [], page.url


def faults_in_both_lights(page: Page) -> list[tuple[str, str]]:
    """The same for a page in light colours, and then for its contrasts in dark ones: nothing else differs."""
    found = faults(page)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})")
    page.emulate_media(color_scheme="light")
    return [*found, *((f"{fault['id']} in the dark", fault["nodes"][0]["html"]) for fault in dark["violations"])]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Build houses over this test's database, with a Valkey of their own; settings by their environment names."""
    with ExitStack() as stack:
        socket = stack.enter_context(valkey())
        yield lambda **settings: stack.enter_context(a_house(database_url, socket, tmp_path, **settings))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page at phone width, without JavaScript, because everything must work without."""
    context = browser.new_context(viewport={"width": 375, "height": 740}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Page]:
    """A page at desktop width."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the app of this test, served on a real socket by a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def enter(services: Services, eve: Editor) -> Callable[[Page], None]:
    """Signs Eve in at the desk, on a page that knows the site's address as its base."""

    def sign_in(page: Page) -> None:
        with services.database.unit() as uow:
            token = make_sign_in_link(uow, eve, tokens=services.tokens, now=services.clock())
        page.goto(f"/desk/enter/{token}")
        page.get_by_role("button", name="Sign in").click()

    return sign_in


@pytest.fixture(params=["light", "dark"])
def small_phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The narrowest page that WCAG 1.4.10 asks for."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=request.param)
    yield context.new_page()
    context.close()
