"""The answers of an approval as they stand in the form: what is missing, until when, and what goes into the ledger."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from dateutil.relativedelta import relativedelta

from service.stories.consent import LASTS, PLACES
from service.stories.kinds import Assent, GivenBy, Scope
from service.stories.model import Story
from service.stories.photos import people_to_ask
from service.stories.questions import CHILD_SAYS

YES, NO = "yes", "no"
UNTIL: Mapping[str, str] = {"24": "For two years", "12": "For one year", "6": "For half a year", "date": "Until a day"}
DATE = ("until_day", "until_month", "until_year")
CONFIRMED: Mapping[GivenBy, str] = {
    GivenBy.NEXT_OF_KIN: "The people who were closest to them know about this story, and nobody has said no to it.",
    GivenBy.PROXY: "The person it is about has seen these words and agrees, or cannot say so and I may decide.",
}
"""What somebody who answers for another person confirms; the words are kept beside the story."""

NOT_RESPONSIBLE = "Only somebody with parental responsibility can say Yes for a child."

Typed = Mapping[str, str]
END_OF_DAY = time(23, 59, 59)


def place_field(scope: Scope) -> str:
    """The field that asks about a place."""
    return f"place_{scope}"


FIELDS = (
    *map(place_field, PLACES),
    *("until", *DATE),
    *("parental_responsibility", "assent", "confirmed", "no_wait"),
)


def person_field(person_id: int) -> str:
    """The field that asks about somebody on a photo."""
    return f"person_{person_id}"


def fields_of(story: Story) -> tuple[str, ...]:
    """Every field of the form about this story."""
    return (*FIELDS, *(person_field(person.id) for _, person in people_to_ask(story)))


def people(story: Story, typed: Typed) -> dict[int, bool]:
    """What everybody else on its photos says, by row id; complete once `problems` finds nothing."""
    return {person.id: typed.get(person_field(person.id)) == YES for _, person in people_to_ask(story)}


def people_problems(story: Story, typed: Typed) -> dict[str, str]:
    """Who on its photos has no answer yet: field -> one sentence. Only to be asked when some place has a Yes."""
    return {
        person_field(person.id): f"Choose Yes or No for the photo: {person.who}."
        for _, person in people_to_ask(story)
        if typed.get(person_field(person.id)) not in {YES, NO}
    }


def places(typed: Typed) -> dict[Scope, bool]:
    """The answer for every place; complete once `problems` finds nothing."""
    return {scope: typed[place_field(scope)] == YES for scope in PLACES}


def problems(story: Story, typed: Typed, now: datetime) -> dict[str, str]:
    """What is missing or cannot be: field -> one sentence, in the order of the page. Empty when all is well."""
    found = {
        place_field(scope): f"Choose Yes or No: {place.label}."
        for scope, place in PLACES.items()
        if typed[place_field(scope)] not in {YES, NO}
    }
    if YES in {typed[place_field(scope)] for scope in PLACES}:
        found |= people_problems(story, typed) | _until_problem(typed, now) | _role_problems(story, typed)
    elif story.told_by is GivenBy.GUARDIAN and typed["assent"] not in CHILD_SAYS:
        found["assent"] = _ASSENT_MISSING
    return found


def end_of(typed: Typed, now: datetime) -> datetime:
    """When every Yes ends. Raises ValueError for no choice, or a day that is not in the calendar or cannot be used."""
    if typed["until"] == "24":
        return now + LASTS
    if typed["until"] in {"12", "6"}:
        return now + relativedelta(months=int(typed["until"]))
    if typed["until"] != "date":
        raise ValueError("no choice")
    end = day_of([typed[name] for name in DATE])
    if not now < end <= now + LASTS:
        raise ValueError("too soon or too late")
    return end


def day_of(parts: list[str]) -> datetime:
    """The end of a day typed as day, month and year. Raises ValueError for a day that is not in the calendar."""
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        raise ValueError("not a number")
    day, month, year = map(int, parts)
    return datetime.combine(date(year, month, day), END_OF_DAY, UTC)


def assent_of(story: Story, typed: Typed) -> Assent:
    """What the child says, for a guardian's story."""
    return Assent(typed["assent"]) if story.told_by is GivenBy.GUARDIAN else Assent.NOT_ASKED


def responsibility_of(story: Story, typed: Typed) -> bool | None:
    """What a guardian says about parental responsibility; None from everybody else."""
    return typed["parental_responsibility"] == YES if story.told_by is GivenBy.GUARDIAN else None


_ASSENT_MISSING = "Choose what your child says."
_NO_DAY = "Write a day to come, at most two years from now, such as 3 6 2027."


def _until_problem(typed: Typed, now: datetime) -> dict[str, str]:
    if typed["until"] not in UNTIL:
        return {"until": "Choose until when we may show it."}
    try:
        end_of(typed, now)
    except ValueError:
        return {"until_day": _NO_DAY}
    return {}


def _role_problems(story: Story, typed: Typed) -> dict[str, str]:
    found = {}
    if story.told_by is GivenBy.GUARDIAN:
        if typed["parental_responsibility"] != YES:
            found["parental_responsibility"] = NOT_RESPONSIBLE
        if typed["assent"] not in CHILD_SAYS:
            found["assent"] = _ASSENT_MISSING
        elif typed["assent"] == Assent.NO:
            found["assent"] = "Your child’s no counts. Choose No for every place, or take the story back."
    elif story.told_by in CONFIRMED and typed["confirmed"] != YES:
        found["confirmed"] = "Please confirm this before you say Yes for somebody else."
    return found
