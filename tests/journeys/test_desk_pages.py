"""Every page of the desk in a real browser: for everyone, on a small phone, in light and in dark."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from service.bootstrap import Services
from service.cli.demo import seed_demo
from service.editors.actions import add_editor, set_password
from service.editors.mails import sign_in_link
from service.editors.model import Editor, Role
from service.mail.outbox import OutboxMailer
from tests.journeys.conftest import faults

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
def demo(services: Services, admin: Editor) -> None:
    """The demo content."""
    seed_demo(services)


def test_pages_of_the_desk_are_for_everyone(demo: None, site: str, small_phone: Page) -> None:
    """Before and after signing in with the keyboard alone."""
    for path in OPEN_PAGES:
        small_phone.goto(site + path)
        assert faults(small_phone) == [], path

    small_phone.goto(site + "/desk/sign-in")
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
    small_phone.wait_for_url(site + "/desk")
    for path in PAGES:
        small_phone.goto(site + path)
        assert faults(small_phone) == [], path


def test_a_link_in_a_mail_of_the_outbox_leads_out_of_its_frame(
    demo: None, site: str, services: Services, admin: Editor, small_phone: Page
) -> None:
    """Whoever tries the service out goes from the mail to the page, as from a real mailbox."""
    with services.database.unit() as uow:
        mailing = sign_in_link(uow, services.head, admin.id, services.clock())
    assert mailing is not None
    here = mailing.html.replace(services.settings.site_url, site)
    OutboxMailer(services.settings.outbox, clock=services.clock).hand_over(replace(mailing, html=here))

    small_phone.goto(site + "/outbox")
    small_phone.get_by_role("link", name="Your sign-in link").click()
    assert faults(small_phone) == []
    with small_phone.expect_popup() as opened:
        small_phone.frame_locator(".frame-phone iframe").get_by_role("link", name="Sign in to the desk").click()
    opened.value.get_by_role("button", name="Sign in").click()

    opened.value.wait_for_url(site + "/desk")
