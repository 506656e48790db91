"""The editors' work before a storyteller decides: claim, pass on, have facts checked, send the changes with reasons."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import update

from service.db import UnitOfWork
from service.mail.notices import leave_notice
from service.stories.changes import Proposal, proposals
from service.stories.errors import ClaimedByAnother, ReasonMissing, ThirdPartiesUnchecked
from service.stories.guards import STORYTELLER
from service.stories.model import Revision, Story, StoryChange, StoryState
from service.stories.moderation import same_words
from service.stories.workflow import Action, move

CLAIM_LASTS = timedelta(hours=24)
PARKED_AFTER = timedelta(days=30)
"""Without an answer for so long, a story is parked: nobody is reminded, and nothing is ever approved (DOMAIN 2.5)."""


def claim(story: Story, *, by: str, now: datetime) -> None:
    """Take the story on for a day; again, to start the day again. Raises ClaimedByAnother or NotFromHere."""
    if claimant(story, now) not in {"", by}:
        raise ClaimedByAnother
    move(story, Action.CLAIM, now, by)
    story.claimed_by, story.claimed_until = by, now + CLAIM_LASTS


def pass_on(story: Story, *, by: str, now: datetime) -> None:
    """Give the story back to the queue without a judgement and without a reason. Raises as `claim` does."""
    if claimant(story, now) not in {"", by}:
        raise ClaimedByAnother
    move(story, Action.PASS, now, by)
    story.claimed_by, story.claimed_until = "", None


def is_parked(story: Story, now: datetime) -> bool:
    """Whether its teller has not answered for so long that it only waits, without hurry on either side."""
    since = story.state_since
    return story.state is StoryState.WITH_STORYTELLER and since is not None and now - since >= PARKED_AFTER


def claimant(story: Story, now: datetime) -> str:
    """Who works on the story now: `editor:<id>`, or nobody, also when a claim has run out."""
    return story.claimed_by if story.claimed_until is not None and story.claimed_until > now else ""


def release_claims(uow: UnitOfWork, *, now: datetime) -> None:
    """Let go of claims that have run out, so that the list shows the stories as free."""
    over = update(Story).where(Story.claimed_until <= now)
    uow.session.execute(over.values(claimed_by="", claimed_until=None))


def flag_claims(story: Story, *, by: str, now: datetime) -> None:
    """Say that the story makes medical claims: a reviewer has to sign its words off. Raises NotFromHere."""
    move(story, Action.FLAG, now, by)
    story.needs_fact_check = True


def sign_off(story: Story, *, seen: str, by: str, now: datetime) -> None:
    """Say as a reviewer that what these words claim may stand. Raises EditedMeanwhile or NotFromHere."""
    same_words(story, seen)
    move(story, Action.SIGN_OFF, now, by)
    story.fact_checked_hash, story.fact_checked_by = seen, by


def unflag_claims(story: Story, *, by: str, now: datetime) -> None:
    """Say as a reviewer that the story makes no medical claims after all. Raises NotFromHere."""
    move(story, Action.UNFLAG, now, by)
    story.needs_fact_check, story.fact_checked_hash, story.fact_checked_by = False, "", ""


def proposed(story: Story) -> list[Proposal]:
    """The changes between the words its teller last wrote or approved and the words in hand, to be given reasons."""
    return proposals(_told(story), story.words)


def send_to_storyteller(
    uow: UnitOfWork,
    story: Story,
    *,
    seen: str,
    reasons: Mapping[int, str],
    third_parties_checked: bool,
    by: str,
    now: datetime,
) -> None:
    """Show its teller the words in hand, each change with its reason (by its place in `proposed`), and ask.

    Raises EditedMeanwhile, ThirdPartiesUnchecked, ReasonMissing, HeldBack, FactCheckMissing or NotFromHere.
    """
    same_words(story, seen)
    found = proposed(story)
    if not third_parties_checked:
        raise ThirdPartiesUnchecked
    if any(not reasons.get(place, "").strip() for place in range(len(found))):
        raise ReasonMissing
    move(story, Action.SEND, now, by)
    base = _told(story).hash
    story.changes = [each for each in story.changes if each.accepted is not None]
    story.changes.extend(_change(base, seen, each, reasons[place]) for place, each in enumerate(found))
    story.claimed_by, story.claimed_until = "", None
    leave_notice(uow, "story_ready", story.id, now=now)


def _told(story: Story) -> Revision:
    """The newest words that its teller wrote or has answered for."""
    answered = {record.revision_hash for record in story.consents if record.photo_person_id is None}
    return next(each for each in reversed(story.revisions) if each.author == STORYTELLER or each.hash in answered)


def _change(base: str, proposed_hash: str, one: Proposal, reason: str) -> StoryChange:
    return StoryChange(
        base_hash=base,
        proposed_hash=proposed_hash,
        field=one.field,
        start=one.change.start,
        before=one.change.before,
        after=one.change.after,
        reason=reason.strip(),
    )
