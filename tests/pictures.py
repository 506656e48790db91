"""`make pictures`: the product as people see it, on demo content, in a real browser. Two of them are in the README."""

import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from service.bootstrap import Services
from service.cli.demo import seed_demo
from service.editors.actions import add_editor, make_sign_in_link
from service.editors.model import Role
from service.issues.approvals import approve
from service.issues.compose import compose_next
from service.issues.frames.english import ENGLISH
from service.issues.frames.frame import Frame
from service.issues.frames.table import FRAMES
from service.issues.queries import newsletters
from service.mail.mime import fill
from service.mail.rendering import Templates
from tests.journeys.conftest import CHROMIUM_FLAGS
from tests.journeys.house import House, a_house
from tests.mail.sample import ARABIC, SLOTS
from tests.mail.sample import issue as sample_issue
from tests.servers import valkey

FOLDER = Path(__file__).parents[1] / "pictures"
PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1280, "height": 860}
PAGES = {
    "home": "/",
    "article": "/understanding-all/what-is-all",
    "stories": "/stories",
    "story": "/stories/the-bench-outside-ward-six",
    "share": "/stories/share",
    "network": "/network",
    "archive": "/newsletter",
}


def main(folder: Path) -> None:
    """Take every picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, valkey() as socket, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        with a_house(f"sqlite:///{place}/demo.sqlite3", socket, Path(place)) as house:
            _walk(browser, house, folder)
        _mails(browser, folder)
        browser.close()


def _walk(browser: Browser, house: House, folder: Path) -> None:
    seed_demo(house.services)
    issue = _draft(house.services)
    house.start("web")
    for name, path in PAGES.items():
        for kind, size in (("phone", PHONE), ("desktop", DESKTOP)):
            _take(browser, f"{house.url}{path}", folder / f"{name}-{kind}.png", size)
    _take(browser, f"{house.url}/", folder / "home-dark.png", PHONE, dark=True)
    _desk(browser, house.services, issue, folder)


def _draft(services: Services) -> int:
    with services.database.unit() as uow:
        return compose_next(uow, newsletters(uow.session)[0], services.clock()).id


def _take(browser: Browser, address: str, to: Path, size: dict[str, int], *, dark: bool = False) -> None:
    page = _page(browser, size, dark=dark)
    page.goto(address)
    page.screenshot(path=to, full_page=False)
    page.context.close()


def _mails(browser: Browser, folder: Path) -> None:
    """The mail itself: every frame and every look, on both widths, in light and dark."""
    letters: dict[str, tuple[str, Frame, dict[str, Any]]] = {
        "en": ("en-GB", ENGLISH, {}),
        "ar": ("ar", FRAMES["ar"], {"items": ARABIC}),
        "en-in-ar": ("en-GB", FRAMES["ar"], {}),
        "pl-in-en": ("pl", ENGLISH, {}),
        "de": ("de", FRAMES["de"], {}),
        "large": ("en-GB", ENGLISH, {"large": True}),
    }
    for name, (lang, frame, words) in letters.items():
        slots = SLOTS | dict.fromkeys(("%%greeting%%", "%%greeting_html%%"), frame.greet("نور"))
        html = fill(Templates().render("issue", lang=lang, **sample_issue(frame, within=lang, **words)).html, slots)
        for width in (600, 375):
            for dark in (False, True):
                page = _page(browser, {"width": width, "height": 800}, dark=dark)
                page.set_content(html)
                page.screenshot(path=folder / f"mail-{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True)
                page.context.close()


def _desk(browser: Browser, services: Services, issue: int, folder: Path) -> None:
    with services.database.unit() as uow:
        eve = add_editor(uow, "eve@example.org", name="Eve", role=Role.ADMIN, now=services.clock())
        token = make_sign_in_link(uow, eve, tokens=services.tokens, life=timedelta(hours=1), now=services.clock())
    page = _page(browser, DESKTOP)
    page.goto(services.links.desk(f"/enter/{token}"))
    page.get_by_role("button", name="Sign in").click()
    for name, path in {
        "home": "",
        "issue": f"/issues/{issue}",
        "preflight": f"/issues/{issue}/preflight",
        "preview": f"/issues/{issue}/preview",
        "preview-dark": f"/issues/{issue}/preview?way=dark",
        "preview-text": f"/issues/{issue}/preview?way=text",
        "preview-aloud": f"/issues/{issue}/preview?way=order&discreet=yes",
        "history": f"/issues/{issue}/history",
        "report": "/issues/1/report",
        "sent": "/issues/1",
        "issues": "/issues",
        "calendar": "/calendar",
        "calendar-list": "/calendar?view=list",
        "newsletters": "/newsletters",
        "newsletter": "/newsletters/1",
        "recipe": "/newsletters/1/recipe",
        "outlook": "/newsletters/1/outlook",
        "stories": "/stories",
        "subscribers": "/subscribers",
    }.items():
        _at_desk(page, services.links.desk(path), folder, name)
    with services.database.unit() as uow:
        approve(uow, issue, eve, now=services.clock())
    _at_desk(page, services.links.desk(f"/issues/{issue}/schedule"), folder, "schedule")
    page.context.close()


def _at_desk(page: Page, address: str, folder: Path, name: str) -> None:
    page.goto(address)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.screenshot(path=folder / f"{name}-desk.png")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.screenshot(path=folder / f"{name}-desk-phone.png", full_page=True)


def _page(browser: Browser, size: dict[str, int], *, dark: bool = False) -> Page:
    context = browser.new_context(viewport=size, color_scheme="dark" if dark else "light")  # type: ignore[arg-type]
    return context.new_page()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
