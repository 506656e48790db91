"""The life of a story as one table: which action leads from which state to which, and what must be the case first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.stories.consent import grants
from service.stories.errors import ConsentMissing, NotFromHere
from service.stories.model import Scope, Story
from service.stories.model import StoryState as S


class Action(StrEnum):
    """What can be done with a story."""

    SUBMIT = "submit"
    EDIT = "edit"
    APPROVE = "approve"
    DECLINE = "decline"
    PUBLISH = "publish"
    HIDE = "hide"
    RESUME = "resume"
    WITHDRAW = "withdraw"


Guard = Callable[[Story, datetime], None]
"""Raises what is missing."""


def agreed_to_words_in_hand(story: Story, now: datetime) -> None:
    """Raise ConsentMissing unless the newest revision may stand on the website."""
    if Scope.WEB not in grants(story, story.words.hash, now):
        raise ConsentMissing


def agreed_to_words_shown(story: Story, now: datetime) -> None:
    """Raise ConsentMissing unless the words that were public may still stand on the website."""
    if Scope.WEB not in grants(story, story.shown_hash, now):
        raise ConsentMissing


def nothing_more(_story: Story, _now: datetime) -> None:
    """The state is all that counts."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. A published story that is edited stays published with its old words."""

    action: Action
    sources: tuple[S, ...]
    target: S
    guard: Guard = nothing_more


_IN_HAND = (S.SUBMITTED, S.IN_EDIT, S.FACT_CHECK, S.WITH_STORYTELLER, S.APPROVED)

TRANSITIONS = (
    Transition(Action.SUBMIT, (S.DRAFT,), S.SUBMITTED),
    Transition(Action.EDIT, _IN_HAND, S.IN_EDIT),
    Transition(Action.EDIT, (S.PUBLISHED,), S.PUBLISHED),
    Transition(Action.EDIT, (S.HIDDEN,), S.HIDDEN),
    Transition(Action.APPROVE, _IN_HAND, S.APPROVED),
    Transition(Action.APPROVE, (S.PUBLISHED,), S.PUBLISHED),
    Transition(Action.APPROVE, (S.HIDDEN,), S.HIDDEN),
    Transition(Action.DECLINE, _IN_HAND, S.DECLINED),
    Transition(Action.PUBLISH, (*_IN_HAND, S.SCHEDULED, S.PUBLISHED, S.HIDDEN), S.PUBLISHED, agreed_to_words_in_hand),
    Transition(Action.HIDE, (S.PUBLISHED,), S.HIDDEN),
    Transition(Action.RESUME, (S.HIDDEN,), S.PUBLISHED, agreed_to_words_shown),
    Transition(Action.WITHDRAW, (*_IN_HAND, S.SCHEDULED, S.PUBLISHED, S.RETIRED, S.HIDDEN), S.WITHDRAWN),
)

_TABLE: Mapping[tuple[S, Action], Transition] = {
    (source, line.action): line for line in TRANSITIONS for source in line.sources
}


def move(story: Story, action: Action, now: datetime) -> None:
    """Bring the story into the state the table gives. Raises NotFromHere, or what the guard finds missing."""
    line = _TABLE.get((story.state, action))
    if line is None:
        raise NotFromHere(f"{action} is not possible while a story is {story.state}")
    line.guard(story, now)
    story.state = line.target


def possible(state: S) -> frozenset[Action]:
    """The actions the table has for a state, guards aside."""
    return frozenset(action for source, action in _TABLE if source is state)
