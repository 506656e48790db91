"""A reader's own page, from a link in a mail."""

import json
import re
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.issues.counts import Counted, totals
from service.issues.model import Newsletter
from service.subscribers.model import Cadence, SubscriptionConsent
from service.subscribers.queries import Preferences, read_preferences
from service.subscribers.reading import Reading
from service.subscribers.suppression import is_suppressed
from tests.cast import ADA, BEN
from tests.conftest import Clock
from tests.issues.gone_out import an_issue
from tests.subscribers.readers import a_newsletter, ada, ben, subscription


@pytest.fixture
def place(services: Services) -> int:
    """Ada is on the list; the id of her subscription."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
    return ada(services.database)


@pytest.fixture
def link(services: Services, place: int) -> str:
    """The address of her page."""
    return urlsplit(services.links.preferences(place)).path


def test_stopping_comes_first_and_is_as_large_as_saving(client: FlaskClient, link: str) -> None:
    """Leaving is as easy as anything else (GDPR Art. 7(3))."""
    page = client.get(link).text
    buttons = [part.split("</button>")[0] for part in page.split("<button")[1:]]

    assert buttons[0] == ">Unsubscribe"
    assert {button.split(">")[0] for button in buttons} == {""}


def test_one_press_stops_everything(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """And leads to the page that can undo it."""
    page = client.post(f"{link}/unsubscribe", follow_redirects=True)

    assert "You are off the list" in page.text
    assert subscription(services.database, place).unsubscribed_by == "preferences"
    assert "You are not on our list" in client.get(link).text


@pytest.mark.parametrize("way", ["unsubscribe", "delete"])
def test_the_issue_she_came_from_counts_it(
    client: FlaskClient, services: Services, place: int, link: str, way: str
) -> None:
    """Every form and link of the page passes its number on; the page of an older mail has none, and works."""
    june = an_issue(services)
    page = client.get(f"{link}?issue={june}").text
    own = re.findall(rf'(?:action|href)="({re.escape(link)}[^"]*)"', page)
    assert len(own) == 5
    assert all(address.endswith(f"?issue={june}") for address in own)
    assert f'{link}/unsubscribe"' in client.get(link).text

    client.post(next(address for address in own if way in address))

    assert counted(services, june) == {(june, Counted.UNSUBSCRIBED): 1}


@pytest.mark.parametrize("named", ["", "?issue=", "?issue=999", "?issue=x%22%3E", "?issue=-1", f"?issue={2**70}"])
def test_a_wrong_number_of_an_issue_changes_nothing(
    client: FlaskClient, services: Services, place: int, link: str, named: str
) -> None:
    """She leaves, and nothing is counted."""
    june = an_issue(services)
    assert client.get(f"{link}{named}").status_code == 200
    assert client.post(f"{link}/unsubscribe{named}").status_code == 303

    assert not subscription(services.database, place).sendable
    assert counted(services, june) == {}


def test_a_change_of_mind_keeps_the_number(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """She saves first, and leaves from the page that she is brought back to."""
    june = an_issue(services)
    back = client.post(f"{link}?issue={june}", data={"name": "Ada"}).location

    assert counted(services, june) == {}
    assert f'{link}/unsubscribe?issue={june}"' in client.get(back).text


def counted(services: Services, issue_id: int) -> dict[tuple[int, Counted], int]:
    """What has come back after an issue."""
    with services.database.read() as session:
        return totals(session, [issue_id])


def chosen(services: Services, place: int) -> Preferences:
    """Ada's choices as they stand."""
    with services.database.read() as session:
        return read_preferences(session, place, services.clock())


def test_choices_are_saved(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """And shown again; with a single newsletter there is no switch to lose it by."""
    form = {
        "name": " Ada L\r\n", "reading_shown": "yes", "look": "large", "discreet": "yes",
        "avoid": ["death", "figures"], "cadence-1": "quarterly",
    }  # fmt: skip
    page = client.post(link, data=form, follow_redirects=True)

    kept = chosen(services, place)
    assert "Your choices are saved" in page.text
    assert kept.name == "Ada L"
    assert kept.reading == Reading(large_text=True, discreet=True, avoid=frozenset({"death", "figures"}))
    assert kept.cadences == {1: Cadence.QUARTERLY}
    assert subscription(services.database, place).sendable
    for box in ("large", "yes", "death", "figures", "quarterly"):
        assert f'value="{box}" checked' in page.text
    assert 'value="relapse" checked' not in page.text


@pytest.mark.parametrize(
    ("look", "reading"),
    [("pictures", Reading()), ("large", Reading(large_text=True)), ("text", Reading(plain_text=True))],
)
def test_mails_look_in_one_of_three_ways(
    client: FlaskClient, services: Services, place: int, link: str, look: str, reading: Reading
) -> None:
    """Larger letters are for mails that have a look; each answer is there again."""
    page = client.post(link, data={"reading_shown": "yes", "look": look}, follow_redirects=True)

    assert chosen(services, place).reading == reading
    assert f'value="{look}" checked' in page.text


def test_the_address_of_the_saved_page_tells_nothing(client: FlaskClient, link: str) -> None:
    """Addresses end up in histories and logs."""
    answer = client.post(link, data={"reading_shown": "yes", "avoid": ["death"]})

    assert answer.headers["Location"] == f"{link}?saved=choices"


def test_what_is_no_answer_changes_nothing(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """Mal may post anything."""
    client.post(link, data={"reading_shown": "yes", "avoid": ["relapse"], "cadence-1": "big-news"})
    client.post(link, data={"cadence-1": "hourly", "cadence-9" + "9" * 40: "each", "cadence-x": "each"})
    client.post(link, data={"avoid": ["death"], "discreet": "yes"})

    kept = chosen(services, place)
    assert (kept.reading, kept.cadences) == (Reading(avoid=frozenset({"relapse"})), {1: Cadence.BIG_NEWS})

    client.post(link, data={"reading_shown": "yes", "avoid": ["death", "<b>"], "lang": "x' OR 1=1", "look": "loud"})

    assert chosen(services, place).reading == Reading(avoid=frozenset({"death"}))


def test_what_is_left_out_stands_beside_its_promise(client: FlaskClient, services: Services, link: str) -> None:
    """The words that are kept as consent are those on the page."""
    page = client.get(link).text
    client.post(link, data={"reading_shown": "yes", "avoid": ["death"]})

    with services.database.read() as session:
        proof = session.scalars(select(SubscriptionConsent)).one()
    assert proof.wording in page
    assert "encrypted" in proof.wording


def test_languages_are_asked_for_where_there_are_some(
    client: FlaskClient, services: Services, place: int, link: str
) -> None:
    """Only those that the newsletter can bring, each by its own name."""
    assert 'name="lang"' not in client.get(link).text

    with services.database.unit() as uow:
        uow.session.get_one(Newsletter, 1).more_languages = ["ar", "en-GB"]

    page = client.get(link).text
    assert '<span lang="ar" dir="rtl">العربية</span>' in page
    assert 'value="en-GB"' not in page

    page = client.post(link, data={"reading_shown": "yes", "lang": "ar"}, follow_redirects=True).text
    assert 'value="ar" checked' in page
    assert chosen(services, place).reading.lang == "ar"


def test_who_is_off_the_list_is_asked_nothing_about_reading(client: FlaskClient, link: str) -> None:
    """There is nothing to leave anything out of; the choices were wiped."""
    client.post(link, data={"reading_shown": "yes", "avoid": ["death"]})
    client.post(f"{link}/unsubscribe")

    page = client.get(link).text
    assert 'name="avoid"' not in page
    assert "Death and grief" not in client.get(f"{link}/data").text


def test_who_comes_back_is_told_that_the_choices_went(
    client: FlaskClient, services: Services, place: int, link: str
) -> None:
    """So that nobody relies on a list that is gone."""
    client.post(link, data={"reading_shown": "yes", "avoid": ["death"]})
    client.post(f"{link}/unsubscribe")
    page = client.post(f"{urlsplit(services.links.unsubscribe(place)).path}/undo", follow_redirects=True)

    assert "please choose them again" in page.text
    assert 'value="death"' in page.text
    assert 'value="death" checked' not in page.text


def test_several_newsletters_have_switches(client: FlaskClient, services: Services, place: int, link: str) -> None:
    """On and off; numbers that are no newsletters do nothing."""
    with services.database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly", "Storywell weekly")

    assert "Storywell weekly" in client.get(link).text

    client.post(link, data={"newsletters_shown": "yes", "newsletters": [str(weekly), "9" * 5000, "x", "²"]})

    assert not subscription(services.database, place).sendable
    assert subscription(services.database, place + 1).sendable


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"pause": "1"}, "10 July 2026"),
        ({"pause": "6", "until": "2026-06-20"}, "10 December 2026"),
        ({"pause": "date", "until": "2026-06-20"}, "20 June 2026"),
        ({"pause": "say"}, "you say"),
    ],
)
def test_a_break_says_until_when(
    client: FlaskClient, services: Services, place: int, link: str, fields: dict[str, str], day: str
) -> None:
    """In the reader's own zone, and with kind words."""
    page = client.post(f"{link}/pause", data=fields, follow_redirects=True)

    assert ("You are having a rest until you say." in page.text) == (day == "you say")

    assert f"Rest well. We will be quiet until {day}. Nothing will pile up." in page.text
    assert not subscription(services.database, place).sendable

    page = client.post(f"{link}/resume", follow_redirects=True)

    assert "Welcome back" in page.text
    assert subscription(services.database, place).sendable


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01", "2036-01-01", "9999-99-99"])
def test_a_day_that_is_none_brings_the_form_back(
    client: FlaskClient, services: Services, place: int, link: str, until: str
) -> None:
    """With the choice and the day as they were typed."""
    page = client.post(f"{link}/pause", data={"pause": "date", "until": until})

    assert page.status_code == 422
    assert page.text.count("Choose a day after today") == 2
    assert 'value="date" checked' in page.text
    assert "<title>Error: " in page.text
    assert subscription(services.database, place).sendable


def test_what_we_hold_can_be_read_and_taken_away(client: FlaskClient, services: Services, link: str) -> None:
    """The whole of it, and of nobody else."""
    ben(services.database)
    client.post(link, data={"reading_shown": "yes", "avoid": ["death"], "cadence-1": "quarterly"})
    page, file = client.get(f"{link}/data"), client.get(f"{link}/data.json")

    assert ADA in page.text
    assert "Death and grief" in page.text
    assert "Four times a year" in page.text
    assert json.loads(file.data)["subscriptions"][0]["status"] == "confirmed"
    assert json.loads(file.data)["reading"]["left_out"] == ["Death and grief"]
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert BEN not in page.text + file.text


@pytest.mark.parametrize("never_again", [True, False])
def test_deleting_takes_two_steps_and_keeps_only_what_was_asked_for(
    client: FlaskClient, services: Services, clock: Clock, link: str, never_again: bool
) -> None:
    """The page, the button, and then we hold nothing."""
    assert "cannot be undone" in client.get(f"{link}/delete").text

    page = client.post(f"{link}/delete", data={"never_again": "yes"} if never_again else {}, follow_redirects=True)

    assert (page.status_code, "We hold nothing about you" in page.text) == (410, True)
    with services.database.read() as session:
        assert is_suppressed(session, services.tokens, ADA, clock()) is never_again


def test_after_deleting_every_button_says_that_nothing_is_held(client: FlaskClient, link: str) -> None:
    """And none of them fails."""
    client.post(f"{link}/delete")
    presses = [client.post(f"{link}{path}", data={"pause": "1"}) for path in ("", "/pause", "/resume", "/delete")]
    looks = [client.get(f"{link}{path}") for path in ("", "/data", "/data.json", "/delete")]

    assert {answer.status_code for answer in presses + looks} == {410}
    assert client.post(f"{link}/unsubscribe", follow_redirects=True).status_code == 200


def test_an_unsubscribe_token_does_not_open_the_page(client: FlaskClient, services: Services, place: int) -> None:
    """Every token is for one thing."""
    sealed = urlsplit(services.links.unsubscribe(place)).path.rpartition("/")[2]

    assert client.get(f"/preferences/{sealed}").status_code == 404
