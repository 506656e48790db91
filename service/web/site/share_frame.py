"""What the pages of a draft have in common: its token in the address, its questions, its limits, and the way on."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.leads import alert_leads
from service.stories.consent import ASKED_WHILE_TELLING, PLACES, READ_AND_CONTACT, opening
from service.stories.drafts import draft_at
from service.stories.helplines import HELPLINES, HelpLine
from service.stories.kinds import GivenBy, HoldKind
from service.stories.model import StoryDraft, StoryHold
from service.stories.telling import first_open
from service.stories.watching import watch_draft
from service.tokens import Purpose
from service.web.frame import now, services
from service.web.limits import Limit

LARGEST_ANSWER = 512 * 1024
"""Bytes of one page's answers."""
LARGEST_STORY = 4 * 1024 * 1024
"""Bytes of a page with a story on it: many times the longest that we take, so that what is too long is still kept."""
DRAFTS = Limit("story_drafts", 30, timedelta(hours=1))
"""New drafts from one place. A hospital's patients share an address, so this is generous."""
PROOFS = Limit("story_proofs", 5, timedelta(days=1))
"""Mails to one address that ask for proof."""
LINKS = Limit("story_links", 5, timedelta(days=1))
"""Mails to one address with a draft's link."""
PHOTOS = Limit("story_photos", 40, timedelta(hours=1))
"""Photos from one place: each takes a second of a processor."""


def row_of(token: str) -> int:
    """The row id of the draft behind a token. Raises BadToken."""
    return services().tokens.open(Purpose.DRAFT, token)


def draft_of(session: Session, token: str) -> StoryDraft:
    """The draft behind a token. Raises BadToken or DraftGone."""
    return draft_at(session, row_of(token), now())


def seal(draft: StoryDraft) -> str:
    """The token of a draft."""
    return services().tokens.seal(Purpose.DRAFT, draft.id)


def is_sent(draft: StoryDraft) -> bool:
    """Whether it waits for the proof of its address, or is a story already."""
    return draft.story_id is not None or draft.sent_at is not None


def place_of(draft: StoryDraft) -> str:
    """The page its teller should see: the first open question, the last look, or what happens next."""
    return "sent" if is_sent(draft) else first_open(draft.answers)


def to(token: str, page: str) -> ResponseReturnValue:
    """Go on to a page of the draft, or to where its teller stopped."""
    return redirect(url_for("share.resume", token=token) + (f"/{page}" if page else ""), 303)


def look_after(uow: UnitOfWork, draft: StoryDraft) -> bool:
    """Tell the safeguarding leads when the draft has new words of somebody in danger; gives whether it has."""
    if watch_draft(uow, draft, now=now()) is None:
        return False
    alert_leads(uow, now=now())
    return True


def is_looked_after(session: Session, draft: StoryDraft) -> bool:
    """Whether a case about the draft is open."""
    mine = select(StoryHold.id).where(StoryHold.draft_id == draft.id, StoryHold.resolved_at.is_(None))
    return session.scalar(mine.where(StoryHold.kind == HoldKind.SAFEGUARDING).limit(1)) is not None


def help_lines() -> Sequence[HelpLine]:
    """Whom somebody in danger can call, from the settings' country; needs no database."""
    return HELPLINES[services().settings.helplines]


def words(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the templates of the questions ask with, for somebody who has answered so far."""
    organisation = services().settings.organisation
    role = next((role for role in GivenBy if role == answers.get("told_by")), GivenBy.SELF)
    return {
        "places": PLACES,
        "asked": opening(ASKED_WHILE_TELLING, organisation, role),
        "read_and_contact": opening(READ_AND_CONTACT, organisation, role),
    }
