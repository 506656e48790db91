"""What people do in the journeys: tell a story question by question, open links from mails, make and send an issue."""

import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from service.bootstrap import Services
from service.editors.actions import add_editor, make_sign_in_link
from service.editors.model import Role
from service.library.model import Article, Section
from tests.cast import EVE

SUBJECT = "Small things that help"


def go_on(page: Page) -> None:
    """To the next question."""
    page.get_by_role("button", name=re.compile("Save and go on|Go on without")).click()


def choose(page: Page, name: str, value: str) -> None:
    """One answer, and on."""
    page.locator(f"[name={name}][value={value}]").check()
    go_on(page)


def fill(page: Page, **typed: str) -> None:
    """Some fields, and on."""
    for name, words in typed.items():
        page.locator(f"[name={name}]").fill(words)
    go_on(page)


def start_telling(page: Page, site: str) -> None:
    """Press Start, as fast as a hand can: a form that comes back sooner was sent by a program."""
    page.goto(f"{site}/stories/share")
    page.wait_for_timeout(1_100)
    page.get_by_role("button", name="Start").click()


def add_photo(page: Page, photo: Path, *, alt: str, other: str) -> None:
    """One photo, with somebody on it who has said yes."""
    page.locator("[name=photo]").set_input_files(photo)
    page.get_by_role("button", name="Add this photo").click()
    page.locator("[name=alt]").fill(alt)
    page.locator("[name=who][value=others]").check()
    fill(page, others=other)
    page.locator("[value=yes]").check()
    go_on(page)


def say_where(page: Page, yes: Iterable[str]) -> None:
    """Yes to the places of these fields, no to every other."""
    for field in page.locator("fieldset:has([name^=place_])").all():
        name = field.locator("input").first.get_attribute("name") or ""
        field.locator(f"input[value={'yes' if name in yes else 'no'}]").check()


def link_in(mails: Iterable[tuple[str, str]], to: str, start: str) -> str:
    """The newest link that begins so in the (receiver, text) pairs of the mails to somebody; "" when there is none."""
    link = re.compile(re.escape(start) + r"[\w-]{20,}")  # a token, not the next part of another address
    found = [match[0] for receiver, text in mails if receiver == to and (match := link.search(text))]
    return found[-1] if found else ""


def an_article(services: Services) -> None:
    """One checked article."""
    now = services.clock()
    with services.database.unit() as uow:
        section = Section(slug="understanding-all", title="Understanding ALL")
        article = Article(
            section=section, slug="what-is-all", title="What is ALL?", summary="A cancer of the blood.",
            body="It is fast.", reviewed_by="Dr Okafor", next_review=now.date() + timedelta(days=300),
            published_at=now, updated_at=now,
        )  # fmt: skip
        uow.session.add_all([section, article])


def sign_in(services: Services, page: Page, *, role: Role = Role.ADMIN) -> None:
    """Eve comes in by a one-time link."""
    with services.database.unit() as uow:
        eve = add_editor(uow, EVE, name="Eve", role=role, now=services.clock())
        token = make_sign_in_link(uow, eve, tokens=services.tokens, life=timedelta(hours=1), now=services.clock())
    page.goto(services.links.desk(f"/enter/{token}"))
    page.get_by_role("button", name="Sign in").click()


def compose_and_send(page: Page, site: str) -> str:
    """Compose the next issue, give it SUBJECT, approve it and send it now; gives the issue's address."""
    page.goto(f"{site}/desk/issues")
    page.get_by_role("button", name=re.compile("Make the next draft now")).first.click()
    issue = page.url
    page.locator("summary", has_text="Edit the subject").click()
    page.locator("[name=subject]").fill(SUBJECT)
    page.get_by_role("button", name="Save the subject").click()
    page.get_by_role("heading", level=1, name=SUBJECT).wait_for()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("link", name="Schedule").click()
    page.get_by_role("button", name="Send it at once instead").click()
    page.get_by_role("button", name="Yes, send it now").click()
    return issue
