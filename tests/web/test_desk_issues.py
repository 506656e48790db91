"""Issues at the desk: reading, changing, approving, scheduling and stopping them."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.editors.model import Editor, Role
from service.issues.actions import begin_sending
from service.issues.compose import compose_next
from service.issues.model import Issue, IssueState, Newsletter
from service.mail.model import Notice
from service.stories.model import Scope, Story
from service.web.desk import issue_builder
from service.web.desk.issue_preview import PREVIEW_POLICY
from tests.cast import EVE, NOW
from tests.conftest import Chime, Clock
from tests.issues.paper import FIRST_JULY, a_newsletter, a_story, an_article, take_back
from tests.subscribers.readers import ada, ben, cleo
from tests.web.at_desk import browser, press, trail

PAGE = "/desk/issues/1"


@pytest.fixture(autouse=True)
def draft(services: Services) -> Issue:
    """The draft for July: hello, a story, an article, a date and a question."""
    with services.database.unit() as uow:
        paper = a_newsletter(uow.session)
        a_story(uow.session, "the-bench")
        an_article(uow.session, "remission")
        return compose_next(uow, paper, NOW)


def saved(services: Services) -> Issue:
    """The issue as the database has it, with its items."""
    with services.database.read() as session:
        issue = session.get_one(Issue, 1)
        assert issue.items is not None
        assert issue.newsletter is not None
        session.expunge_all()
    return issue


def act(desk: FlaskClient, services: Services, what: str, **form: str) -> int:
    """Press a button on the issue's page; gives the status."""
    return press(desk, f"{PAGE}/{what}", version=str(saved(services).version), **form).status_code


def item_at(services: Services, place: int) -> str:
    """The path of the item that stands at a place (from 0)."""
    return f"items/{saved(services).items[place].id}"


def test_the_list_shows_the_next_dates_in_both_clocks(desk: FlaskClient) -> None:
    """And the draft in the making."""
    page = desk.get("/desk/issues").text

    assert "Tue 7 July 2026, 09:00" in page
    assert "Tue 7 July 2026, 08:00" in page
    assert "Monthly news, 7 July 2026" in page


def test_a_rule_that_cannot_be_read_is_named_in_the_list(desk: FlaskClient, services: Services) -> None:
    """The other newsletters go on."""
    with services.database.unit() as uow:
        uow.session.add(
            Newsletter(slug="x", name="X", rrule="FREQ=NEVER", wall_time="9:00", zone="UTC", created_at=NOW)
        )

    page = desk.get("/desk/issues").text

    assert "No draft can be made." in page
    assert "Tue 7 July 2026" in page


def test_the_page_says_why_each_item_is_there(desk: FlaskClient) -> None:
    """With everything an editor needs to decide."""
    page = desk.get(PAGE).text

    assert page.count("Why it is here:") == 5
    assert "Waiting since 10 June 2026." in page
    assert "No entry of the network has been checked lately enough." in page


def test_a_story_taken_back_is_named_as_left_out(desk: FlaskClient, services: Services) -> None:
    """The editor sees what readers will not."""
    with services.database.unit() as uow:
        take_back(uow.session.scalars(select(Story)).one(), Scope.NEWSLETTER)

    page = desk.get(PAGE).text

    assert "Left out: this story may not be mailed (any more)." in page
    assert "A blue blanket." not in page


def test_the_preview_may_do_nothing(desk: FlaskClient) -> None:
    """Its own policy: styles of the mail, no script, no form, only in a frame of ours; nobody's links in it."""
    answer = desk.get(f"{PAGE}/preview.html")

    assert answer.headers["Content-Security-Policy"] == PREVIEW_POLICY
    assert "A blue blanket." in answer.text
    assert "%%" not in answer.text


def test_items_move_and_leave(desk: FlaskClient, services: Services) -> None:
    """Up, down, out."""
    assert act(desk, services, f"{item_at(services, 1)}/move", to="up") == 303
    assert [item.kind for item in saved(services).items][:2] == ["story", "hello"]
    assert act(desk, services, f"{item_at(services, 0)}/move", to="down") == 303
    assert act(desk, services, f"{item_at(services, 4)}/remove") == 303

    assert [item.kind for item in saved(services).items] == ["hello", "story", "article", "dates"]
    assert trail(services) == [("edited", "issue:1")] * 3


def test_the_hello_can_be_written(desk: FlaskClient, services: Services) -> None:
    """Line ends and all."""
    assert act(desk, services, item_at(services, 0), heading=" Dear  all ", words="Spring\r\n\r\nis here.") == 303

    hello = saved(services).items[0]
    assert (hello.heading, hello.words) == ("Dear all", "Spring\n\nis here.")


def test_words_that_are_too_long_come_back(desk: FlaskClient, services: Services) -> None:
    """With everything that was typed."""
    answer = press(desk, f"{PAGE}/{item_at(services, 0)}", words="z" * 10_001, version="1")

    assert answer.status_code == 422
    assert "Use at most 10,000 characters. You have 10,001." in answer.text
    assert "z" * 10_001 in answer.text


def test_an_issue_needs_a_subject(desk: FlaskClient, services: Services) -> None:
    """The line beside it stays typed."""
    answer = press(desk, f"{PAGE}/subject", subject=" ", preheader="Small things", version="1")

    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert 'value="Small things"' in answer.text


def test_a_subject_is_one_line(desk: FlaskClient, services: Services) -> None:
    """A line break in it would be a header."""
    assert act(desk, services, "subject", subject="One\r\nBcc: mal@example.test", preheader="") == 303

    assert saved(services).subject == "One Bcc: mal@example.test"


@pytest.mark.parametrize(
    ("path", "mine", "theirs"),
    [
        (
            "subject",
            {"subject": "My subject", "preheader": "My line"},
            {"subject": "Their subject", "preheader": "Their line"},
        ),
        ("items/1", {"heading": "", "words": "My words"}, {"heading": "", "words": "Their words"}),
    ],
)
def test_nothing_typed_is_lost_when_a_colleague_was_faster(
    desk: FlaskClient, services: Services, path: str, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    """Both texts are on the page; pressing again saves mine."""
    assert act(desk, services, path, **theirs) == 303

    answer = press(desk, f"{PAGE}/{path}", version="1", **mine)

    assert answer.status_code == 409
    for words in filter(None, [*mine.values(), *theirs.values()]):
        assert words in answer.text
    assert act(desk, services, path, **mine) == 303


def test_a_button_on_an_old_page_changes_nothing(desk: FlaskClient, services: Services) -> None:
    """Approval above all: what was read is not what is there."""
    assert act(desk, services, "subject", subject="New", preheader="") == 303

    for what in ("approve", "submit", "cancel", "items/1/move", "items/1/remove", "items/add-words"):
        assert press(desk, f"{PAGE}/{what}", version="1").status_code == 409

    assert saved(services).state is IssueState.DRAFT


def test_a_story_and_an_article_can_be_added(desk: FlaskClient, services: Services) -> None:
    """Those that wait are offered; any other is refused."""
    with services.database.unit() as uow:
        story, article = a_story(uow.session, "another"), an_article(uow.session, "fatigue")
    assert "Another" in desk.get(PAGE).text

    assert act(desk, services, "items/add-story", story=str(story.id)) == 303
    assert act(desk, services, "items/add-article", article=str(article.id)) == 303
    assert act(desk, services, "items/add-story", story=str(story.id)) == 409

    assert [item.kind for item in saved(services).items][-2:] == ["story", "article"]


def test_words_of_ones_own_lead_to_their_form(desk: FlaskClient, services: Services) -> None:
    """An empty item at the end."""
    answer = press(desk, f"{PAGE}/items/add-words", version="1")

    assert answer.status_code == 303
    assert desk.get(answer.location).status_code == 200


def test_a_test_goes_to_the_editor(desk: FlaskClient, services: Services) -> None:
    """And the page says where."""
    answer = press(desk, f"{PAGE}/test")

    assert f"A test is on its way to {EVE}." in desk.get(answer.location).text
    with services.database.read() as session:
        assert session.scalars(select(Notice.template)).all() == ["issue_test"]


def test_approval_is_kept_with_the_name(desk: FlaskClient, services: Services, eve: Editor) -> None:
    """And an edit takes it away again."""
    assert act(desk, services, "submit") == 303
    assert act(desk, services, "approve") == 303
    assert "Approved by Eve" in desk.get(PAGE).text
    assert saved(services).approved_by == eve.id

    assert act(desk, services, "subject", subject="New", preheader="") == 303
    assert saved(services).state is IssueState.IN_REVIEW


def test_the_question_before_scheduling_says_how_many_and_when(desk: FlaskClient, services: Services) -> None:
    """Asking schedules nothing."""
    for reader in (ada, ben, cleo):
        reader(services.database)
    act(desk, services, "approve")

    page = desk.get(f"{PAGE}/schedule/confirm?date=2026-07-07&time=09:00").text

    assert "1 confirmed subscriber" in page
    assert "Tue 7 July 2026, 09:00 (Europe/London)" in page
    assert "A mail cannot be called back." in page
    assert saved(services).state is IssueState.APPROVED


def test_the_form_begins_with_the_date_of_the_rule(desk: FlaskClient, services: Services) -> None:
    """On the newsletter's own clock."""
    act(desk, services, "approve")

    page = desk.get(f"{PAGE}/schedule").text

    assert 'value="2026-07-07"' in page
    assert 'value="09:00"' in page


@pytest.mark.parametrize(
    "query", ["date=soon&time=09:00", "date=2026-07-07&time=nine", "date=&time=", "date=9999-12-31&time=09:00"]
)
def test_a_time_that_is_none_comes_back(desk: FlaskClient, services: Services, query: str) -> None:
    """With a sentence at the field."""
    act(desk, services, "approve")

    answer = desk.get(f"{PAGE}/schedule/confirm?{query}")

    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_yes_schedules(desk: FlaskClient, services: Services) -> None:
    """For exactly the instant that stood in the question; it can be taken back until then."""
    act(desk, services, "approve")
    assert act(desk, services, "schedule", at=FIRST_JULY.isoformat()) == 303
    assert (saved(services).state, saved(services).send_at) == (IssueState.SCHEDULED, FIRST_JULY)

    assert act(desk, services, "unschedule") == 303
    assert saved(services).state is IssueState.APPROVED


def test_yes_to_now_rings_the_worker(desk: FlaskClient, services: Services, chime: Chime) -> None:
    """A question about a time that has passed asks about now."""
    act(desk, services, "approve")
    assert "at once" in desk.get(f"{PAGE}/schedule/confirm?now=yes").text
    assert "at once" in desk.get(f"{PAGE}/schedule/confirm?date=2026-06-01&time=09:00").text

    assert act(desk, services, "schedule", at="") == 303

    assert saved(services).send_at == NOW
    assert ("delivery.start", 1) in chime.rung


def test_a_draft_cannot_be_scheduled(desk: FlaskClient, services: Services) -> None:
    """Neither form, question nor answer."""
    assert desk.get(f"{PAGE}/schedule").status_code == 409
    assert desk.get(f"{PAGE}/schedule/confirm?now=yes").status_code == 409
    assert act(desk, services, "schedule", at="") == 409
    assert act(desk, services, "schedule", at="soon") == 400


def test_the_red_button_stops_and_going_on_is_possible(desk: FlaskClient, services: Services, clock: Clock) -> None:
    """With the counts of who has it on the page."""
    act(desk, services, "approve")
    act(desk, services, "schedule", at="")
    with services.database.unit() as uow:
        begin_sending(uow, 1, NOW)
    assert "Stop now: nothing more leaves" in desk.get(PAGE).text

    assert act(desk, services, "stop") == 303
    assert "Who has it" in desk.get(PAGE).text
    assert act(desk, services, "reopen") == 409
    assert act(desk, services, "resume") == 303
    assert saved(services).state is IssueState.SENDING


def test_an_issue_can_be_given_up(desk: FlaskClient, services: Services) -> None:
    """And the next date composed by hand."""
    assert act(desk, services, "cancel") == 303
    assert saved(services).state is IssueState.CANCELLED

    answer = press(desk, "/desk/issues/compose", newsletter="monthly")

    assert answer.location.endswith("/desk/issues/2")


def test_an_issue_that_is_not_there(desk: FlaskClient) -> None:
    """Is a page that says so."""
    for path in ("/desk/issues/404", "/desk/issues/404/preview.html", f"{PAGE}/items/404"):
        assert desk.get(path).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.TRANSLATOR])
def test_colleagues_may_look_and_not_touch(app: Flask, services: Services, role: Role) -> None:
    """Every button is refused, and none is shown."""
    colleague = browser(app, services, role)

    page = colleague.get(PAGE)

    assert page.status_code == 200
    assert "Approve" not in page.text
    for what in (
        "subject",
        "items/1",
        "items/1/move",
        "items/1/remove",
        "approve",
        "schedule",
        "stop",
        "test",
        "cancel",
    ):
        assert press(colleague, f"{PAGE}/{what}", version="1").status_code == 403
    assert saved(services).version == 1


def test_mal_is_sent_to_sign_in(client: FlaskClient) -> None:
    """The preview too."""
    for path in ("/desk/issues", PAGE, f"{PAGE}/preview.html", f"{PAGE}/subject"):
        assert client.get(path).status_code == 303


def test_a_form_without_its_token_is_refused(desk: FlaskClient, services: Services) -> None:
    """Another site cannot press our buttons."""
    assert desk.post(f"{PAGE}/approve", data={"version": "1"}).status_code == 400
    assert saved(services).state is IssueState.DRAFT


def test_an_issue_that_missed_its_time_asks(desk: FlaskClient, services: Services, clock: Clock) -> None:
    """Nothing ran for a day; the editor chooses anew."""
    act(desk, services, "approve")
    act(desk, services, "schedule", at=FIRST_JULY.isoformat())
    clock.at = FIRST_JULY + timedelta(days=1)

    assert "It waits for you: choose a new time." in desk.get(PAGE).text
    assert act(desk, services, "schedule", at="") == 303
    assert saved(services).send_at == clock.at


def test_a_past_planned_date_offers_now(desk: FlaskClient, services: Services, clock: Clock) -> None:
    """A date that was missed is asked about, not sent late by itself."""
    act(desk, services, "approve")
    clock.at = FIRST_JULY + timedelta(days=1)

    assert 'value="2026-07-08"' in desk.get(f"{PAGE}/schedule").text


def test_approvers_see_what_may_stand_in(desk: FlaskClient, services: Services) -> None:
    """On the page where they say yes; the yes of a page that showed others is asked for again."""
    with services.database.unit() as uow:
        a_story(uow.session, "the-tea")
    page = desk.get(PAGE).text
    assert "1 story or article may stand in for others" in page
    assert "The tea" in page
    seal = page.split('name="stand_ins" value="')[1].split('"')[0]
    with services.database.unit() as uow:
        a_story(uow.session, "the-walk")

    assert act(desk, services, "approve", stand_ins=seal) == 409
    new_seal = desk.get(PAGE).text.split('name="stand_ins" value="')[1].split('"')[0]
    assert act(desk, services, "approve", stand_ins=new_seal) == 303
    assert "Only these can" in desk.get(PAGE).text


def test_copies_for_a_great_many_readers_are_counted_when_somebody_asks(
    desk: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page itself opens at once, and says how many read the newsletter."""
    ada(services.database)
    assert "Full letter" in desk.get(PAGE).text
    monkeypatch.setattr(issue_builder, "MOST_COUNTED", 0)

    page = desk.get(PAGE).text
    asked = desk.get(f"{PAGE}?copies=1").text

    assert "Full letter" not in page
    assert "1 person reads this newsletter" in page
    assert f"{PAGE}?copies=1#who" in page
    assert "Full letter" in asked
