"""Preflight at the schedule and at the door: what it holds back, and what it keeps of an issue that leaves."""

import pytest
from sqlalchemy import select

from service.db import Database
from service.editors.model import Editor, TrailEntry
from service.issues import approvals
from service.issues.errors import NotPossibleNow
from service.issues.model import Issue, IssueState
from service.issues.preflight.findings import PreflightBlocks
from service.issues.preflight.model import LinkCheck, LinkVerdict
from service.issues.queries import due_issues
from service.issues.scheduling import clear_to_leave, schedule, unschedule
from service.mail.letterhead import Letterhead
from tests.cast import NOW
from tests.issues.paper import FIRST_JULY
from tests.subscribers.readers import ada

LINK = "https://clinic.example.org/leaflet"


@pytest.fixture
def linking(database: Database, issue: Issue, editor: Editor) -> int:
    """The id of the July issue, approved, with a link in its hello."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).items[0].words = f"Read [the leaflet of the clinic]({LINK})."
    with database.unit() as uow:
        return approvals.approve(uow, issue.id, editor, now=NOW).id


def answers(database: Database, verdict: LinkVerdict) -> None:
    """How the link answers from now on."""
    with database.unit() as uow:
        check = uow.session.scalar(select(LinkCheck)) or LinkCheck(url=LINK, verdict=verdict, detail="", checked_at=NOW)
        check.verdict, check.detail = verdict, "answers with an error (404)"
        uow.session.add(check)


def test_preflight_refuses_the_schedule(database: Database, linking: int, editor: Editor, head: Letterhead) -> None:
    """With a sentence for each thing to mend, and the issue stays as it was."""
    answers(database, LinkVerdict.BROKEN)

    with pytest.raises(PreflightBlocks, match="answers with an error"), database.unit() as uow:
        schedule(uow, linking, FIRST_JULY, editor, head=head, now=NOW)

    with database.read() as session:
        assert session.get_one(Issue, linking).state is IssueState.APPROVED


def test_an_issue_is_looked_at_once_more_when_its_time_has_come(
    database: Database, linking: int, editor: Editor, head: Letterhead
) -> None:
    """A link that broke since holds it back, says why, and lets it go once it answers again."""
    with database.unit() as uow:
        schedule(uow, linking, FIRST_JULY, editor, head=head, now=NOW)
    answers(database, LinkVerdict.BROKEN)

    with database.unit() as uow:
        assert not clear_to_leave(uow, uow.session.get_one(Issue, linking), head, FIRST_JULY)
    with database.read() as session:
        held = session.get_one(Issue, linking)
        assert (held.state, held.held_because) == (
            IssueState.PREFLIGHT,
            f"The link to {LINK} answers with an error (404).",
        )
        assert due_issues(session, FIRST_JULY) == []
        assert session.scalars(select(TrailEntry.verb)).all()[-1] == "held_by_preflight"
    answers(database, LinkVerdict.ANSWERS)
    with database.unit() as uow:
        again = schedule(uow, linking, FIRST_JULY, editor, head=head, now=FIRST_JULY)
        assert clear_to_leave(uow, again, head, FIRST_JULY)
        assert again.held_because == ""


def test_an_issue_that_is_held_goes_back(database: Database, linking: int, editor: Editor, head: Letterhead) -> None:
    """Off the schedule, it is approved still; it cannot be stopped, because nothing moves."""
    with database.unit() as uow:
        uow.session.get_one(Issue, linking).state = IssueState.PREFLIGHT

        assert unschedule(uow, linking, editor, now=NOW).state is IssueState.APPROVED


def test_an_issue_keeps_its_badge_and_its_audience(
    database: Database, linking: int, editor: Editor, head: Letterhead
) -> None:
    """How the accessibility check went, and how many it left for."""
    ada(database)
    with database.unit() as uow:
        issue = schedule(uow, linking, NOW, editor, head=head, now=NOW)
        assert clear_to_leave(uow, issue, head, NOW)

        assert (issue.accessibility, issue.audience) == ([], 1)


def test_only_what_was_approved_is_scheduled(database: Database, issue: Issue, head: Letterhead) -> None:
    """A draft never is, whatever preflight says."""
    with pytest.raises(NotPossibleNow), database.unit() as uow:
        schedule(uow, issue.id, FIRST_JULY, None, head=head, now=NOW)
