"""Whose story comes next: oldest first, with a fair mix over the last issues.

A story's claim is the time it has waited, and a week more for every issue (of the last three) in which nobody of its
role was heard; likewise its stage of illness, its country and its format. The largest claim comes next; of equal ones
the older, then the lower number. So the mix can be worth twelve weeks at most: **no story ever passes one that has
waited more than twelve weeks longer**, and nobody waits for ever because there are many like them. What a storyteller
did not tell us (a country, say) counts for nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.library.names import country_name

ISSUES_BACK = 3
WORTH = timedelta(weeks=1)
"""What one issue without somebody like them is worth, for each of the four traits."""

Mix = Sequence[Sequence["Traits"]]
"""The traits of the stories of each issue, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a story adds to the mix; "" where we do not know."""

    role: str
    stage: str
    country: str
    format: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A story that waits for its issue."""

    story_id: int
    since: datetime
    traits: Traits


@dataclass(frozen=True, slots=True)
class _Missed:
    """How many issues a trait was missing from, as a sentence names it."""

    what: str
    issues: int


def first_in_turn(waiting: Sequence[Waiting], mix: Mix) -> Waiting:
    """The story that comes next. `waiting` has at least one, in any order: the answer is the same for every order."""
    return max(waiting, key=lambda each: (_bonus(each.traits, mix) - _begun(each), -_begun(each), -each.story_id))


def why_in_turn(chosen: Waiting, waiting: Sequence[Waiting], mix: Mix) -> str:
    """The sentences that tell editors why it was that one."""
    sentences = [f"Waiting since {chosen.since.day} {chosen.since:%B %Y}."]
    missed = sorted(_missed(chosen.traits, mix), key=lambda each: -each.issues)
    sentences += [f"We have not had {each.what} {_span(each.issues)}." for each in missed[:2] if each.issues]
    passed = sum((each.since, each.story_id) < (chosen.since, chosen.story_id) for each in waiting)
    if passed:
        sentences.append(f"For a fair mix it goes before {passed} that waited longer.")
    return " ".join(sentences)


def _begun(one: Waiting) -> timedelta:
    """When it began to wait, counted from the beginning of time: what day it is makes no difference."""
    return one.since - datetime.min.replace(tzinfo=one.since.tzinfo)


def _bonus(traits: Traits, mix: Mix) -> timedelta:
    return WORTH * sum(each.issues for each in _missed(traits, mix))


def _missed(traits: Traits, mix: Mix) -> list[_Missed]:
    recent = mix[:ISSUES_BACK]
    return [
        _Missed(say(value), _gap(name, value, recent)) for name, say in _SAID.items() if (value := _of(traits, name))
    ]


def _gap(name: str, value: str, recent: Mix) -> int:
    for back, stories in enumerate(recent):
        if any(_of(each, name) == value for each in stories):
            return back
    return len(recent)


def _of(traits: Traits, name: str) -> str:
    return str(getattr(traits, name))


def _span(issues: int) -> str:
    return {1: "in the last issue", 2: "for two issues", 3: "for three issues"}[issues]


_ROLES = {"bereaved": "a bereaved person's story", "in_memoriam": "a story from a family in mourning"}
_FORMATS = {
    "text": "a story in prose",
    "interview": "an interview",
    "postcard": "a postcard",
    "memoriam": "a story in memory of somebody",
    "video": "a video",
}
_SAID: Mapping[str, Callable[[str], str]] = {
    "role": lambda role: _ROLES.get(role, f"a {role.replace('_', ' ')}'s story"),
    "stage": lambda stage: f"a story from the stage “{stage.replace('_', ' ')}”",
    "country": lambda country: f"a story from {country_name(country)}",
    "format": lambda kind: _FORMATS.get(kind, f"a story told as {kind}"),
}
"""Trait -> how a sentence names what was missing. The order decides between traits that were missing equally long."""
