"""Ways to tell, mistakes in the middle, two tabs, and a database that goes away: nothing typed is lost."""

import re
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from service.bootstrap import Services
from service.db import Database, UnitOfWork
from service.stories.answering import GUIDE
from service.stories.drafts import save_answers
from service.stories.model import GivenBy, HoldKind, Story
from tests.cast import NOW
from tests.conftest import Clock, Postbox
from tests.web.teller import CHILD, link_in, only_draft, post


def answered(services: Services, **changed: str) -> None:
    """The one draft there is, with some answers changed."""
    with services.database.unit() as uow:
        save_answers(uow, only_draft(services).id, changed, now=NOW)


def sent_in(client: FlaskClient, services: Services, told: str, postbox: Postbox) -> Story:
    """The story the draft becomes, with everything of it loaded."""
    client.post(f"{told}/check")
    post(services, postbox)
    client.post(link_in(postbox))
    with services.database.read() as session:
        story = session.scalars(select(Story)).one()
        _ = (story.revisions, story.consents, story.comments, story.open_holds)
        session.expunge_all()
    return story


def test_guided_answers_become_a_text_with_headings(
    client: FlaskClient, services: Services, told: str, postbox: Postbox
) -> None:
    """What was passed over leaves no trace."""
    answered(services, way="questions")
    for number in range(1, len(GUIDE) + 1):
        client.post(f"{told}/question-{number}", data={f"answer_{number}": "My nurse." if number == 3 else ""})
    story = sent_in(client, services, told, postbox)

    assert story.words.body == f"## {GUIDE[2]}\n\nMy nurse."
    assert story.format == "text"


def test_a_postcard_that_is_too_long_keeps_its_words_and_its_count(
    client: FlaskClient, services: Services, told: str, postbox: Postbox
) -> None:
    """As people count: a family is one."""
    answered(services, way="postcard")
    page = client.post(f"{told}/postcard", data={"postcard": "👩‍👩‍👧‍👦" * 281})

    assert page.status_code == 422
    assert "You have used 281 of 280 characters." in page.text
    assert "👩‍👩‍👧‍👦" * 281 in page.text
    client.post(f"{told}/postcard", data={"postcard": "שלום 💛"})
    assert sent_in(client, services, told, postbox).words.body == "שלום 💛"


def test_a_wish_to_be_called_needs_no_title_and_reaches_the_editors(
    client: FlaskClient, services: Services, told: str, postbox: Postbox
) -> None:
    """The number stands in a comment, in the vault; the words do not have it."""
    answered(services, way="call", phone="07700 900123", call_when="Mornings")
    story = sent_in(client, services, told, postbox)

    assert story.format == "interview"
    assert "07700 900123" in story.comments[0].words
    assert "07700" not in story.words.title + story.words.body + story.words.teaser


def test_a_childs_story_carries_who_answers_for_it(
    client: FlaskClient, services: Services, told: str, postbox: Postbox
) -> None:
    """In every record of the ledger, with what the child says."""
    answered(services, **CHILD, assent="yes")
    story = sent_in(client, services, told, postbox)

    assert (story.told_by, story.relation) == (GivenBy.GUARDIAN, "mother")
    assert {(each.given_by, each.assent, each.parental_responsibility) for each in story.consents} == {
        ("guardian", "yes", True)
    }
    assert story.of_age_at is not None
    assert story.of_age_at.year == NOW.year + 18 - 9 - 1


def test_a_childs_no_ends_it_kindly(client: FlaskClient, services: Services, told: str) -> None:
    """And everything is kept."""
    answered(services, **CHILD)
    page = client.post(f"{told}/child-says", data={"assent": "no"})

    assert page.status_code == 422
    assert "your child’s no counts" in page.text
    assert client.get(f"{told}/check").headers["Location"] == f"{told}/child-says"
    assert only_draft(services).answers["title"] == "The bench outside ward six"


def test_people_who_were_not_asked_hold_the_story_back(
    client: FlaskClient, services: Services, told: str, postbox: Postbox
) -> None:
    """Until an editor has looked; what to leave out and the day to wait for reach the desk too."""
    answered(
        services, others="not_asked", avoid="The name of my school", wait_day="3", wait_month="6", wait_year="2027"
    )
    story = sent_in(client, services, told, postbox)

    assert [hold.kind for hold in story.open_holds] == [HoldKind.THIRD_PARTY]
    assert story.comments[0].words == "Please leave out: The name of my school"
    assert story.not_before is not None
    assert story.not_before.date().isoformat() == "2027-06-03"


def seen_in(page: str) -> str:
    """The mark a page was shown with."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def test_of_two_tabs_the_second_is_told(client: FlaskClient, services: Services, told: str) -> None:
    """Nothing is overwritten unseen; both wordings are on the page, and saving again means it."""
    seen = seen_in(client.get(f"{told}/title").text)
    client.post(f"{told}/title", data={"title": "From the first tab", "seen": seen})
    page = client.post(f"{told}/title", data={"title": "From the second tab", "seen": seen})

    assert page.status_code == 409
    assert "From the second tab" in page.text
    assert "From the first tab" in page.text
    assert only_draft(services).answers["title"] == "From the first tab"
    client.post(f"{told}/title", data={"title": "From the second tab", "seen": seen_in(page.text)})
    assert only_draft(services).answers["title"] == "From the second tab"


def test_the_same_page_sent_twice_is_no_conflict(client: FlaskClient, told: str) -> None:
    """A double press, a reload."""
    seen = seen_in(client.get(f"{told}/title").text)
    answers = [client.post(f"{told}/title", data={"title": "Once", "seen": seen}).status_code for _ in range(2)]

    assert answers == [303, 303]


def test_a_database_that_goes_away_loses_nothing(
    client: FlaskClient, services: Services, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page again with every word on it, in plain words, and the button works when it is back."""

    def away(_self: Database) -> AbstractContextManager[UnitOfWork]:
        raise OperationalError("", {}, Exception("gone"))

    with monkeypatch.context() as patched:
        patched.setattr(Database, "unit", away)
        page = client.post(f"{told}/telling", data={"text": "Two hours of <i>work</i>."})

    assert page.status_code == 503
    assert "We could not save this just now" in page.text
    assert "Two hours of &lt;i&gt;work&lt;/i&gt;." in page.text
    assert client.post(f"{told}/telling", data={"text": "Two hours of work."}).status_code == 303
    assert only_draft(services).answers["text"] == "Two hours of work."


def test_a_start_page_that_stood_open_for_days_begins_anew(client: FlaskClient, clock: Clock) -> None:
    """No dead end: the same page, with a fresh form."""
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/stories/share").text)
    assert token
    clock.move(days=30)
    page = client.post("/stories/share", data={"form_token": token[1], "website": ""})

    assert "press Start once more" in page.text
    again = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert again
    clock.move(seconds=2)
    assert client.post("/stories/share", data={"form_token": again[1], "website": ""}).status_code == 303
