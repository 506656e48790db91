"""An editor's work on a text, taken apart into changes that a storyteller accepts or rejects one by one. Pure rules.

A title or teaser is one change as a whole, so that it stays within its length whatever is decided; a body is cut into
paragraphs and those into sentences. Accepting every change gives the new text, rejecting every change the old.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Protocol

from service.stories.wording import first_lines

_PARAGRAPHS = re.compile(r"[^\n]*\n+|[^\n]+")
_SENTENCES = re.compile(r".+?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)\s*|\n+|$)|\n+", re.DOTALL)
_MOST_PAIRS = 1_000_000
"""More pairs of parts than this are not compared one by one, because it could take seconds: they are one change."""

FIELDS = ("title", "teaser", "body")


@dataclass(frozen=True, slots=True)
class Change:
    """`before` stood at `start` (characters of the old text); `after` is to stand there. Either may be empty."""

    start: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of one field of a wording."""

    field: str
    change: Change


class Wording(Protocol):
    """Whatever has the three fields."""

    title: str
    teaser: str
    body: str


def changes_between(old: str, new: str) -> list[Change]:
    """The changes that lead from `old` to `new`, in order, none touching another; empty when they are equal."""
    found = [
        change
        for start, before, after in _differing(0, old, new, _PARAGRAPHS.findall)
        for change in _sentences(start, before, after)
    ]
    return list(_joined(found))


def apply(old: str, changes: Sequence[Change], accepted: Sequence[bool]) -> str:
    """`old` with the accepted ones of its changes. `changes` are in order; each has its decision at the same place."""
    result, here = "", 0
    for change, yes in zip(changes, accepted, strict=True):
        result += old[here : change.start] + (change.after if yes else change.before)
        here = change.start + len(change.before)
    return result + old[here:]


def proposals(old: Wording, new: Wording) -> list[Proposal]:
    """The changes of all three fields, in the order in which a reader meets them.

    First lines that only follow the story (`wording.first_lines`) are no question of their own.
    """
    following = all(each.teaser == first_lines(each.body) for each in (old, new))
    found = [
        Proposal(field, Change(0, getattr(old, field), getattr(new, field)))
        for field in ("title", "teaser")
        if getattr(old, field) != getattr(new, field) and not (field == "teaser" and following)
    ]
    return found + [Proposal("body", change) for change in changes_between(old.body, new.body)]


def _sentences(start: int, before: str, after: str) -> Iterator[Change]:
    for place, old, new in _differing(start, before, after, _SENTENCES.findall):
        same = _blanks_at_the_end(old, new)
        yield Change(place, old[: len(old) - same], new[: len(new) - same])


def _differing(start: int, old: str, new: str, split: Callable[[str], list[str]]) -> Iterator[tuple[int, str, str]]:
    """Where in `old` the two differ, as (place, what stood there, what is to stand there), cut by `split`."""
    before, after = split(old), split(new)
    if len(before) * len(after) > _MOST_PAIRS:
        yield start, old, new
        return
    places = [start]
    for part in before:
        places.append(places[-1] + len(part))
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "replace" and j - i == m - k:
            yield from ((places[i + n], before[i + n], after[k + n]) for n in range(j - i))
        elif kind != "equal":
            yield places[i], "".join(before[i:j]), "".join(after[k:m])


def _blanks_at_the_end(one: str, other: str) -> int:
    """How many blanks and line ends both have last: they do not change."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1] and pair[0].isspace(), pairs)))


def _joined(changes: Sequence[Change]) -> Iterator[Change]:
    """Changes in the same place are one: what comes in and what goes out there cannot be decided apart."""
    held: Change | None = None
    for change in changes:
        if held is not None and not held.before and change.start == held.start:
            held = Change(held.start, change.before, held.after + change.after)
            continue
        if held is not None:
            yield held
        held = change
    if held is not None:
        yield held
