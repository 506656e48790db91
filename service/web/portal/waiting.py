"""What waits for a storyteller: the few things only they can decide, each with its page and by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from service.stories.agreements import EXPIRES_SOON
from service.stories.guards import STORYTELLER
from service.stories.model import GivenBy, Scope, Story, StoryState
from service.stories.own import changes_in_hand
from service.stories.whereabouts import where_is
from service.stories.workflow import Action, possible

NOT_YET = frozenset({StoryState.SUBMITTED, StoryState.IN_EDIT, StoryState.FACT_CHECK})
"""States in which the words in hand may be an editor's unfinished work, which nobody has asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits. `page` is an endpoint of the portal; without `by` there is no hurry."""

    words: str
    press: str
    page: str
    by: datetime | None = None


def waits_for_you(story: Story, now: datetime) -> list[Waiting]:
    """All that waits for an answer of its teller, the most important first."""
    return list(_waiting(story, now))


def may_be_answered(story: Story) -> bool:
    """Whether its teller can say yes or no to the words in hand: they were asked about them, or wrote them."""
    if story.state in NOT_YET or Action.APPROVE not in possible(story.state):
        return False
    if story.state is StoryState.HIDDEN and story.hidden_from is not StoryState.PUBLISHED:
        return False
    seen = {record.revision_hash for record in story.consents} | {change.proposed_hash for change in story.changes}
    asked = story.state is StoryState.WITH_STORYTELLER or story.words.author == STORYTELLER
    return asked or story.words.hash in seen


def undecided(story: Story) -> bool:
    """Whether a change to the words in hand has no answer yet."""
    return any(change.accepted is None for change in changes_in_hand(story))


def has_yes_for_shown(story: Story) -> bool:
    """Whether there is a yes, ended or not, for the words readers saw."""
    from_shown = {record.scope: record for record in story.consents if record.photo_person_id is None}
    return bool(story.shown_hash) and any(
        record.granted and record.revision_hash == story.shown_hash
        for scope, record in from_shown.items()
        if scope is not Scope.READ_AND_CONTACT
    )


def is_grown_up(story: Story, now: datetime) -> bool:
    """Whether the child told about has come of age and has not answered yet."""
    return story.told_by is not GivenBy.SELF and story.of_age_at is not None and story.of_age_at <= now


def _waiting(story: Story, now: datetime) -> Iterator[Waiting]:
    if is_grown_up(story, now) and Action.WITHDRAW in possible(story.state):
        yield Waiting(
            words="The person this story is about has grown up. From now on they decide about it.",
            press="I am that person",
            page="portal.wishes.ask_grown_up",
        )
    if may_be_answered(story) and undecided(story):
        yield Waiting(
            words="We have worked on your words. Please say for each change whether you want it.",
            press="Read the changes",
            page="portal.changes.show",
        )
    elif story.state is StoryState.WITH_STORYTELLER:
        yield Waiting(
            words="Your words are ready. Please read them, and say where they may appear.",
            press="Read and decide",
            page="portal.approval.ask",
        )
    ends = where_is(story, now).ends_at
    if has_yes_for_shown(story) and story.state is StoryState.RETIRED:
        yield Waiting(words="Your Yes has ended, and nobody can see the story.", press="Decide", page=_RENEW)
    elif ends is not None and ends - now <= EXPIRES_SOON:
        yield Waiting(words="Your Yes ends soon. Shall we go on showing it?", press="Decide", page=_RENEW, by=ends)
    if story.comments and story.comments[-1].author != STORYTELLER:
        yield Waiting(words="We wrote to you about this story.", press="Read it", page="portal.story.talk")


_RENEW = "portal.wishes.ask_to_renew"
