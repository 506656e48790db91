"""Putting an issue on the schedule, taking it off, and the last look before it leaves."""

from datetime import datetime

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.approvals import is_as_approved, send_back_if_changed
from service.issues.errors import ChangedSinceApproval
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueState
from service.issues.preflight.examine import blocks, check_before_scheduling, examine, holds_at_start
from service.issues.preflight.findings import Finding
from service.issues.preflight.sending import count_readers
from service.issues.transitions import Move, after
from service.mail.letterhead import Letterhead


def schedule(
    uow: UnitOfWork,
    issue_id: int,
    at: datetime,
    editor: Editor | None,
    *,
    head: Letterhead,
    version: int | None = None,
    big_news: bool | None = None,
    now: datetime,
) -> Issue:
    """Have an approved issue leave at the instant `at`; one that has passed means now. `big_news` says whether readers
    who want nothing else get it too; None leaves that as it is.

    Raises PreflightBlocks, or ChangedSinceApproval when a story's words are not those that were approved.
    """
    issue = issue_to_change(uow, issue_id, version=version)
    issue.state = after(issue.state, Move.SCHEDULE)
    issue.send_at, issue.held_because = max(at, now), ""
    issue.big_news = issue.big_news if big_news is None else big_news
    if not is_as_approved(uow.session, issue):
        raise ChangedSinceApproval
    check_before_scheduling(uow.session, issue, head, now)
    note(uow, editor, "scheduled", f"issue:{issue.id}", now=now)
    uow.enqueue("preflight.try_links", issue.id)
    if issue.send_at == now:
        uow.enqueue("delivery.start", issue.id)
    return issue


def schedule_by_itself(uow: UnitOfWork, issue: Issue, *, head: Letterhead, now: datetime) -> list[Finding]:
    """Put an issue that has just been approved on the schedule for its date, where its newsletter says so.

    Gives what preflight has against it; then it stays approved, and somebody has to look. A date that has passed is
    not made up for: whoever approved asks for a time.
    """
    if issue.state is not IssueState.APPROVED or not issue.newsletter.schedules_itself or issue.planned_for <= now:
        return []
    if stops := blocks(uow.session, issue, examine(uow.session, issue, head, now)):
        return stops
    schedule(uow, issue.id, issue.planned_for, None, head=head, now=now)
    return []


def unschedule(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, *, version: int | None = None, now: datetime
) -> Issue:
    """Take a scheduled issue off the schedule; it stays approved."""
    issue = issue_to_change(uow, issue_id, version=version)
    issue.state = after(issue.state, Move.UNSCHEDULE)
    issue.send_at, issue.held_because = None, ""
    note(uow, editor, "unscheduled", f"issue:{issue.id}", now=now)
    return issue


def clear_to_leave(uow: UnitOfWork, issue: Issue, head: Letterhead, now: datetime) -> bool:
    """The last look at an issue whose time has come. False, with the issue back in review or held by preflight, when
    its words are not those that were approved, or when something blocks; otherwise its badge and audience are kept."""
    if send_back_if_changed(uow, issue, now):
        return False
    found = examine(uow.session, issue, head, now)
    if stops := holds_at_start(blocks(uow.session, issue, found)):
        held = issue_to_change(uow, issue.id)
        held.state = after(held.state, Move.HOLD)
        held.held_because = " ".join(finding.sentence for finding in stops)
        note(uow, None, "held_by_preflight", f"issue:{issue.id}", now=now)
        return False
    issue.accessibility = [finding.about for finding in found if finding.code == "accessible"]
    if issue.corrects_id is None:  # the readers of a correction are no measure for the next issue
        issue.audience = count_readers(uow.session, issue.newsletter_id)
    return True
