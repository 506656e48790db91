"""What colleagues say about an issue while it is made: to each other, never to a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor, Role
from service.editors.trail import note
from service.issues.builder_model import IssueComment
from service.issues.editing import item_of
from service.issues.errors import NoSuchIssue
from service.issues.locking import issue_to_change

MAY_COMMENT = (Role.EDITOR, Role.REVIEWER, Role.SAFEGUARDING, Role.TRANSLATOR)
"""Everybody who works with the words; an admin besides."""


@dataclass(frozen=True, slots=True)
class Said:
    """A comment with whoever wrote it."""

    comment: IssueComment
    by: Editor

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.comment.resolved_at is None


def say(uow: UnitOfWork, issue_id: int, item_id: int | None, words: str, by: Editor, *, now: datetime) -> IssueComment:
    """Say something about an item, or about the whole issue. An approval stands: readers see nothing of it.

    Raises NoSuchIssue when the issue has no such item.
    """
    issue = issue_to_change(uow, issue_id)
    if item_id is not None:
        item_of(issue, item_id)
    comment = IssueComment(issue_id=issue.id, item_id=item_id, editor_id=by.id, words=words, at=now)
    uow.session.add(comment)
    note(uow, by, "commented", f"issue:{issue.id}", now=now)
    uow.session.flush()
    return comment


def resolve(uow: UnitOfWork, issue_id: int, comment_id: int, by: Editor, *, now: datetime) -> IssueComment:
    """Say that a comment is dealt with. Raises NoSuchIssue when the issue has no such comment."""
    comment = _comment(uow.session, issue_id, comment_id)
    if comment.resolved_at is None:
        comment.resolved_at, comment.resolved_by = now, by.id
        note(uow, by, "resolved_comment", f"issue:{issue_id}", now=now)
    return comment


def open_again(uow: UnitOfWork, issue_id: int, comment_id: int, by: Editor, *, now: datetime) -> IssueComment:
    """Say that it is not dealt with after all. Raises NoSuchIssue when the issue has no such comment."""
    comment = _comment(uow.session, issue_id, comment_id)
    if comment.resolved_at is not None:
        comment.resolved_at = comment.resolved_by = None
        note(uow, by, "opened_comment", f"issue:{issue_id}", now=now)
    return comment


def comments_of(session: Session, issue_id: int) -> Sequence[Said]:
    """Everything that was said about an issue, the first comment first."""
    query = select(IssueComment, Editor).join(Editor, Editor.id == IssueComment.editor_id)
    rows = session.execute(query.where(IssueComment.issue_id == issue_id).order_by(IssueComment.id))
    return [Said(comment, by) for comment, by in rows]


def _comment(session: Session, issue_id: int, comment_id: int) -> IssueComment:
    comment = session.get(IssueComment, comment_id)
    if comment is None or comment.issue_id != issue_id:
        raise NoSuchIssue
    return comment
