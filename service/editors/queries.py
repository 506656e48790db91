"""Looking up accounts, links and the trail."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.editors.model import Editor, SignInLink, TrailEntry
from service.tokens import Tokens


def comparable(email: str) -> str:
    """The form in which an account's address is stored and looked up."""
    return email.strip().casefold()


def editor_by_email(session: Session, email: str) -> Editor | None:
    """The active account with this address, however it is written."""
    return session.scalar(select(Editor).where(Editor.email == comparable(email), Editor.active))


def editor_of_session(session: Session, key: str) -> Editor | None:
    """The active account whose `fs_uniquifier` is `key`."""
    return session.scalar(select(Editor).where(Editor.fs_uniquifier == key, Editor.active))


def link_is_open(session: Session, tokens: Tokens, token: str, *, now: datetime) -> bool:
    """Whether a sign-in link could still be used; looking does not use it."""
    spent = SignInLink.used_at.is_not(None) | (SignInLink.expires_at <= now)
    query = select(exists().where(SignInLink.token_hash == tokens.fresh_hash(token), ~spent))
    return bool(session.scalar(query))


def newest_entries(
    session: Session, *, most: int, before: int | None = None
) -> Sequence[tuple[TrailEntry, Editor | None]]:
    """The newest `most` entries of the trail (older than the entry `before`), each with who did it."""
    query = select(TrailEntry, Editor).outerjoin(Editor, TrailEntry.editor_id == Editor.id)
    if before is not None:
        query = query.where(TrailEntry.id < before)
    rows = session.execute(query.order_by(TrailEntry.id.desc()).limit(most))
    return [(entry, editor) for entry, editor in rows]
