"""Every page of the desk in a real browser: for everyone, on a small phone, in light and in dark."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from service.bootstrap import Services
from service.cli.demo import seed_demo
from service.editors.actions import add_editor, set_password
from service.editors.mails import sign_in_link
from service.editors.model import Editor, Role
from service.mail.outbox import OutboxMailer

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

ADMIN = "admin@example.test"
PASSWORD = "grey kettle on tuesday"
OPEN_PAGES = ("/desk/sign-in", "/desk/sign-in/link", "/desk/sign-in/link/sent", "/desk/enter/spent", "/outbox")
PAGES = (
    "/desk", "/desk/stories", "/desk/articles", "/desk/articles/1", "/desk/articles/new", "/desk/issues",
    "/desk/issues/1/delivery", "/desk/subscribers", "/desk/subscribers/1", "/desk/trail", "/desk/account",
    "/desk/account/password", "/desk/nothing/here",
)  # fmt: skip


@pytest.fixture
def admin(services: Services) -> Editor:
    """An account that may open every page."""
    with services.database.unit() as uow:
        person = add_editor(uow, ADMIN, name="Ama", role=Role.ADMIN, now=services.clock())
        set_password(uow, person, PASSWORD, now=services.clock())
    return person


@pytest.fixture
def house(app: Flask, services: Services, admin: Editor) -> Iterator[str]:
    """The address of the house with the demo content and an admin in it."""
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


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, and whatever is wider than the screen."""
    found = [(fault["id"], fault["nodes"][0]["html"]) for fault in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *([("too wide", page.url)] if wide else [])]


def test_pages_of_the_desk_are_for_everyone(house: str, small_phone: Page) -> None:
    """Before and after signing in with the keyboard alone."""
    for path in OPEN_PAGES:
        small_phone.goto(house + path)
        assert faults(small_phone) == [], path

    small_phone.goto(house + "/desk/sign-in")
    small_phone.locator("#email").focus()
    small_phone.keyboard.type(ADMIN)
    small_phone.keyboard.press("Tab")
    small_phone.keyboard.type("not the password")
    small_phone.keyboard.press("Enter")
    expect(small_phone.locator("#error-summary")).to_be_focused()
    assert faults(small_phone) == []

    small_phone.locator("#password").focus()
    small_phone.keyboard.type(PASSWORD)
    small_phone.keyboard.press("Enter")
    small_phone.wait_for_url(house + "/desk")
    for path in PAGES:
        small_phone.goto(house + path)
        assert faults(small_phone) == [], path


def test_a_link_in_a_mail_of_the_outbox_leads_out_of_its_frame(
    house: str, services: Services, admin: Editor, small_phone: Page
) -> None:
    """Whoever tries the service out goes from the mail to the page, as from a real mailbox."""
    with services.database.unit() as uow:
        mailing = sign_in_link(uow, services.head, admin.id, services.clock())
    assert mailing is not None
    here = mailing.html.replace(services.settings.site_url, house)
    OutboxMailer(services.settings.outbox, clock=services.clock).hand_over(replace(mailing, html=here))

    small_phone.goto(house + "/outbox")
    small_phone.get_by_role("link", name="Your sign-in link").click()
    assert faults(small_phone) == []
    with small_phone.expect_popup() as opened:
        small_phone.frame_locator(".frame-phone iframe").get_by_role("link", name="Sign in to the desk").click()
    opened.value.get_by_role("button", name="Sign in").click()

    opened.value.wait_for_url(house + "/desk")
