"""The emergency stop by the link in the mail: whoever was told that an issue leaves can stop it without signing in."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.mails import Told
from service.editors.model import Editor
from service.issues.actions import stop
from service.issues.model import Issue
from service.issues.queries import issue_at_desk
from service.issues.transitions import TRANSITIONS, Move
from service.tokens import BadToken, Purpose, Tokens


def read_stop_link(session: Session, tokens: Tokens, token: str) -> Issue:
    """The issue behind a link. Raises BadToken, also for somebody whose account is closed by now, or NoSuchIssue."""
    return issue_at_desk(session, _told(session, tokens, token)[0])


def stop_by_link(uow: UnitOfWork, tokens: Tokens, token: str, *, now: datetime) -> None:
    """Let nothing more leave; harmless to repeat, and for an issue of which nothing can leave any more.

    Raises BadToken or NoSuchIssue.
    """
    issue_id, editor = _told(uow.session, tokens, token)
    if can_be_stopped(issue_at_desk(uow.session, issue_id)):
        stop(uow, issue_id, editor, now=now)


def can_be_stopped(issue: Issue) -> bool:
    """Whether there is anything to stop."""
    return issue.state in TRANSITIONS[Move.STOP]


def _told(session: Session, tokens: Tokens, token: str) -> tuple[int, Editor]:
    told = Told.of(tokens.open(Purpose.STOP, token))
    editor = session.get(Editor, told.editor_id)
    if editor is None or not editor.active:
        raise BadToken
    return told.issue_id, editor
