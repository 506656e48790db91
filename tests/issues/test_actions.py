"""What editors and the delivery engine do with an issue."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db import Database, UnitOfWork
from service.editors.model import Editor, TrailEntry
from service.issues import actions, approvals, scheduling
from service.issues.copies import send_test
from service.issues.errors import ChangedMeanwhile, NoSuchIssue, NothingToSend, NotPossibleNow
from service.issues.model import Issue, IssueState, Newsletter
from service.issues.queries import due_issues, missed
from service.mail.letterhead import Letterhead
from service.mail.model import Notice
from tests.cast import NOW
from tests.conftest import Chime

LATER = NOW + timedelta(days=3)


@pytest.fixture
def approved(database: Database, issue: Issue, editor: Editor) -> int:
    """The id of the July issue, approved by Eve."""
    with database.unit() as uow:
        return approvals.approve(uow, issue.id, editor, now=NOW).id


@pytest.fixture
def sending(database: Database, approved: int, editor: Editor, head: Letterhead) -> int:
    """The id of the July issue while it leaves."""
    with database.unit() as uow:
        scheduling.schedule(uow, approved, NOW, editor, head=head, now=NOW)
        return actions.begin_sending(uow, approved, NOW).id


def state_of(database: Database, issue_id: int) -> IssueState:
    """Where it stands now."""
    with database.read() as session:
        return session.get_one(Issue, issue_id).state


def test_approval_says_who_and_when_and_leaves_a_trail(database: Database, approved: int, editor: Editor) -> None:
    """Somebody answers for what goes out."""
    with database.read() as session:
        issue = session.get_one(Issue, approved)
        entry = session.scalars(select(TrailEntry)).one()

    assert (issue.state, issue.approved_by, issue.approved_at) == (IssueState.APPROVED, editor.id, NOW)
    assert (entry.editor_id, entry.verb, entry.subject) == (editor.id, "approved_alone", f"issue:{approved}")


def test_an_issue_without_anything_to_read_cannot_be_approved(
    database: Database, newsletter: Newsletter, editor: Editor
) -> None:
    """An empty mail helps nobody."""
    with database.unit() as uow:
        empty = Issue(
            newsletter=uow.session.merge(newsletter), period="x", slug="x", subject="x", planned_for=NOW, created_at=NOW
        )
        uow.session.add(empty)

    with pytest.raises(NothingToSend), database.unit() as uow:
        approvals.approve(uow, empty.id, editor, now=NOW)

    assert state_of(database, empty.id) is IssueState.DRAFT


def test_a_draft_cannot_be_scheduled(database: Database, issue: Issue, editor: Editor, head: Letterhead) -> None:
    """First somebody approves it."""
    with pytest.raises(NotPossibleNow), database.unit() as uow:
        scheduling.schedule(uow, issue.id, LATER, editor, head=head, now=NOW)


def test_a_scheduled_issue_is_due_when_its_time_has_come(
    database: Database, approved: int, editor: Editor, chime: Chime, head: Letterhead
) -> None:
    """Not a moment before, and the sweep finds it even if nobody rings."""
    with database.unit() as uow:
        scheduling.schedule(uow, approved, LATER, editor, head=head, now=NOW)

    with database.read() as session:
        assert due_issues(session, LATER - timedelta(seconds=1)) == []
        assert [issue.id for issue in due_issues(session, LATER)] == [approved]
    assert ("delivery.start", approved) not in chime.rung


def test_an_issue_that_missed_its_time_waits_for_an_editor(
    database: Database, approved: int, editor: Editor, head: Letterhead
) -> None:
    """Up to six hours late it leaves by itself; later than that nobody expects it any more."""
    with database.unit() as uow:
        scheduling.schedule(uow, approved, LATER, editor, head=head, now=NOW)

    with database.read() as session:
        issue, limit = session.get_one(Issue, approved), LATER + timedelta(hours=6)
        assert (due_issues(session, limit), missed(issue, limit)) == ([issue], False)
        limit += timedelta(seconds=1)
        assert (due_issues(session, limit), missed(issue, limit)) == ([], True)


@pytest.mark.parametrize("ago", [0, 60])
def test_scheduling_for_a_time_that_has_passed_means_now(
    database: Database, approved: int, editor: Editor, chime: Chime, ago: int, head: Letterhead
) -> None:
    """And the worker is rung at once."""
    with database.unit() as uow:
        issue = scheduling.schedule(uow, approved, NOW - timedelta(minutes=ago), editor, head=head, now=NOW)

    assert issue.send_at == NOW
    assert ("delivery.start", approved) in chime.rung


def test_unscheduling_keeps_the_approval(database: Database, approved: int, editor: Editor, head: Letterhead) -> None:
    """Nothing was edited, so nothing needs to be read again."""
    with database.unit() as uow:
        scheduling.schedule(uow, approved, LATER, editor, head=head, now=NOW)
        issue = scheduling.unschedule(uow, approved, editor, now=NOW)

    assert (issue.state, issue.send_at, issue.approved_by) == (IssueState.APPROVED, None, editor.id)


def test_only_a_scheduled_issue_begins_to_leave(database: Database, approved: int) -> None:
    """The delivery engine is refused like anybody else."""
    with pytest.raises(NotPossibleNow), database.unit() as uow:
        actions.begin_sending(uow, approved, NOW)


def test_finishing_says_when(database: Database, sending: int) -> None:
    """The issue is sent."""
    with database.unit() as uow:
        issue = actions.finish(uow, sending, LATER)

    assert (issue.state, issue.started_at, issue.sent_at) == (IssueState.SENT, NOW, LATER)


def test_a_pause_keeps_its_reason_until_somebody_goes_on(
    database: Database, sending: int, editor: Editor, chime: Chime
) -> None:
    """The operator reads why; going on rings the workers."""
    with database.unit() as uow:
        assert actions.pause(uow, sending, "the key is wrong").held_because == "the key is wrong"
    with database.unit() as uow:
        issue = actions.resume(uow, sending, editor, now=NOW)

    assert (issue.state, issue.held_because) == (IssueState.SENDING, "")
    assert ("delivery.drain", sending) in chime.rung


def test_a_pause_that_comes_after_the_stop_changes_nothing(database: Database, sending: int, editor: Editor) -> None:
    """Several workers may meet the same wrong key."""
    with database.unit() as uow:
        actions.stop(uow, sending, editor, now=NOW)
        actions.pause(uow, sending, "the key is wrong")

    assert state_of(database, sending) is IssueState.STOPPED


def test_a_stopped_issue_goes_on_or_is_cancelled(database: Database, sending: int, editor: Editor) -> None:
    """But cannot be edited and sent again to those who have it."""
    with database.unit() as uow:
        actions.stop(uow, sending, editor, now=NOW)
    with pytest.raises(NotPossibleNow), database.unit() as uow:
        actions.reopen(uow, sending, editor, now=NOW)

    with database.unit() as uow:
        assert actions.resume(uow, sending, editor, now=NOW).state is IssueState.SENDING


def test_an_issue_stopped_before_it_left_is_reopened(
    database: Database, approved: int, editor: Editor, head: Letterhead
) -> None:
    """It has no batches to go on with; it goes back to review."""
    with database.unit() as uow:
        scheduling.schedule(uow, approved, LATER, editor, head=head, now=NOW)
        actions.stop(uow, approved, editor, now=NOW)
    with pytest.raises(NotPossibleNow), database.unit() as uow:
        actions.resume(uow, approved, editor, now=NOW)

    with database.unit() as uow:
        issue = actions.reopen(uow, approved, editor, now=NOW)

    assert (issue.state, issue.send_at, issue.approved_by) == (IssueState.IN_REVIEW, None, None)


def test_a_test_copy_is_owed_to_the_editor(database: Database, issue: Issue, editor: Editor) -> None:
    """A row and a notice; the issue stays as it is."""
    with database.unit() as uow:
        test = send_test(uow, issue.id, editor, now=NOW)[0]

    with database.read() as session:
        notice = session.scalars(select(Notice)).one()
    assert (notice.template, notice.subject_id) == ("issue_test", test.id)
    assert state_of(database, issue.id) is IssueState.DRAFT


Act = Callable[[UnitOfWork, int, Editor], object]


@pytest.mark.parametrize(
    "act",
    [
        lambda uow, issue_id, eve: approvals.submit(uow, issue_id, eve, version=99, now=NOW),
        lambda uow, issue_id, eve: approvals.approve(uow, issue_id, eve, version=99, now=NOW),
        lambda uow, issue_id, eve: scheduling.unschedule(uow, issue_id, eve, version=99, now=NOW),
        lambda uow, issue_id, eve: actions.cancel(uow, issue_id, eve, version=99, now=NOW),
    ],
)
def test_nobody_acts_on_what_they_have_not_seen(database: Database, issue: Issue, editor: Editor, act: Act) -> None:
    """Somebody saved the issue after the page was shown."""
    with pytest.raises(ChangedMeanwhile), database.unit() as uow:
        act(uow, issue.id, editor)


def test_an_issue_that_is_not_there(database: Database, editor: Editor) -> None:
    """Has a name of its own among the errors."""
    with pytest.raises(NoSuchIssue), database.unit() as uow:
        approvals.approve(uow, 404, editor, now=NOW)
