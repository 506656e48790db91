"""What a question is made of: a page has fields, and each field has its words, its kind and its limit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from service.stories.wording import LONGEST_LINE

Answers = Mapping[str, Any]
"""What was typed so far, by field."""

YES, NO = "yes", "no"


def always(_answers: Answers) -> bool:
    """Asked of everybody."""
    return True


def nothing_else(_answers: Answers) -> dict[str, str]:
    """Every field stands for itself."""
    return {}


class Kind(StrEnum):
    """How a field is typed, tidied and measured."""

    CHOICE = "choice"
    LINE = "line"
    TEXT = "text"
    POSTCARD = "postcard"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `what` names it in sentences; `missing` is said when it is empty, and a field without may be."""

    name: str
    what: str
    missing: str = ""
    kind: Kind = Kind.LINE
    choices: Mapping[str, str] = field(default_factory=dict)
    most: int = LONGEST_LINE
    asked: Callable[[Answers], bool] = always


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page of the form: asked when `asked` says so; answered once it was sent and nothing is wrong with it.

    `also` finds what is wrong between fields. `short` is the question as the last page lists it.
    """

    key: str
    heading: str
    short: str
    fields: tuple[Field, ...]
    asked: Callable[[Answers], bool] = always
    also: Callable[[Answers], dict[str, str]] = nothing_else
    may_be_passed: bool = False
    """Whether everything on it may stay empty; it is then answered by having been sent."""

    @property
    def passed(self) -> str:
        """The name under which a draft notes that the page was sent."""
        return f"passed_{self.key}"


def is_(name: str, *values: str) -> Callable[[Answers], bool]:
    """A condition: the field has one of these values."""
    return lambda answers: answers.get(name) in values
