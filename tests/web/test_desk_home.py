"""The home of the desk: what needs an editor now, and what goes out next."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.delivery.model import Batch, BatchStatus, Variant
from service.issues.model import Issue, IssueState, Newsletter
from service.issues.transitions import GOING, OPEN
from service.mail.model import Notice, NoticeStatus
from service.stories.model import Story, StoryState
from service.web.desk.home import NEXT_WORDS
from tests.cast import ADA, NOW
from tests.library.shelf import a_section, an_article
from tests.subscribers.readers import a_newsletter
from tests.web.at_desk import fill


@pytest.fixture
def content(services: Services) -> None:
    """A newsletter, one reader of each kind, and an article."""
    fill(services)


def test_an_empty_desk_has_nothing_to_do(desk: FlaskClient) -> None:
    """A new installation greets its editor."""
    page = desk.get("/desk").text

    assert "Nothing is waiting for you" in page
    assert "There is no newsletter yet" in page


def test_home_tells_what_waits(desk: FlaskClient, services: Services) -> None:
    """Stories to read, since when; stories to publish; articles to review; mails and batches that need a look."""
    with services.database.unit() as uow:
        for number, state in enumerate([StoryState.SUBMITTED, StoryState.SUBMITTED, StoryState.APPROVED]):
            first = NOW - timedelta(days=number)
            uow.session.add(Story(slug=f"s{number}", state=state, created_at=first, submitted_at=first))
        an_article(a_section(uow.session)).next_review = NOW.date() - timedelta(days=1)
        uow.session.add(Notice(template="x", subject_id=1, status=NoticeStatus.FAILED, due_at=NOW, created_at=NOW))

    page = desk.get("/desk").text

    assert "2 stories wait to be read" in page
    assert "The first came on 9 June 2026" in page
    assert "1 story is approved and not published yet" in page
    assert "1 article is due for review" in page
    assert "1 mail could not be sent" in page


def test_home_tells_of_batches_nobody_knows_about(desk: FlaskClient, services: Services) -> None:
    """They are never sent again by themselves, so somebody has to hear of them."""
    with services.database.unit() as uow:
        issue = an_issue(uow.session.get_one(Newsletter, a_newsletter(uow.session)))
        uow.session.add(issue)
        uow.session.flush()
        variant = Variant(issue_id=issue.id, key="en", lang="en", subject="", text="", html="", created_at=NOW)
        uow.session.add(variant)
        uow.session.flush()
        uow.session.add(
            Batch(
                issue_id=issue.id,
                variant_id=variant.id,
                reader_key="default",
                first_subscriber=1,
                last_subscriber=9,
                status=BatchStatus.UNKNOWN,
            )
        )

    assert "Nobody knows whether 1 part of an issue left" in desk.get("/desk").text


def test_a_mail_that_failed_long_ago_is_history(desk: FlaskClient, services: Services) -> None:
    """Two weeks later it is no longer news."""
    old = NOW - timedelta(days=15)
    with services.database.unit() as uow:
        uow.session.add(Notice(template="x", subject_id=1, status=NoticeStatus.FAILED, due_at=old, created_at=old))

    assert "could not be sent" not in desk.get("/desk").text


def test_home_tells_when_the_next_issue_is_due(desk: FlaskClient, services: Services) -> None:
    """In the newsletter's own time, also before there is a draft."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)

    page = desk.get("/desk").text

    assert "Fri 10 July 2026, 09:00 (Europe/London)" in page
    assert "A draft is made 7 days before" in page


@pytest.mark.parametrize("rule", ["FREQ=SOMETIMES", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_rule_that_gives_no_date_does_not_close_the_desk(desk: FlaskClient, services: Services, rule: str) -> None:
    """Home says so, and everything else on it is still there."""
    with services.database.unit() as uow:
        uow.session.get_one(Newsletter, a_newsletter(uow.session)).rrule = rule

    answer = desk.get("/desk")

    assert answer.status_code == 200
    assert "Its rule gives no further date" in answer.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (IssueState.DRAFT, "goes out only when somebody schedules it"),
        (IssueState.SCHEDULED, "goes out by itself"),
        (IssueState.SENDING, "going out now"),
    ],
)
def test_home_tells_what_goes_out_next(desk: FlaskClient, services: Services, state: IssueState, words: str) -> None:
    """The first open issue, and whether anything is still to be done for it."""
    with services.database.unit() as uow:
        newsletter = uow.session.get_one(Newsletter, a_newsletter(uow.session))
        uow.session.add_all(
            [
                an_issue(newsletter, state=state),
                an_issue(newsletter, days=30),
                an_issue(newsletter, days=-30, state=IssueState.SENT),
            ]
        )

    page = desk.get("/desk").text

    assert "Issue of 2 days" in page
    assert "Issue of 30 days" not in page
    assert words in page


def test_every_state_of_an_open_issue_has_its_words() -> None:
    """A new state is told in words, or the build fails."""
    assert set(NEXT_WORDS) == OPEN | GOING


def an_issue(newsletter: Newsletter, *, days: int = 2, state: IssueState = IssueState.DRAFT) -> Issue:
    """An issue that is planned for some days from now."""
    return Issue(
        newsletter=newsletter,
        period=f"in {days}",
        slug=f"in-{days}",
        subject=f"Issue of {days} days",
        state=state,
        planned_for=NOW + timedelta(days=days),
        created_at=NOW,
    )


def test_home_counts_the_readers(desk: FlaskClient, content: None) -> None:
    """By newsletter and status, without an address."""
    page = desk.get("/desk").text

    assert re.search(r"1 <span>confirmed", page)
    assert "1 have not confirmed yet, 1 have left" in page
    assert ADA not in page
