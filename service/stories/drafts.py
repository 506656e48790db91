"""Drafts: what somebody has typed so far, kept on the server after every page, and sent to us when they say so."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.stories.errors import DraftGone, DraftSent, DraftUnfinished, ProofUnknown
from service.stories.model import StoryDraft, StoryPhoto
from service.stories.telling import CHECK, first_open

LASTS = timedelta(days=60)
"""How long a draft is kept after it was last saved (DOMAIN 2.4)."""
PROOF_LASTS = timedelta(days=7)
"""How long the link that proves the address works."""
WARNED_AFTER = (30, 53)
"""Days after which somebody whose address we have is told that their draft will go."""
BETWEEN_MAILS = timedelta(minutes=1)
"""A button pressed twice in this time sends one mail."""


def start_draft(uow: UnitOfWork, *, now: datetime) -> StoryDraft:
    """An empty draft."""
    draft = StoryDraft(created_at=now, saved_at=now, expires_on=(now + LASTS).date())
    uow.session.add(draft)
    uow.session.flush()
    return draft


def draft_at(session: Session, draft_id: int, now: datetime, *, for_change: bool = False) -> StoryDraft:
    """The draft with this row id. Raises DraftGone when there is none or its time is over."""
    draft = session.get(StoryDraft, draft_id, with_for_update=for_change)
    if draft is None or draft.expires_on < now.date():
        raise DraftGone
    return draft


def draft_for_change(uow: UnitOfWork, draft_id: int, *, now: datetime) -> StoryDraft:
    """The draft, locked, to change more than its answers. Raises DraftGone, or DraftSent once it is a story.

    What is proven is what was sent, so it counts as not sent, and its time starts again.
    """
    draft = draft_at(uow.session, draft_id, now, for_change=True)
    if draft.story_id is not None:
        raise DraftSent
    draft.sent_at = draft.token_hash = draft.token_expires_at = None
    draft.saved_at, draft.expires_on, draft.warned_days = now, (now + LASTS).date(), 0
    return draft


def save_answers(uow: UnitOfWork, draft_id: int, answers: Mapping[str, str], *, now: datetime) -> StoryDraft:
    """Keep `answers`, right or wrong, and start the draft's time again. Raises DraftGone.

    A draft that was sent and is changed before its address was proven counts as not sent: what is proven is what was
    sent. One that has become a story stays as it is.
    """
    draft = draft_at(uow.session, draft_id, now, for_change=True)
    if draft.story_id is not None:
        return draft
    together = {**draft.answers, **answers}
    if together != draft.answers:
        draft.answers = together
        draft.sent_at = draft.token_hash = draft.token_expires_at = None
    draft.saved_at, draft.expires_on, draft.warned_days = now, (now + LASTS).date(), 0
    return draft


def send_draft(uow: UnitOfWork, draft_id: int, *, now: datetime) -> StoryDraft:
    """Have the link mailed that proves the address; again, if asked again. Raises DraftGone or DraftUnfinished."""
    draft = draft_at(uow.session, draft_id, now, for_change=True)
    if draft.story_id is not None:
        return draft
    if first_open(draft.answers) != CHECK:
        raise DraftUnfinished
    if draft.sent_at is None or now - draft.sent_at >= BETWEEN_MAILS:
        draft.sent_at = now
        leave_notice(uow, "prove_story_address", draft.id, now=now)
    return draft


def draft_by_proof(session: Session, token_hash: str, *, for_change: bool = False) -> StoryDraft:
    """The draft whose newest mailed link has this hash, also when the link has expired. Raises ProofUnknown."""
    query = select(StoryDraft).where(StoryDraft.token_hash == token_hash)
    draft = session.scalar(query.with_for_update() if for_change else query)
    if draft is None:
        raise ProofUnknown
    return draft


def mail_link(uow: UnitOfWork, draft_id: int, email: str, *, now: datetime) -> None:
    """Have the link to the draft mailed to `email`, so that it can be finished later. Raises DraftGone.

    The address is kept with the draft: it is the answer to the last question too, unless there is another one.
    """
    known = draft_at(uow.session, draft_id, now).answers.get("email")
    draft = save_answers(uow, draft_id, {"later_email": email, **({} if known else {"email": email})}, now=now)
    if draft.story_id is None:
        leave_notice(uow, "finish_later", draft.id, now=now)


def warn_of_ending(uow: UnitOfWork, *, now: datetime) -> int:
    """Owe the mails that say a draft will go, to those who asked for its link; gives how many."""
    owed = 0
    waiting = select(StoryDraft).where(
        StoryDraft.saved_at <= now - timedelta(days=min(WARNED_AFTER)),
        StoryDraft.warned_days < max(WARNED_AFTER),
        StoryDraft.expires_on >= now.date(),
        StoryDraft.story_id.is_(None),
    )
    for draft in uow.session.scalars(waiting):
        reached = max(days for days in (0, *WARNED_AFTER) if draft.saved_at <= now - timedelta(days=days))
        if reached > draft.warned_days:
            draft.warned_days = reached
            if draft.answers.get("later_email"):
                leave_notice(uow, "draft_will_go", draft.id, now=now)
                owed += 1
    return owed


def drop_old_drafts(uow: UnitOfWork, *, now: datetime) -> int:
    """Delete drafts whose time is over, with their photos; gives how many went."""
    old = select(StoryDraft.id).where(StoryDraft.expires_on < now.date())
    uow.session.execute(delete(StoryPhoto).where(StoryPhoto.draft_id.in_(old), StoryPhoto.story_id.is_(None)))
    gone = uow.session.execute(delete(StoryDraft).where(StoryDraft.expires_on < now.date()).returning(StoryDraft.id))
    return len(gone.all())
