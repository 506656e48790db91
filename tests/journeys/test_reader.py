"""A visitor with a phone: signs up, confirms from the mail, unsubscribes with one click, and is left in peace."""

import re
from collections.abc import Callable
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from service.issues.model import Issue
from service.mail.outbox import letter, letters
from service.subscribers.model import Subscription, SubscriptionStatus
from tests.cast import ADA
from tests.journeys.content import a_newsletter, a_scheduled_issue
from tests.journeys.house import House, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.browser]


def status(house: House) -> SubscriptionStatus:
    """Where Ada's subscription stands."""
    with house.services.database.read() as session:
        return session.scalars(select(Subscription.status)).one()


def newest_mail(house: House, count: int) -> str:
    """Wait for so many mails in the outbox; gives the name of the newest."""
    return wait_for(
        lambda: (
            [one.name for one in letters(house.settings.outbox)] if len(letters(house.settings.outbox)) == count else []
        ),
        what=f"{count} mails",
    )[0]


def header(house: House, name: str, wanted: str) -> str:
    """A header of a mail in the outbox."""
    return next(value for key, value in letter(house.settings.outbox, name).headers if key == wanted)


def one_click(address: str) -> tuple[int, str]:
    """The POST of RFC 8058, as a mail program sends it: no cookie, no page before it."""
    with urlopen(Request(address, data=b"List-Unsubscribe=One-Click", method="POST"), timeout=60) as answer:
        assert answer.url == address, "a redirect"
        assert "Set-Cookie" not in answer.headers
        return answer.status, answer.read().decode()


def test_from_sign_up_to_one_click_unsubscribe(house: Callable[..., House], phone: Page) -> None:
    """The whole way of a reader, without JavaScript, at phone width."""
    place = house()
    newsletter = a_newsletter(place.services)
    place.start("web", "worker", "timer")

    phone.goto(place.url)
    phone.wait_for_timeout(1_100)  # a hand is slower than a machine
    phone.get_by_label("Your e-mail address").first.fill(ADA)
    phone.get_by_role("button", name="Sign me up").first.click()
    assert status(place) is SubscriptionStatus.PENDING

    newest_mail(place, 1)
    phone.goto(f"{place.url}/outbox")
    phone.locator("main a").first.click()
    phone.get_by_role("link", name="Text").click()
    link = re.search(rf"{re.escape(place.url)}/confirm/[\w-]+", phone.content())
    assert link is not None
    phone.goto(link[0])
    assert status(place) is SubscriptionStatus.PENDING, "following the link changes nothing"
    phone.locator("main").get_by_role("button").first.click()
    assert status(place) is SubscriptionStatus.CONFIRMED

    newest_mail(place, 2)
    a_scheduled_issue(place.services, newsletter)
    address = header(place, newest_mail(place, 3), "List-Unsubscribe").split(">")[0].strip("<")
    assert one_click(address) == one_click(address)
    assert status(place) is SubscriptionStatus.UNSUBSCRIBED

    second = a_scheduled_issue(place.services, newsletter, period="2026-07-07")
    wait_for(lambda: issue_state(place, second) == "sent", what="the next issue is done")
    assert len(letters(place.settings.outbox)) == 3


def issue_state(house: House, issue_id: int) -> str:
    """The state of an issue."""
    with house.services.database.read() as session:
        return str(session.get_one(Issue, issue_id).state)
