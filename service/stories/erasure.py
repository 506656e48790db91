"""Erasure: the words and the person go, a tombstone stays, so that the address can answer kindly and the ledger holds.

What stays of a story: its row with the state, the address if readers ever knew it, the hashes of its revisions, dates,
and the ledger without its personal fields. What happened can still be proven, and nobody can be read from it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from service.db import UnitOfWork
from service.stories.guards import TIMER
from service.stories.ledger import erase_personal
from service.stories.model import (
    Naming,
    Story,
    StoryChange,
    StoryComment,
    StoryDraft,
    StoryHold,
    StoryPhoto,
    StoryPhotoPerson,
    StoryReminder,
    StoryState,
    Storyteller,
)
from service.stories.moderation import WITHDRAWN, withdraw
from service.stories.slugs import placeholder_slug
from service.stories.workflow import Action, move
from service.tombstones import Tombstone

ERASED = "story_erased"
"""The kind of a tombstone in the journal; its key is the story's row id."""

_CLEARED = ("display_name", "role", "relation", "age_band", "stage", "country", "format", "decline_note", "lang")


def erase_story(uow: UnitOfWork, story: Story, *, now: datetime, by: str = "timer", keep_proof: bool = True) -> None:
    """Leave a tombstone of a story that was withdrawn or declined. Raises NotFromHere for any other.

    With `keep_proof` the ledger keeps what was agreed to for as long as `retention` says; without, hashes and dates.
    """
    move(story, Action.ERASE, now, by)
    uow.journal_erasure(ERASED, str(story.id), now=now, proof="kept" if keep_proof else "emptied")
    for name in _CLEARED:
        setattr(story, name, "")
    story.naming, story.topics, story.content_notes, story.erase_at = Naming.ANONYMOUS, [], [], None
    story.storyteller_id, story.of_age_at = None, None
    if not story.was_public:
        story.slug = placeholder_slug()
    if not keep_proof:
        forget_proof(story, now=now)
    uow.session.flush()
    _empty_revisions(uow, story)
    _clear_papers(uow, story)
    uow.session.expire(story)


def erase_storyteller(uow: UnitOfWork, teller: Storyteller, *, organisation: str, now: datetime) -> None:
    """Take back and erase every story of a storyteller at their wish, and forget them."""
    for story in uow.session.scalars(select(Story).where(Story.storyteller_id == teller.id).with_for_update()).all():
        if story.state not in {StoryState.WITHDRAWN, StoryState.ERASED}:
            withdraw(uow, story, organisation=organisation, now=now, by="storyteller")
        if story.state is StoryState.ERASED:
            forget_proof(story, now=now)
        else:
            erase_story(uow, story, now=now, by="storyteller", keep_proof=False)
    uow.session.flush()
    uow.session.delete(teller)


def forget_proof(story: Story, *, now: datetime) -> None:
    """Empty the personal fields of the ledger about a story; the chain still verifies."""
    for record in story.consents:
        if record.erased_at is None:
            erase_personal(record, now)


def forget_tellers_without_stories(uow: UnitOfWork) -> None:
    """Delete storytellers none of whose stories is left."""
    has_story = select(Story.id).where(Story.storyteller_id == Storyteller.id).exists()
    uow.session.execute(delete(Storyteller).where(~has_story))


def replay_journal(uow: UnitOfWork, tombstones: Sequence[Tombstone], *, organisation: str, now: datetime) -> int:
    """Take back and erase again what the journal names and a backup brought back; gives how many stories it found.

    A story told after its tombstone has the row id by chance, and stays. Harmless to repeat.
    """
    found = set()
    for stone in tombstones:
        story = uow.session.get(Story, int(stone.key)) if stone.kind in {WITHDRAWN, ERASED} else None
        if story is None or story.created_at > stone.at or story.state is StoryState.ERASED:
            continue
        found.add(story.id)
        if story.state is not StoryState.WITHDRAWN:
            withdraw(uow, story, organisation=organisation, now=now, by=TIMER, keep_copy=True)
        if stone.kind == ERASED:
            erase_story(uow, story, now=now, keep_proof=stone.facts.get("proof") == "kept")
    forget_tellers_without_stories(uow)
    return len(found)


def _empty_revisions(uow: UnitOfWork, story: Story) -> None:
    for revision in story.revisions:
        revision.title = revision.teaser = revision.body = ""
    uow.session.flush()


def clear_working_files(uow: UnitOfWork, story: Story) -> None:
    """Forget how a story came about: its changes, comments and every wording but the one shown and the one in hand."""
    for table in (StoryChange, StoryComment):
        uow.session.execute(delete(table).where(table.story_id == story.id))
    for revision in story.revisions:
        if revision.hash != story.shown_hash and revision is not story.words:
            revision.title = revision.teaser = revision.body = ""
    uow.session.flush()
    uow.session.expire(story, ["changes", "comments"])


def _clear_papers(uow: UnitOfWork, story: Story) -> None:
    """Changes, comments, reminders and drafts go; photos stay as rows, because answers are about them."""
    for table in (StoryChange, StoryComment, StoryReminder, StoryDraft):
        uow.session.execute(delete(table).where(table.story_id == story.id))
    photos = select(StoryPhoto.id).where(StoryPhoto.story_id == story.id)
    uow.session.execute(update(StoryPhotoPerson).where(StoryPhotoPerson.photo_id.in_(photos)).values(who=""))
    cleared = {"alt": "", "caption": "", "removed_at": story.state_since}
    uow.session.execute(update(StoryPhoto).where(StoryPhoto.story_id == story.id).values(**cleared))
    no_words = {"note": "", "resolution": ""}
    uow.session.execute(update(StoryHold).where(StoryHold.story_id == story.id).values(**no_words))
