"""The life of an issue: review, approve, schedule, begin, finish, and every way to hold it."""

from datetime import datetime

from sqlalchemy import select

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.content import is_empty
from service.issues.errors import ChangedMeanwhile, NoSuchIssue, NothingToSend, NotPossibleNow
from service.issues.model import Issue, IssueTest
from service.issues.transitions import Move, after
from service.mail.notices import leave_notice

DID = {
    Move.SUBMIT: "submitted",
    Move.APPROVE: "approved",
    Move.SCHEDULE: "scheduled",
    Move.UNSCHEDULE: "unscheduled",
    Move.STOP: "stopped",
    Move.RESUME: "resumed",
    Move.REOPEN: "reopened",
    Move.CANCEL: "cancelled",
}
"""What the trail says of the moves that people make."""


def issue_to_change(uow: UnitOfWork, issue_id: int, *, version: int | None = None) -> Issue:
    """The issue, locked until the unit ends. Raises NoSuchIssue, or ChangedMeanwhile if it is past `version`."""
    query = select(Issue).where(Issue.id == issue_id).with_for_update(of=Issue)
    issue = uow.session.scalar(query.execution_options(populate_existing=True))
    if issue is None:
        raise NoSuchIssue
    if version is not None and issue.version != version:
        raise ChangedMeanwhile
    return issue


def submit(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, *, version: int | None = None, now: datetime
) -> Issue:
    """Send a draft to review."""
    return _moved(uow, issue_id, Move.SUBMIT, editor, version=version, now=now)


def approve(uow: UnitOfWork, issue_id: int, editor: Editor, *, version: int | None = None, now: datetime) -> Issue:
    """Say that these words may go out. Raises NothingToSend for an issue without anything readers may see."""
    issue = _moved(uow, issue_id, Move.APPROVE, editor, version=version, now=now)
    if is_empty(uow.session, issue, now):
        raise NothingToSend
    issue.approved_by, issue.approved_at = editor.id, now
    return issue


def schedule(
    uow: UnitOfWork, issue_id: int, at: datetime, editor: Editor | None, *, version: int | None = None, now: datetime
) -> Issue:
    """Have an approved issue leave at the instant `at`; one that has passed means now."""
    issue = _moved(uow, issue_id, Move.SCHEDULE, editor, version=version, now=now)
    issue.send_at = max(at, now)
    if issue.send_at == now:
        uow.enqueue("delivery.start", issue.id)
    return issue


def unschedule(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, *, version: int | None = None, now: datetime
) -> Issue:
    """Take a scheduled issue off the schedule; it stays approved."""
    issue = _moved(uow, issue_id, Move.UNSCHEDULE, editor, version=version, now=now)
    issue.send_at = None
    return issue


def stop(uow: UnitOfWork, issue_id: int, editor: Editor | None, *, now: datetime) -> Issue:
    """Let nothing more leave. What has left cannot be called back."""
    return _moved(uow, issue_id, Move.STOP, editor, now=now)


def resume(uow: UnitOfWork, issue_id: int, editor: Editor | None, *, now: datetime) -> Issue:
    """Go on with an issue that was stopped or paused half-way: whoever has it does not get it again."""
    issue = _moved(uow, issue_id, Move.RESUME, editor, now=now)
    if issue.started_at is None:
        raise NotPossibleNow("You cannot go on with an issue that has not begun to leave. Reopen it.")
    issue.held_because = ""
    uow.enqueue("delivery.drain", issue.id)
    return issue


def reopen(uow: UnitOfWork, issue_id: int, editor: Editor | None, *, now: datetime) -> Issue:
    """Take an issue that was stopped before anybody got it back to review."""
    issue = _moved(uow, issue_id, Move.REOPEN, editor, now=now)
    if issue.started_at is not None:
        raise NotPossibleNow("You cannot reopen an issue that some readers have. Go on with it, or cancel it.")
    issue.approved_by = issue.approved_at = issue.send_at = None
    return issue


def cancel(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, *, version: int | None = None, now: datetime
) -> Issue:
    """Give the issue up. If nobody got it, its stories are free for the next one."""
    return _moved(uow, issue_id, Move.CANCEL, editor, version=version, now=now)


def send_test(uow: UnitOfWork, issue_id: int, editor: Editor, *, now: datetime) -> IssueTest:
    """Have a copy, marked as a test, mailed to the editor's own address."""
    issue = issue_to_change(uow, issue_id)
    test = IssueTest(issue_id=issue.id, editor_id=editor.id, asked_at=now)
    uow.session.add(test)
    uow.session.flush()
    leave_notice(uow, "issue_test", test.id, now=now)
    note(uow, editor, "tested", f"issue:{issue.id}", now=now)
    return test


def begin_sending(uow: UnitOfWork, issue_id: int, now: datetime) -> Issue:
    """The delivery engine starts on a scheduled issue. Raises NotPossibleNow when it is not, or not any more."""
    issue = issue_to_change(uow, issue_id)
    issue.state = after(issue.state, Move.BEGIN)
    issue.started_at = now
    return issue


def finish(uow: UnitOfWork, issue_id: int, now: datetime) -> Issue:
    """Every hand-over is done."""
    issue = issue_to_change(uow, issue_id)
    issue.state = after(issue.state, Move.FINISH)
    issue.sent_at = now
    return issue


def reach_rest(uow: UnitOfWork, issue_id: int) -> Issue:
    """The delivery engine goes on with readers whom an issue has missed so far. Raises NotPossibleNow."""
    issue = issue_to_change(uow, issue_id)
    issue.state = after(issue.state, Move.REACH_REST)
    return issue


def pause(uow: UnitOfWork, issue_id: int, reason: str) -> Issue:
    """The delivery engine cannot go on by itself. An issue that is not being sent (any more) stays as it is."""
    issue = issue_to_change(uow, issue_id)
    try:
        issue.state = after(issue.state, Move.PAUSE)
    except NotPossibleNow:
        return issue
    issue.held_because = reason
    return issue


def _moved(
    uow: UnitOfWork, issue_id: int, move: Move, editor: Editor | None, *, version: int | None = None, now: datetime
) -> Issue:
    issue = issue_to_change(uow, issue_id, version=version)
    issue.state = after(issue.state, move)
    note(uow, editor, DID[move], f"issue:{issue.id}", now=now)
    return issue
