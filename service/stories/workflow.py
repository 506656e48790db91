"""The life of a story as one table: which action leads from which state to which, and what must be the case first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import object_session

from service.stories import guards as g
from service.stories.errors import NotFromHere
from service.stories.model import Story, StoryStep
from service.stories.model import StoryState as S


class Action(StrEnum):
    """What can be done with a story."""

    SUBMIT = "submit"
    CLAIM = "claim"
    PASS = "pass"  # noqa: S105 - no password
    EDIT = "edit"
    FLAG = "flag"
    SIGN_OFF = "sign_off"
    UNFLAG = "unflag"
    SEND = "send"
    HAND_BACK = "hand_back"
    APPROVE = "approve"
    DECLINE = "decline"
    SCHEDULE = "schedule"
    PUBLISH = "publish"
    HIDE = "hide"
    RESUME = "resume"
    RETIRE = "retire"
    WITHDRAW = "withdraw"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. Without a target the story stays where it is: a published story that is edited stays
    published with its old words, and a hidden one that is resumed goes back to where it was hidden from."""

    action: Action
    sources: tuple[S, ...]
    target: S | None
    guards: tuple[g.Guard, ...] = ()


_IN_HAND = (S.SUBMITTED, S.IN_EDIT, S.FACT_CHECK, S.WITH_STORYTELLER, S.APPROVED)
_ONCE_SHOWN = (S.PUBLISHED, S.RETIRED)
_MAY_SHOW = (g.agreed_to_words_in_hand, g.photos_may_show, g.not_held, g.facts_checked)

TRANSITIONS = (
    Transition(Action.SUBMIT, (S.DRAFT,), S.SUBMITTED),
    Transition(Action.CLAIM, (S.SUBMITTED, S.IN_EDIT), S.IN_EDIT),
    Transition(Action.PASS, (S.SUBMITTED, S.IN_EDIT), S.SUBMITTED),
    Transition(Action.EDIT, (*_IN_HAND, S.SCHEDULED), S.IN_EDIT),
    Transition(Action.EDIT, _ONCE_SHOWN, None),
    Transition(Action.EDIT, (S.HIDDEN,), None, (g.was_published,)),
    Transition(Action.FLAG, _IN_HAND, S.FACT_CHECK),
    Transition(Action.FLAG, _ONCE_SHOWN, None),
    Transition(Action.SIGN_OFF, (S.FACT_CHECK,), S.IN_EDIT),
    Transition(Action.SIGN_OFF, (S.SUBMITTED, S.IN_EDIT, S.WITH_STORYTELLER, S.APPROVED, *_ONCE_SHOWN), None),
    Transition(Action.UNFLAG, (S.FACT_CHECK,), S.IN_EDIT),
    Transition(Action.UNFLAG, (S.SUBMITTED, S.IN_EDIT, S.WITH_STORYTELLER, S.APPROVED, *_ONCE_SHOWN), None),
    Transition(Action.SEND, (S.SUBMITTED, S.IN_EDIT), S.WITH_STORYTELLER, (g.not_held, g.facts_checked)),
    Transition(Action.SEND, _ONCE_SHOWN, None, (g.not_held, g.facts_checked)),
    Transition(Action.HAND_BACK, (S.WITH_STORYTELLER,), S.IN_EDIT),
    Transition(Action.APPROVE, _IN_HAND, S.APPROVED, (g.by_a_person, g.changes_decided)),
    Transition(Action.APPROVE, _ONCE_SHOWN, None, (g.by_a_person, g.changes_decided)),
    Transition(Action.APPROVE, (S.HIDDEN,), None, (g.by_a_person, g.changes_decided, g.was_published)),
    Transition(Action.DECLINE, _IN_HAND, S.DECLINED, (g.by_a_person,)),
    Transition(Action.SCHEDULE, (*_IN_HAND, S.SCHEDULED), S.SCHEDULED, _MAY_SHOW),
    Transition(Action.PUBLISH, (*_IN_HAND, S.SCHEDULED, *_ONCE_SHOWN), S.PUBLISHED, (*_MAY_SHOW, g.time_has_come)),
    Transition(Action.PUBLISH, (S.HIDDEN,), S.PUBLISHED, (*_MAY_SHOW, g.time_has_come, g.hid_it)),
    Transition(Action.HIDE, (*_IN_HAND, S.SCHEDULED, *_ONCE_SHOWN), S.HIDDEN),
    Transition(Action.RESUME, (S.HIDDEN,), None, (g.hid_it, g.agreed_to_words_shown, g.not_held)),
    Transition(Action.RESUME, (S.RETIRED,), S.PUBLISHED, (g.agreed_to_words_shown, g.not_held)),
    Transition(Action.RETIRE, (S.PUBLISHED,), S.RETIRED, (g.agreement_over,)),
    Transition(Action.WITHDRAW, (*_IN_HAND, S.SCHEDULED, *_ONCE_SHOWN, S.HIDDEN, S.DECLINED), S.WITHDRAWN),
    Transition(Action.ERASE, (S.WITHDRAWN, S.DECLINED), S.ERASED),
)
"""Withdrawn and erased have no way back: publishing what was taken back needs a new story and a new consent."""

_TABLE: Mapping[tuple[S, Action], Transition] = {
    (source, line.action): line for line in TRANSITIONS for source in line.sources
}


def move(story: Story, action: Action, now: datetime, by: str = "editor") -> None:
    """Bring the story into the state the table gives and note the step.

    `by` is `storyteller`, `editor:<id>` or `timer`. Raises NotFromHere, or what a guard finds missing.
    """
    line = _TABLE.get((story.state, action))
    if line is None:
        raise NotFromHere(f"{action} is not possible while a story is {story.state}")
    for guard in line.guards:
        guard(story, now, by)
    target = line.target or (story.hidden_from if action is Action.RESUME else None) or story.state
    story.steps.append(StoryStep(action=action, source=story.state, target=target, by=by, at=now))
    if target is not story.state:
        _arrive(story, target, by, now)


def possible(state: S) -> frozenset[Action]:
    """The actions the table has for a state, guards aside."""
    return frozenset(action for source, action in _TABLE if source is state)


def _arrive(story: Story, target: S, by: str, now: datetime) -> None:
    if target is S.PUBLISHED:
        _let_the_database_see_the_answers(story)
        story.shown_at = now
    if target is S.HIDDEN:
        story.hidden_from, story.hidden_by = story.state, by
    else:
        story.hidden_from, story.hidden_by = None, ""
    story.state, story.state_since = target, now


def _let_the_database_see_the_answers(story: Story) -> None:
    """Records of this unit are written before the state is: a trigger looks for them when a story becomes public."""
    session = object_session(story)
    if session is not None:
        session.flush()
