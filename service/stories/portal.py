"""The storytellers' door: a mailed link, good once and for half an hour, opens a session that ends when idle."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.stories.errors import EntrySpent, NoSuchStory, SessionOver
from service.stories.model import PortalEntry, PortalSession, Story, StoryState, Storyteller
from service.tokens import Purpose, Tokens

ENTRY_LASTS = timedelta(minutes=30)
IDLE = timedelta(minutes=30)
NOBODY = 0
"""The row id of a link mail that was asked for with an unknown address."""


def request_entry(uow: UnitOfWork, tokens: Tokens, email: str, *, now: datetime) -> None:
    """Have a link mailed. An unknown address costs the same writes, so that the answer takes as long."""
    keys = tokens.keyed_hashes(Purpose.STORYTELLER, email.strip().lower())
    query = select(Storyteller.id).where(Storyteller.email_key.in_(keys)).order_by(Storyteller.id)
    teller_id = uow.session.scalar(query.limit(1))
    leave_notice(uow, "portal_entry", teller_id or NOBODY, now=now)


def make_entry(uow: UnitOfWork, tokens: Tokens, teller_id: int, *, now: datetime) -> str:
    """The token of a link for one storyteller; only its hash is kept."""
    uow.session.execute(delete(PortalEntry).where(PortalEntry.expires_at <= now))
    token, token_hash = tokens.fresh()
    uow.session.add(PortalEntry(storyteller_id=teller_id, token_hash=token_hash, expires_at=now + ENTRY_LASTS))
    return token


def entry_is_open(session: Session, tokens: Tokens, token: str, *, now: datetime) -> bool:
    """Whether a link could still be used; looking does not use it, because mail scanners look."""
    unspent = PortalEntry.used_at.is_(None) & (PortalEntry.expires_at > now)
    query = select(PortalEntry.id).where(PortalEntry.token_hash == tokens.fresh_hash(token), unspent)
    return session.scalar(query) is not None


def enter(uow: UnitOfWork, tokens: Tokens, token: str, *, now: datetime) -> str:
    """Spend the link and give the token of a session. Raises EntrySpent; of two at the same time, one gets in."""
    teller_id = uow.session.execute(
        update(PortalEntry)
        .where(
            PortalEntry.token_hash == tokens.fresh_hash(token),
            PortalEntry.used_at.is_(None),
            PortalEntry.expires_at > now,
        )
        .values(used_at=now)
        .returning(PortalEntry.storyteller_id)
    ).scalar_one_or_none()
    if teller_id is None:
        raise EntrySpent
    session_token, token_hash = tokens.fresh()
    uow.session.add(PortalSession(storyteller_id=teller_id, token_hash=token_hash, started_at=now, seen_at=now))
    return session_token


def open_session(session: Session, tokens: Tokens, token: str, *, now: datetime) -> PortalSession:
    """The session behind a token. Raises SessionOver."""
    query = select(PortalSession).where(
        PortalSession.token_hash == tokens.fresh_hash(token), PortalSession.seen_at > now - IDLE
    )
    found = session.scalar(query)
    if found is None:
        raise SessionOver
    return found


def stay(uow: UnitOfWork, tokens: Tokens, token: str, *, now: datetime) -> PortalSession:
    """The same, and its half hour begins again. Raises SessionOver."""
    found = open_session(uow.session, tokens, token, now=now)
    found.seen_at = now
    return found


def leave(uow: UnitOfWork, tokens: Tokens, token: str) -> None:
    """End the session behind a token, if there is one."""
    uow.session.execute(delete(PortalSession).where(PortalSession.token_hash == tokens.fresh_hash(token)))


def forget_sessions(uow: UnitOfWork, *, now: datetime) -> None:
    """Delete sessions that are over and links that have ended."""
    uow.session.execute(delete(PortalSession).where(PortalSession.seen_at <= now - IDLE))
    uow.session.execute(delete(PortalEntry).where(PortalEntry.expires_at <= now))


def stories_of(session: Session, teller_id: int) -> Sequence[Story]:
    """A storyteller's stories, newest first; what was erased is not theirs any more."""
    query = select(Story).where(Story.storyteller_id == teller_id, Story.state != StoryState.ERASED)
    return session.scalars(query.order_by(Story.id.desc())).all()


def own_story(session: Session, teller_id: int, story_id: int, *, for_change: bool = False) -> Story:
    """One of a storyteller's own stories, locked if it is to change. Raises NoSuchStory, also for other people's."""
    query = select(Story).where(
        Story.id == story_id, Story.storyteller_id == teller_id, Story.state != StoryState.ERASED
    )
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    story = session.scalar(query)
    if story is None:
        raise NoSuchStory
    return story
