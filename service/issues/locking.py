"""Taking an issue in hand: locked until the unit ends, and only as the page showed it."""

from sqlalchemy import select

from service.db import UnitOfWork
from service.issues.errors import ChangedMeanwhile, NoSuchIssue
from service.issues.model import Issue


def issue_to_change(uow: UnitOfWork, issue_id: int, *, version: int | None = None) -> Issue:
    """The issue, locked until the unit ends. Raises NoSuchIssue, or ChangedMeanwhile if it is past `version`."""
    query = select(Issue).where(Issue.id == issue_id).with_for_update(of=Issue)
    issue = uow.session.scalar(query.execution_options(populate_existing=True))
    if issue is None:
        raise NoSuchIssue
    if version is not None and issue.version != version:
        raise ChangedMeanwhile
    return issue
