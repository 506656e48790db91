"""A story on its whole way: told on a phone, published at the desk, composed into an issue, mailed, archived."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.journeys.content import a_newsletter, confirmed_readers
from tests.journeys.hands import (
    SUBJECT,
    an_article,
    compose_and_send,
    go_on,
    link_in,
    say_where,
    sign_in,
    start_telling,
)
from tests.journeys.house import House, wait_for
from tests.standins.sendgrid import SendGridStandin
from tests.standins.smtp import SmtpStandin

pytestmark = [pytest.mark.journey, pytest.mark.browser]
READERS = 25
TELLER = "tomasz@example.test"
TITLE = "The bench by the window"


@dataclass(frozen=True)
class Mail:
    """What arrived at a receiver."""

    to: str
    subject: str
    text: str


@contextmanager
def receiver(transport: str) -> Iterator[tuple[dict[str, str], Callable[[], list[Mail]]]]:
    """A real receiving server, the settings that lead to it, and a way to read what arrived."""
    if transport == "smtp":
        with SmtpStandin() as server:
            yield (
                {"MAIL_TRANSPORT": "smtp", "SMTP_URL": server.url},
                lambda: [
                    Mail(one.recipients[0], str(one.message["Subject"]), one.part("plain")) for one in server.messages()
                ],
            )
        return
    with SendGridStandin(api_key="SG.test") as standin:
        yield (
            {"MAIL_TRANSPORT": "sendgrid", "SENDGRID_API_KEY": "SG.test", "SENDGRID_API_URL": standin.url},
            lambda: [Mail(one.to, one.subject, one.text) for one in standin.messages()],
        )


@pytest.mark.parametrize("transport", ["smtp", "sendgrid"])
def test_a_story_goes_from_its_teller_to_every_reader(
    house: Callable[..., House], phone: Page, desktop: Page, transport: str
) -> None:
    """Each confirmed reader has exactly one mail, with the story and the article in it; the archive shows it."""
    with receiver(transport) as (settings, arrived):
        place = house(**settings)
        newsletter = a_newsletter(place.services)
        readers = confirmed_readers(place.services, newsletter, READERS)
        an_article(place.services)
        place.start("web", "worker", "timer")

        tell(place, phone)
        prove = wait_for(
            lambda: link_in(texts(arrived()), TELLER, f"{place.url}/stories/share/prove/"), what="the proof mail"
        )
        phone.goto(prove)
        phone.locator("main").get_by_role("button").click()

        sign_in(place.services, desktop)
        publish(place, desktop)
        issue = compose_and_send(desktop, place.url)
        wait_for(lambda: len([m for m in arrived() if m.subject == SUBJECT]) == READERS, what="everyone's mail")

        mails = [mail for mail in arrived() if mail.subject == SUBJECT]
        assert Counter(mail.to for mail in mails) == Counter(readers)
        assert all(TITLE in mail.text and "What is ALL?" in mail.text for mail in mails)
        desktop.goto(issue)
        wait_for(lambda: (desktop.reload(), desktop.get_by_text("See it in the archive").count())[1], what="sent")
        desktop.get_by_text("See it in the archive").click()
        desktop.locator("main").get_by_role("link", name=re.compile("story", re.I)).first.click()
        assert desktop.locator("h1").inner_text() == TITLE


def texts(mails: list[Mail]) -> list[tuple[str, str]]:
    """Receiver and text of each."""
    return [(mail.to, mail.text) for mail in mails]


def tell(house: House, phone: Page) -> None:
    """Tell a story in the guided form, without JavaScript; the newsletter and its archive may show it."""
    start_telling(phone, house.url)
    for answer in ("role][value=patient", "told_by][value=self", "way][value=write"):
        phone.locator(f"[name={answer}]").check()
        go_on(phone)
    phone.locator("[name=text]").fill("I was twenty-nine and sure it was flu.\n\nThe bench by the window was mine.")
    go_on(phone)
    phone.locator("[name=title]").fill(TITLE)
    go_on(phone)
    phone.locator("[name=others][value=no]").check()
    go_on(phone)
    phone.get_by_role("button", name="Go on without a photo").click()
    phone.locator("[name=naming][value=first]").check()
    phone.locator("[name=shown_name]").fill("Tomasz")
    go_on(phone)
    say_where(phone, {"place_web", "place_newsletter", "place_archive"})
    go_on(phone)
    go_on(phone)
    phone.locator("[name=email]").fill(TELLER)
    phone.locator("[name=read_and_contact]").check()
    go_on(phone)
    phone.get_by_role("button", name="Send my story").click()


def publish(house: House, desktop: Page) -> None:
    """The story is read at the desk and published as it was told."""
    desktop.goto(f"{house.url}/desk/stories")
    desktop.get_by_role("link", name=TITLE).click()
    desktop.get_by_role("link", name="Read the whole story").click()
    desktop.get_by_role("button", name="Publish these words").click()
    desktop.goto(f"{house.url}/stories")
    assert desktop.get_by_role("link", name=TITLE).count()
