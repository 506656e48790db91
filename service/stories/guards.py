"""What must be the case before a story may take a step. Each guard raises what is missing, and changes nothing."""

from collections.abc import Callable
from datetime import datetime

from service.stories.consent import grants, photos_agreed
from service.stories.errors import (
    ChangesUndecided,
    ConsentMissing,
    FactCheckMissing,
    HeldBack,
    HiddenByAnother,
    NotFromHere,
    PhotoConsentMissing,
    TooEarly,
)
from service.stories.model import Scope, Story, StoryState

Guard = Callable[[Story, datetime, str], None]
"""(the story, now, who does it)."""

TIMER = "timer"
STORYTELLER = "storyteller"


def by_a_person(_story: Story, _now: datetime, by: str) -> None:
    """Raise NotFromHere for the timer: nothing is approved by silence (invariant I2)."""
    if by == TIMER:
        raise NotFromHere("only a person approves")


def agreed_to_words_in_hand(story: Story, now: datetime, _by: str) -> None:
    """Raise ConsentMissing unless the newest revision may stand on the website."""
    if Scope.WEB not in grants(story, story.words.hash, now):
        raise ConsentMissing


def agreed_to_words_shown(story: Story, now: datetime, _by: str) -> None:
    """Raise ConsentMissing unless the words that were public, if any were, may still stand on the website."""
    was_shown = StoryState.PUBLISHED in {story.state, story.hidden_from} or story.state is StoryState.RETIRED
    if was_shown and Scope.WEB not in grants(story, story.shown_hash, now):
        raise ConsentMissing


def agreement_over(story: Story, now: datetime, _by: str) -> None:
    """Raise NotFromHere while the words shown may stand on the website."""
    if Scope.WEB in grants(story, story.shown_hash, now):
        raise NotFromHere("its teller still agrees")


def photos_may_show(story: Story, now: datetime, _by: str) -> None:
    """Raise PhotoConsentMissing unless everybody on every photo agreed to the website."""
    if not photos_agreed(story, Scope.WEB, now):
        raise PhotoConsentMissing


def not_held(story: Story, _now: datetime, _by: str) -> None:
    """Raise HeldBack while a case is open."""
    if story.open_holds:
        raise HeldBack


def facts_checked(story: Story, _now: datetime, _by: str) -> None:
    """Raise FactCheckMissing for medical claims that no reviewer has signed off in exactly these words."""
    if story.needs_fact_check and story.fact_checked_hash != story.words.hash:
        raise FactCheckMissing


def time_has_come(story: Story, now: datetime, _by: str) -> None:
    """Raise TooEarly before the teller's own date, and before the first publication while they may think again."""
    cooling = not story.was_public and story.cool_off_until is not None and story.cool_off_until > now
    if cooling or (story.not_before is not None and story.not_before > now):
        raise TooEarly


def changes_decided(story: Story, _now: datetime, _by: str) -> None:
    """Raise ChangesUndecided while a change to the words in hand is neither accepted nor rejected."""
    if any(each.accepted is None and each.proposed_hash == story.words.hash for each in story.changes):
        raise ChangesUndecided


def was_published(story: Story, _now: datetime, _by: str) -> None:
    """Raise NotFromHere for a story that was hidden before readers ever saw it."""
    if story.hidden_from is not StoryState.PUBLISHED:
        raise NotFromHere("bring it back first")


def hid_it(story: Story, _now: datetime, by: str) -> None:
    """Raise HiddenByAnother unless who hid the story belongs to the same side as who acts now."""
    if story.hidden_by and (story.hidden_by == STORYTELLER) is not (by == STORYTELLER):
        raise HiddenByAnother
