"""Somebody who may be in danger: help at once, everything kept, the lead told, nothing rejected."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.editors.model import Editor, Role
from service.stories.helplines import HELPLINES
from service.stories.model import HoldKind, Story, StoryHold
from tests.cast import NOW
from tests.conftest import Clock, Postbox
from tests.web.teller import link_in, only_draft, post

DARK = "Some nights I want to die. Then the nurse comes."
LEAD = "lead@example.org"


@pytest.fixture
def lead(services: Services) -> Editor:
    """The safeguarding lead."""
    with services.database.unit() as uow:
        lead = Editor(email=LEAD, name="Lena", role=Role.SAFEGUARDING, created_at=NOW)
        uow.session.add(lead)
    return lead


def cases(services: Services) -> list[StoryHold]:
    """All cases."""
    with services.database.read() as session:
        found = list(session.scalars(select(StoryHold)))
        session.expunge_all()
    return found


def test_help_is_shown_at_once_and_everything_is_kept(
    client: FlaskClient, services: Services, told: str, lead: Editor
) -> None:
    """The very next page has the numbers to press; the words are saved; the way on is there."""
    page = client.post(f"{told}/telling", data={"text": DARK}, follow_redirects=True)

    assert page.status_code == 200
    for line in HELPLINES["GB"]:
        assert (f'href="{line.link}"' if line.call else line.text) in page.text
    assert "116 123" in page.text
    assert "Go on with my story" in page.text
    assert only_draft(services).answers["text"] == DARK


def test_help_stands_on_a_page_with_a_mistake_too(client: FlaskClient, services: Services, told: str) -> None:
    """Nobody has to get the form right first."""
    page = client.post(f"{told}/telling", data={"text": DARK * 2000})

    assert page.status_code == 422
    assert "116 123" in page.text


@pytest.mark.parametrize("page", ["who", "telling", "photos", "check"])
def test_help_stays_one_press_away(client: FlaskClient, told: str, page: str) -> None:
    """On every page from then on, without standing in the way."""
    client.post(f"{told}/telling", data={"text": DARK})

    assert f'href="{told}/help"' in client.get(f"{told}/{page}").text


def test_the_lead_is_told_within_the_minute_without_a_word_of_it(
    client: FlaskClient, services: Services, told: str, lead: Editor, postbox: Postbox, chime: object
) -> None:
    """The mail is owed and its worker rung in the same breath; it names nobody and leads to the desk."""
    client.post(f"{told}/telling", data={"text": DARK})
    post(services, postbox)

    [mail] = postbox.mailings
    assert mail.recipients[0].to.email == LEAD
    assert "/desk/safeguarding" in mail.text
    assert not re.search(r"die|nurse|bench|Tomasz|suicid|draft", mail.subject + mail.text + mail.html, re.IGNORECASE)
    assert [case.opened_by for case in cases(services)] == ["wording:suicide"]


def test_the_same_words_alarm_once_and_new_ones_again(
    client: FlaskClient, services: Services, told: str, lead: Editor, postbox: Postbox, clock: Clock
) -> None:
    """One open case for one draft, whatever is saved how often."""
    for text in (DARK, DARK + " Really.", DARK + " My husband beats me."):
        client.post(f"{told}/telling", data={"text": text})
    post(services, postbox)

    [case] = cases(services)
    assert case.opened_by == "wording:abuse+suicide"
    assert case.note == "husband beats me\nwant to die"
    assert len(postbox.mailings) == 2


def test_without_a_lead_the_admins_are_told(
    client: FlaskClient, services: Services, told: str, postbox: Postbox
) -> None:
    """Somebody always is; closed accounts are not."""
    with services.database.unit() as uow:
        for email, role, active in (("a@example.org", "admin", True), ("b@example.org", "admin", False)):
            uow.session.add(Editor(email=email, role=Role(role), active=active, created_at=NOW))
    client.post(f"{told}/telling", data={"text": DARK})
    post(services, postbox)

    assert [mail.recipients[0].to.email for mail in postbox.mailings] == ["a@example.org"]


def test_with_nobody_at_the_desk_help_is_shown_all_the_same(client: FlaskClient, services: Services, told: str) -> None:
    """The case waits."""
    page = client.post(f"{told}/telling", data={"text": DARK}, follow_redirects=True)

    assert "116 123" in page.text
    assert len(cases(services)) == 1


def test_the_case_goes_with_the_story_and_holds_it_back(
    client: FlaskClient, services: Services, told: str, lead: Editor, postbox: Postbox
) -> None:
    """It is sent like any other; nobody is turned away for how they feel."""
    client.post(f"{told}/telling", data={"text": DARK})
    client.post(f"{told}/check")
    post(services, postbox)
    client.post(link_in(postbox))

    with services.database.read() as session:
        story = session.scalars(select(Story)).one()
        assert story.state == "submitted"
        assert [hold.kind for hold in story.open_holds] == [HoldKind.SAFEGUARDING]


def test_an_ordinary_story_meets_no_helpline_page(client: FlaskClient, services: Services, told: str) -> None:
    """Dying to see somebody is not dying."""
    answer = client.post(f"{told}/telling", data={"text": "I was dying to see them. We were killing time."})

    assert answer.headers["Location"] == f"{told}/check"
    assert cases(services) == []


def test_the_help_page_needs_the_drafts_link(client: FlaskClient) -> None:
    """Like every other page of it."""
    assert client.get("/stories/share/forged/help").status_code == 404
