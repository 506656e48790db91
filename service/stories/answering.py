"""Rules between the fields of a page, and the guided questions: what is wrong, as field -> one sentence."""

from datetime import date

from service.stories.asking import NO, Answers
from service.stories.kinds import Assent

COMES_OF_AGE = 18
"""Years; a story told for somebody younger has a guardian."""
GUIDE: tuple[str, ...] = (
    "How did it begin?",
    "What would you tell somebody who heard the news today?",
    "What helped, that nobody had told you about?",
    "What surprised you?",
    "What was hardest?",
    "What are you up to now?",
)
"""The guided questions, one a page. Each may be passed over."""


def guide_field(number: int) -> str:
    """The name of the field for the answer to a guided question, counted from 1."""
    return f"answer_{number}"


def wait_date(answers: Answers) -> date | None:
    """The day before which nothing is to be shown; None without one. Raises ValueError for a day there is not."""
    parts = [answers.get(f"wait_{part}", "") for part in ("year", "month", "day")]
    if not any(parts):
        return None
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError("not a number")
    year, month, day = map(int, parts)
    if not 2000 <= year < 2100:
        raise ValueError("not in this century")
    return date(year, month, day)


def child_agrees(answers: Answers) -> dict[str, str]:
    """A child's no is the end of it."""
    if answers.get("assent") == Assent.NO:
        return {"assent": "Then we leave it there. It is your child’s story, and your child’s no counts."}
    return {}


def other_agrees(answers: Answers) -> dict[str, str]:
    """Nobody's story is told without them."""
    if answers.get("agreed") == NO:
        return {"agreed": "Please ask them first. It is their story. We keep what you wrote for 60 days."}
    return {}


def age_is_a_childs(answers: Answers) -> dict[str, str]:
    """A number of years below COMES_OF_AGE."""
    age = answers.get("child_age", "")
    if not age:
        return {}
    if not (age.isascii() and age.isdigit() and len(age) <= 3):
        return {"child_age": "Write the age in years, in figures. For a baby write 0."}
    if int(age) >= COMES_OF_AGE:
        return {"child_age": f"From {COMES_OF_AGE} on they decide themselves. Go back and choose “somebody else”."}
    return {}


def day_exists(answers: Answers) -> dict[str, str]:
    """A day of the calendar, or none."""
    try:
        wait_date(answers)
    except ValueError:
        return {"wait_day": "Write a day that is in the calendar, such as 3 6 2027, or leave all three empty."}
    return {}


def something_is_answered(answers: Answers) -> dict[str, str]:
    """One guided question at least."""
    if any(answers.get(guide_field(number)) for number in range(1, len(GUIDE) + 1)):
        return {}
    return {guide_field(len(GUIDE)): "Answer at least one of the questions. You can go back to any of them."}
