"""Test copies of an issue: to oneself, to the team, or to the newsletter's seed addresses."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueTest
from service.mail.notices import leave_notice


class To(StrEnum):
    """Who gets a test copy."""

    ME = "me"
    TEAM = "team"
    SEEDS = "seeds"


def send_test(uow: UnitOfWork, issue_id: int, editor: Editor, *, to: To = To.ME, now: datetime) -> list[IssueTest]:
    """Have copies, marked as a test, mailed; their personal links open nothing. Gives one row for each copy."""
    issue = issue_to_change(uow, issue_id)
    tests = [
        IssueTest(issue_id=issue.id, editor_id=person, to=address, asked_at=now)
        for person, address in _recipients(uow, issue, editor, to)
    ]
    uow.session.add_all(tests)
    uow.session.flush()
    for test in tests:
        leave_notice(uow, "issue_test", test.id, now=now)
    note(uow, editor, "tested", f"issue:{issue.id}", now=now)
    return tests


def _recipients(uow: UnitOfWork, issue: Issue, editor: Editor, to: To) -> list[tuple[int, str]]:
    """The account that each copy is for, and the address where it is not the account's own."""
    match to:
        case To.ME:
            return [(editor.id, "")]
        case To.TEAM:
            team = uow.session.scalars(select(Editor.id).where(Editor.active).order_by(Editor.id))
            return [(person, "") for person in team]
        case To.SEEDS:
            return [(editor.id, seed) for seed in issue.newsletter.seeds]
