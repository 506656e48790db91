"""The life of an issue from the moment it is on the schedule: begin, finish, and every way to hold it."""

from contextlib import suppress
from datetime import datetime

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.approvals import end_approvals
from service.issues.content import is_empty
from service.issues.errors import NothingToSend, NotPossibleNow
from service.issues.locking import issue_to_change
from service.issues.model import Issue
from service.issues.transitions import Move, after

DID = {
    Move.STOP: "stopped",
    Move.RESUME: "resumed",
    Move.REOPEN: "reopened",
    Move.CANCEL: "cancelled",
}
"""What the trail says of the moves that people make."""


def stop(uow: UnitOfWork, issue_id: int, editor: Editor | None, *, now: datetime) -> Issue:
    """Let nothing more leave. What has left cannot be called back; what the provider only holds still can."""
    issue = _moved(uow, issue_id, Move.STOP, editor, now=now)
    uow.enqueue("delivery.call_back", issue.id)
    return issue


def resume(uow: UnitOfWork, issue_id: int, editor: Editor | None, *, now: datetime) -> Issue:
    """Go on with an issue that was stopped or paused half-way: whoever has it does not get it again."""
    issue = _moved(uow, issue_id, Move.RESUME, editor, now=now)
    if issue.started_at is None:
        raise NotPossibleNow("You cannot go on with an issue that has not begun to leave. Reopen it.")
    if is_empty(uow.session, issue, now):
        raise NothingToSend
    issue.held_because = ""
    uow.enqueue("delivery.drain", issue.id)
    return issue


def reopen(uow: UnitOfWork, issue_id: int, editor: Editor | None, *, now: datetime) -> Issue:
    """Take an issue that was stopped before anybody got it back to review."""
    issue = _moved(uow, issue_id, Move.REOPEN, editor, now=now)
    if issue.started_at is not None:
        raise NotPossibleNow("You cannot reopen an issue that some readers have. Go on with it, or cancel it.")
    end_approvals(uow.session, issue, now)
    return issue


def cancel(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, *, version: int | None = None, now: datetime
) -> Issue:
    """Give the issue up. If nobody got it, its stories are free for the next one."""
    return _moved(uow, issue_id, Move.CANCEL, editor, version=version, now=now)


def begin_sending(uow: UnitOfWork, issue_id: int, now: datetime) -> Issue:
    """The delivery engine starts on a scheduled issue. Raises NotPossibleNow when it is not, or not any more."""
    issue = issue_to_change(uow, issue_id)
    issue.state = after(issue.state, Move.BEGIN)
    issue.started_at = now
    if issue.corrects_id is not None:
        _corrected(uow, issue.corrects_id, now)
    return issue


def _corrected(uow: UnitOfWork, issue_id: int, now: datetime) -> None:
    """The correction of an issue begins to leave. One that went on to further readers meanwhile stays as it is."""
    issue = issue_to_change(uow, issue_id)
    with suppress(NotPossibleNow):
        issue.state = after(issue.state, Move.CORRECT)
    note(uow, None, "corrected", f"issue:{issue.id}", now=now)


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
