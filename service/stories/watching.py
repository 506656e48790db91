"""Looking after storytellers: words of somebody in danger open a case at once, also while the story is only a draft.

A draft is looked at before its teller has said that we may read it, because somebody in danger may never press the last
button. DOMAIN 2.1 asks for help at once, a named lead and no rejection; so only the safeguarding lead is told, only the
words that were found are in the case, the teller is told that we do this before the first question and again when it
happens, and nothing is decided by it but that nothing is published until the lead has looked.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from service.db import UnitOfWork
from service.stories.holds import open_hold
from service.stories.kinds import HoldKind
from service.stories.model import Story, StoryDraft, StoryHold
from service.stories.safeguarding import Worry, worry_about
from service.stories.telling import texts

OPENED_BY = "wording:"
"""What `StoryHold.opened_by` begins with when words were found; the kinds follow, with a plus between."""


def watch_draft(uow: UnitOfWork, draft: StoryDraft, *, now: datetime) -> StoryHold | None:
    """Open a case, or add to the open one, when the draft has worrying words that no case about it has seen.

    Gives the case somebody has to be told about; None when there is nothing new.
    """
    return _watch(uow, draft, StoryHold.draft_id == draft.id, worry_about(texts(draft.answers)), now)


def watch_words(uow: UnitOfWork, story: Story, words: str, *, now: datetime) -> StoryHold | None:
    """The same for what its teller wrote to us about a story after it was sent."""
    return _watch(uow, story, StoryHold.story_id == story.id, worry_about([words]), now)


def kinds_of(hold: StoryHold) -> list[str]:
    """The kinds of danger a case was opened for; empty for one that a person opened."""
    return hold.opened_by.removeprefix(OPENED_BY).split("+") if hold.opened_by.startswith(OPENED_BY) else []


def _watch(
    uow: UnitOfWork, about: Story | StoryDraft, mine: ColumnElement[bool], worry: Worry, now: datetime
) -> StoryHold | None:
    if not worry:
        return None
    cases = select(StoryHold).where(mine, StoryHold.kind == HoldKind.SAFEGUARDING)
    seen = {words for case in uow.session.scalars(cases) for words in case.note.split("\n")}
    if set(worry.words) <= seen:
        return None
    hold = open_hold(uow, HoldKind.SAFEGUARDING, about, opened_by=OPENED_BY + "+".join(worry.kinds), now=now)
    kinds, words = {*kinds_of(hold), *worry.kinds}, {*hold.note.split("\n"), *worry.words} - {""}
    if hold.opened_by.startswith(OPENED_BY):
        hold.opened_by = OPENED_BY + "+".join(sorted(kinds))
    hold.note, hold.alerted_at = "\n".join(sorted(words)), now
    return hold
