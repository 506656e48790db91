"""Newsletters at the desk: their form, the dates it gives, and what is done with one date."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Role
from service.issues.compose import compose_next
from service.issues.model import Issue, IssueState, Newsletter
from tests.cast import NOW
from tests.issues.paper import a_newsletter
from tests.web.at_desk import browser, press, trail

PAGE = "/desk/newsletters/1"
FORM = {
    "name": "Family news", "slug": "", "description": "", "sender": "", "lang": "en-GB", "more_languages": "",
    "topics": "", "every": "month", "place": "1", "day": "TU", "custom": "", "wall_time": "09:00",
    "zone": "Australia/Lord_Howe", "starts_on": "", "lead_days": "10", "approvals": "2", "thin_below": "1",
    "when_thin": "ask", "latest_hours": "6", "seeds": "", "schedules_itself": "", "active": "yes",
}  # fmt: skip


@pytest.fixture
def paper(services: Services) -> Newsletter:
    """The monthly newsletter."""
    with services.database.unit() as uow:
        return a_newsletter(uow.session)


def saved(services: Services) -> Newsletter:
    """The newsletter as the database has it."""
    with services.database.read() as session:
        return session.get_one(Newsletter, 1)


def test_a_newsletter_begins_with_a_form(desk: FlaskClient, services: Services) -> None:
    """From plain words to a rule, with an address made from the name."""
    answer = press(desk, "/desk/newsletters/new", **FORM | {"seeds": "a@example.org\nb@example.org"})

    begun = saved(services)
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert (begun.slug, begun.rrule, begun.zone) == ("family-news", "FREQ=MONTHLY;BYDAY=1TU", "Australia/Lord_Howe")
    assert begun.seeds == ["a@example.org", "b@example.org"]
    assert trail(services) == [("began", "newsletter:1")]


def test_the_page_shows_twelve_dates_on_both_clocks(desk: FlaskClient, paper: Newsletter) -> None:
    """Over the change of the clocks in October."""
    page = desk.get(PAGE).text

    assert "It comes out the first Tuesday of every month at 09:00, Europe/London." in page
    assert page.count('<td data-label="UTC">') == 12
    assert "Tue 6 October 2026, 08:00" in page
    assert "Tue 3 November 2026, 09:00" in page


def test_the_dates_of_a_new_rule_are_shown_before_anything_is_saved(
    desk: FlaskClient, services: Services, paper: Newsletter
) -> None:
    """Nothing is kept until Save."""
    answer = press(desk, PAGE, **FORM | {"every": "two_weeks", "day": "TH", "show": "yes", "version": "1"})

    assert answer.status_code == 200
    assert answer.text.count('<td data-label="UTC">') == 12
    assert saved(services).rrule == "FREQ=MONTHLY;BYDAY=1TU"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Write the name"),
        ({"wall_time": "9 o'clock"}, "is not one such as 09:00"),
        ({"zone": "Mars/Base"}, "is not one such as Europe/London"),
        ({"every": "custom", "custom": "FREQ=HOURLY"}, "The rule needs FREQ"),
        ({"every": "custom", "custom": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "never comes round"),
        ({"every": "never"}, "Choose one of these"),
        ({"day": "XX"}, "Choose a day of the week"),
        ({"sender": "nobody"}, "Write a mailbox"),
        ({"lang": "English please"}, "Write languages as in"),
        ({"lead_days": "soon"}, "Write a whole number"),
        ({"lead_days": "900"}, "Write a whole number"),
        ({"starts_on": "tomorrow"}, "Choose a date"),
        ({"seeds": "not an address"}, "Write one address on each line"),
        ({"slug": "Two Words"}, "Use small letters"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(desk: FlaskClient, changed: dict[str, str], sentence: str) -> None:
    """And everything that was typed stays."""
    answer = press(desk, "/desk/newsletters/new", **FORM | {"topics": "work, school"} | changed)

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert sentence.replace("'", "&#39;") in answer.text
    assert "work, school" in answer.text


def test_two_newsletters_do_not_share_an_address(desk: FlaskClient, paper: Newsletter) -> None:
    """The second one is asked for another."""
    answer = press(desk, "/desk/newsletters/new", **FORM | {"slug": "monthly"})

    assert (answer.status_code, "Another newsletter has this one" in answer.text) == (422, True)


def test_a_colleague_was_faster(desk: FlaskClient, services: Services, paper: Newsletter) -> None:
    """Nothing is overwritten, nothing typed is lost, and pressing again saves it."""
    press(desk, PAGE, **FORM | {"name": "Theirs", "version": "1"})
    answer = press(desk, PAGE, **FORM | {"name": "Mine", "version": "1"})

    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert saved(services).name == "Theirs"
    assert press(desk, PAGE, **FORM | {"name": "Mine", "version": "2"}).status_code == 303
    assert saved(services).name == "Mine"


def test_a_date_is_skipped_and_put_back(desk: FlaskClient, services: Services, paper: Newsletter) -> None:
    """Its draft is given up."""
    with services.database.unit() as uow:
        issue = compose_next(uow, uow.session.merge(paper), NOW)

    assert press(desk, f"{PAGE}/skip", period="2026-07-07", version="1").status_code == 303
    with services.database.read() as session:
        assert session.get_one(Issue, issue.id).state is IssueState.CANCELLED
    assert "Tue 7 July 2026, 09:00" not in desk.get(PAGE).text
    assert press(desk, f"{PAGE}/put-back", period="2026-07-07", version="2").status_code == 303
    assert saved(services).exceptions == []


def test_one_issue_is_moved_once(desk: FlaskClient, services: Services, paper: Newsletter) -> None:
    """The draft that exists is planned for the new time; the next issue stays."""
    with services.database.unit() as uow:
        issue = compose_next(uow, uow.session.merge(paper), NOW)
    form = {"date": "2026-07-09", "time": "18:30", "version": "1"}

    assert press(desk, f"{PAGE}/move/2026-07-07", **form).status_code == 303
    with services.database.read() as session:
        assert session.get_one(Issue, issue.id).planned_for.isoformat() == "2026-07-09T17:30:00+00:00"
    page = desk.get(PAGE).text
    assert ("Thu 9 July 2026, 18:30" in page, "Tue 4 August 2026, 09:00" in page) == (True, True)


@pytest.mark.parametrize("typed", [("2026-06-01", "09:00"), ("", "09:00"), ("2026-07-09", "late")])
def test_nothing_is_moved_into_the_past_or_nowhere(
    desk: FlaskClient, services: Services, paper: Newsletter, typed: tuple[str, str]
) -> None:
    """The form comes back with a sentence."""
    answer = press(desk, f"{PAGE}/move/2026-07-07", date=typed[0], time=typed[1], version="1")

    assert answer.status_code == 422
    assert saved(services).moves == {}


def test_an_issue_on_the_schedule_is_not_moved_from_here(
    desk: FlaskClient, services: Services, paper: Newsletter
) -> None:
    """It has a time of its own; whoever wants another one looks at the issue."""
    with services.database.unit() as uow:
        compose_next(uow, uow.session.merge(paper), NOW).state = IssueState.SCHEDULED

    assert press(desk, f"{PAGE}/skip", period="2026-07-07", version="1").status_code == 409
    assert saved(services).exceptions == []


def test_a_viewer_reads_and_changes_nothing(app: Flask, services: Services, paper: Newsletter) -> None:
    """No form on the page, and none is taken."""
    viewer = browser(app, services, Role.VIEWER)

    assert "Save" not in viewer.get(PAGE).text
    assert press(viewer, PAGE, **FORM).status_code == 403
    assert press(viewer, f"{PAGE}/skip", period="2026-07-07").status_code == 403


def test_the_list_says_each_rule_in_words(desk: FlaskClient, paper: Newsletter) -> None:
    """With the next date."""
    page = desk.get("/desk/newsletters").text

    assert "It comes out the first Tuesday of every month at 09:00, Europe/London." in page
    assert "Next: Tue 7 July 2026, 09:00 (Europe/London)" in page


def test_a_newsletter_that_is_not_there(desk: FlaskClient) -> None:
    """Has no page."""
    assert desk.get("/desk/newsletters/404").status_code == 404
