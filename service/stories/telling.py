"""Telling a story, one question a page: whose turn it is, and what makes an answer complete. Pure rules."""

import hashlib
import json
from collections.abc import Mapping

from email_validator import EmailNotValidError, validate_email

from service.stories.asking import YES, Answers, Field, Kind, Step
from service.stories.consent import PLACES
from service.stories.graphemes import count_characters
from service.stories.kinds import Scope
from service.stories.questions import STEPS, place_field
from service.stories.wording import tidy_line, tidy_text, too_long

CHECK = "check"
"""The page after the last question."""


def way_through(answers: Answers) -> list[Step]:
    """The questions for somebody who answered so, in their order."""
    return [step for step in STEPS if step.asked(answers)]


def read(step: Step, form: Mapping[str, str]) -> dict[str, str]:
    """What was typed into a page's fields, tidied, with nothing but control characters and blanks lost."""
    return {each.name: _tidy(each, form.get(each.name, "")) for each in step.fields}


def mark(step: Step, answers: Answers) -> str:
    """A short mark of what stands on a page, by which a form says what it was shown with."""
    told = json.dumps([answers.get(each.name, "") for each in step.fields])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def problems(step: Step, answers: Answers) -> dict[str, str]:
    """What is still wrong on a page: field -> one sentence. Empty when nothing is."""
    found = {each.name: _problem(each, answers) for each in step.fields if each.asked(answers)}
    wrong = {name: sentence for name, sentence in found.items() if sentence}
    return {**step.also(answers), **wrong}


def is_answered(step: Step, answers: Answers) -> bool:
    """Whether nothing is left to do on a page; one that may be passed over must have been passed at least."""
    return not problems(step, answers) and (not step.may_be_passed or answers.get(step.passed) == YES)


def first_open(answers: Answers) -> str:
    """The key of the first page that is not answered yet, or CHECK."""
    return next((step.key for step in way_through(answers) if not is_answered(step, answers)), CHECK)


def may_show(key: str, answers: Answers) -> bool:
    """Whether every page before `key` is answered: pages are shown in order, answered ones again at any time."""
    order = [step.key for step in way_through(answers)] + [CHECK]
    return key in order and order.index(key) <= order.index(first_open(answers))


def page_before(key: str, answers: Answers) -> str | None:
    """The page that the back link leads to; None before the first question."""
    order = [step.key for step in way_through(answers)] + [CHECK]
    place = order.index(key) if key in order else 0
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


def texts(answers: Answers) -> list[str]:
    """Everything that was written freely, on whichever way: what safeguarding looks at."""
    kinds = (Kind.TEXT, Kind.POSTCARD, Kind.LINE)
    fields = (each for step in STEPS for each in step.fields if each.kind in kinds)
    return [answers[each.name] for each in fields if answers.get(each.name)]


def _tidy(each: Field, typed: str) -> str:
    return tidy_text(typed) if each.kind in {Kind.TEXT, Kind.POSTCARD} else tidy_line(typed)


def _problem(each: Field, answers: Answers) -> str:
    value = answers.get(each.name, "")
    if not value or (each.kind is Kind.CHOICE and value not in each.choices):
        return each.missing
    match each.kind:
        case Kind.POSTCARD:
            return _postcard_problem(value, each.most)
        case Kind.EMAIL:
            return too_long(each.what, value, each.most) or _address_problem(value)
        case _:
            return too_long(each.what, value, each.most)


def _postcard_problem(value: str, most: int) -> str:
    count = count_characters(value)
    if count <= most:
        return ""
    over = count - most
    return (
        f"Your postcard has {count:,} characters. There is room for {most}: "
        f"{over:,} {'is' if over == 1 else 'are'} too many."
    )


def _address_problem(value: str) -> str:
    try:
        mailbox(value)
    except ValueError as error:
        return str(error)
    return ""
