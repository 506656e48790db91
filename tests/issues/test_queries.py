"""Looking up newsletters and issues."""

import pytest

from service.db import Database
from service.issues.errors import NoSuchIssue
from service.issues.model import Issue, IssueState
from service.issues.queries import (
    archived_issue,
    archived_issues,
    closed_issues,
    issue_at_desk,
    newsletter_named,
    newsletters,
    open_issues,
)
from tests.cast import NOW
from tests.issues.paper import a_newsletter


def turn(database: Database, issue: Issue, state: IssueState, *, started: bool) -> None:
    """Put the issue where the test needs it."""
    with database.unit() as uow:
        saved = uow.session.get_one(Issue, issue.id)
        saved.state, saved.started_at = state, NOW if started else None


@pytest.mark.parametrize(
    ("state", "started", "listed", "has_page"),
    [
        (IssueState.DRAFT, False, False, False),
        (IssueState.APPROVED, False, False, False),
        (IssueState.SCHEDULED, False, False, False),
        (IssueState.SENDING, True, False, True),
        (IssueState.STOPPED, False, False, False),
        (IssueState.STOPPED, True, False, True),
        (IssueState.CANCELLED, False, False, False),
        (IssueState.SENT, True, True, True),
    ],
)
def test_the_archive_shows_what_has_left_the_house(
    database: Database, issue: Issue, state: IssueState, started: bool, listed: bool, has_page: bool
) -> None:
    """A page from the first mail on, because the mails link to it; a place in the list when it is sent."""
    turn(database, issue, state, started=started)

    with database.read() as session:
        assert [each.id for each in archived_issues(session)] == ([issue.id] if listed else [])
        if has_page:
            assert archived_issue(session, issue.slug).id == issue.id
        else:
            with pytest.raises(NoSuchIssue):
                archived_issue(session, issue.slug)


@pytest.mark.parametrize("state", IssueState)
def test_every_issue_is_on_one_of_the_two_lists_of_the_desk(
    database: Database, issue: Issue, state: IssueState
) -> None:
    """Nothing disappears from the desk."""
    turn(database, issue, state, started=False)

    with database.read() as session:
        assert [each.id for each in [*open_issues(session), *closed_issues(session)]] == [issue.id]


def test_active_newsletters_come_first(database: Database) -> None:
    """Those that rest are still there."""
    with database.unit() as uow:
        a_newsletter(uow.session, "resting", active=False)
        a_newsletter(uow.session, "monthly")

    with database.read() as session:
        assert [paper.slug for paper in newsletters(session)] == ["monthly", "resting"]
        assert newsletter_named(session, "monthly").name == "Monthly news"


def test_what_is_not_there_has_one_name(database: Database) -> None:
    """For issues and newsletters alike."""
    with database.read() as session:
        with pytest.raises(NoSuchIssue):
            issue_at_desk(session, 404)
        with pytest.raises(NoSuchIssue):
            newsletter_named(session, "weekly")
