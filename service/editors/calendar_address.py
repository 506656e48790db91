"""The secret address of the calendar feed: one for each account, made anew whenever its owner asks."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.tokens import Tokens


def make_calendar_address(uow: UnitOfWork, editor_id: int, *, tokens: Tokens, now: datetime) -> str:
    """A new token for the account's feed; the address it had before leads nowhere from now on. Only a hash is kept."""
    editor = uow.session.get_one(Editor, editor_id)
    token, editor.calendar_hash = tokens.fresh()
    note(uow, editor, "made_calendar_address", f"editor:{editor.id}", now=now)
    return token


def end_calendar_address(uow: UnitOfWork, editor_id: int, *, now: datetime) -> None:
    """Close the account's feed."""
    editor = uow.session.get_one(Editor, editor_id)
    editor.calendar_hash = None
    note(uow, editor, "ended_calendar_address", f"editor:{editor.id}", now=now)


def editor_of_calendar(session: Session, tokens: Tokens, token: str) -> Editor | None:
    """The active account whose feed stands at this token."""
    return session.scalar(select(Editor).where(Editor.calendar_hash == tokens.fresh_hash(token), Editor.active))
