"""Telling a story, one question a page: the questions, their order, and what makes an answer complete. Pure rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from email_validator import EmailNotValidError, validate_email

from service.stories.consent import PLACES
from service.stories.model import Naming, Scope
from service.stories.naming import NAMINGS, ROLES
from service.stories.wording import LONGEST_LINE, LONGEST_STORY, tidy_line, tidy_text, too_long

Answers = Mapping[str, Any]

CHECK = "check"
"""The page after the last question."""

YES, NO = "yes", "no"


class Kind(StrEnum):
    """How a field is typed and tidied."""

    CHOICE = "choice"
    LINE = "line"
    TEXT = "text"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: `what` names it in sentences, `missing` is said when it is empty and `asked`."""

    name: str
    what: str
    missing: str
    kind: Kind = Kind.LINE
    choices: Mapping[str, str] = field(default_factory=dict)
    most: int = LONGEST_LINE
    asked: Callable[[Answers], bool] = lambda _answers: True


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form."""

    key: str
    heading: str
    fields: tuple[Field, ...]


def place_field(scope: Scope) -> str:
    """The name of the field that asks about a place."""
    return f"place_{scope}"


STEPS = (
    Step(
        "who",
        "Who are you in this story?",
        (Field(name="role", what="Who you are", missing="Choose who you are.", kind=Kind.CHOICE, choices=ROLES),),
    ),
    Step(
        "telling",
        "Tell your story",
        (
            Field(name="title", what="The title", missing="Give your story a title. A few words are enough."),
            Field(name="text", what="Your story", missing="Write your story here.", kind=Kind.TEXT, most=LONGEST_STORY),
        ),
    ),
    Step(
        "name",
        "What name should we show?",
        (
            Field(
                name="naming",
                what="The name",
                missing="Choose how we should name you.",
                kind=Kind.CHOICE,
                choices=NAMINGS,
            ),
            Field(
                name="shown_name",
                what="The name",
                missing="Write the name we should show.",
                asked=lambda answers: answers.get("naming") != Naming.ANONYMOUS,
            ),
        ),
    ),
    Step(
        "places",
        "Where may your story appear?",
        tuple(
            Field(
                name=place_field(scope),
                what=place.label,
                missing=f"{place.label}: choose Yes or No.",
                kind=Kind.CHOICE,
                choices={YES: "Yes", NO: "No"},
            )
            for scope, place in PLACES.items()
        ),
    ),
    Step(
        "contact",
        "How can we reach you?",
        (
            Field(name="email", what="The address", missing="Write your e-mail address.", kind=Kind.EMAIL, most=254),
            Field(
                name="read_and_contact",
                what="Your agreement",
                missing="We need your yes here. Without it we may not read your story.",
                kind=Kind.CHOICE,
                choices={YES: "Yes"},
            ),
        ),
    ),
)

STEP = {step.key: step for step in STEPS}


def read(step: Step, form: Mapping[str, str]) -> dict[str, str]:
    """What was typed into a page's fields, tidied, with nothing but control characters and blanks lost."""
    return {
        each.name: (tidy_text if each.kind is Kind.TEXT else tidy_line)(form.get(each.name, "")) for each in step.fields
    }


def problems(step: Step, answers: Answers) -> dict[str, str]:
    """What is still wrong on a page: field -> one sentence. Empty when it is answered."""
    found = {each.name: _problem(each, answers) for each in step.fields if each.asked(answers)}
    return {name: sentence for name, sentence in found.items() if sentence}


def first_open(answers: Answers) -> str:
    """The key of the first page that is not answered yet, or CHECK."""
    return next((step.key for step in STEPS if problems(step, answers)), CHECK)


def may_show(key: str, answers: Answers) -> bool:
    """Whether every page before `key` is answered: pages are shown in order, answered ones again at any time."""
    order = [step.key for step in STEPS] + [CHECK]
    return order.index(key) <= order.index(first_open(answers))


def page_before(key: str) -> str | None:
    """The page that the back link leads to; None before the first question."""
    order = [step.key for step in STEPS] + [CHECK]
    place = order.index(key)
    return order[place - 1] if place else None


def mailbox(typed: str) -> str:
    """The address in the form mail servers take: the domain in ASCII (RFC 5890). Raises ValueError with a sentence."""
    try:
        return (
            validate_email(
                typed,
                allow_smtputf8=False,
                check_deliverability=False,
                test_environment=True,  # lets `.test` through, where the demo and the tests live
            ).ascii_email
            or typed
        )
    except EmailNotValidError as error:
        raise ValueError("Write an e-mail address like name@example.org.") from error


def answered_places(answers: Answers) -> dict[Scope, bool]:
    """The answer for each place, in the order asked."""
    return {scope: answers[place_field(scope)] == YES for scope in PLACES}


def _problem(each: Field, answers: Answers) -> str:
    value = answers.get(each.name, "")
    if not value or (each.kind is Kind.CHOICE and value not in each.choices):
        return each.missing
    sentence = too_long(each.what, value, each.most)
    if sentence or each.kind is not Kind.EMAIL:
        return sentence
    try:
        mailbox(value)
    except ValueError as error:
        return str(error)
    return ""
