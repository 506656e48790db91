"""What the answers of a finished draft make of a story: its words, its kind, and who answers for it."""

from datetime import UTC, datetime, time

from service.stories.answering import COMES_OF_AGE, GUIDE, guide_field, wait_date
from service.stories.asking import YES, Answers
from service.stories.kinds import Assent, GivenBy
from service.stories.questions import CALL, POSTCARD, QUESTIONS

TALK_TITLE = "Somebody would like to talk"
TALK_BODY = "This story is to be told in a conversation. The number and a good time are in the first comment."


def title_of(answers: Answers) -> str:
    """The title; one of ours for somebody who would rather talk."""
    return TALK_TITLE if answers["way"] == CALL else str(answers["title"])


def body_of(answers: Answers) -> str:
    """The words in CommonMark: as written, or the questions that were answered as headings over their answers."""
    if answers["way"] == QUESTIONS:
        told = ((question, answers.get(guide_field(number))) for number, question in enumerate(GUIDE, 1))
        return "\n\n".join(f"## {question}\n\n{words}" for question, words in told if words)
    if answers["way"] == CALL:
        return TALK_BODY
    return str(answers["postcard" if answers["way"] == POSTCARD else "text"])


def format_of(answers: Answers) -> str:
    """`Story.format`: postcard, interview, memoriam for somebody who has died, or text."""
    if answers["way"] == CALL:
        return "interview"
    if answers["way"] == POSTCARD:
        return "postcard"
    return "memoriam" if told_by(answers) is GivenBy.NEXT_OF_KIN else "text"


def told_by(answers: Answers) -> GivenBy:
    """In which role the teller answers for the story."""
    return GivenBy(answers["told_by"])


def relation_of(answers: Answers) -> str:
    """What the teller is to the person told about; empty for a story of one's own."""
    return "" if told_by(answers) is GivenBy.SELF else str(answers.get("relation", ""))


def assent_of(answers: Answers) -> Assent:
    """What the child says, for a guardian's story."""
    return Assent(answers["assent"]) if told_by(answers) is GivenBy.GUARDIAN else Assent.NOT_ASKED


def responsibility_of(answers: Answers) -> bool | None:
    """Whether the teller says they have parental responsibility; None where there is no child."""
    return answers.get("parental_responsibility") == YES if told_by(answers) is GivenBy.GUARDIAN else None


def of_age_at(answers: Answers, now: datetime) -> datetime | None:
    """The earliest moment at which the child may come of age: we ask for years, not for a date of birth."""
    if told_by(answers) is not GivenBy.GUARDIAN:
        return None
    years = max(COMES_OF_AGE - int(answers["child_age"]) - 1, 0)
    day = min(now.day, 28)
    return now.replace(year=now.year + years, day=day)


def not_before(answers: Answers) -> datetime | None:
    """The start of the day before which nothing is to be shown, in UTC."""
    day = wait_date(answers)
    return datetime.combine(day, time(), UTC) if day else None


def comments_of(answers: Answers) -> list[str]:
    """What the teller asks of the editors, each as a comment of theirs."""
    found = []
    if answers["way"] == CALL:
        found.append(f"Please call me: {answers['phone']}. A good time: {answers['call_when']}")
    if answers.get("avoid"):
        found.append(f"Please leave out: {answers['avoid']}")
    return found


def others_not_asked(answers: Answers) -> bool:
    """Whether somebody can be recognised who does not know of the story."""
    return answers["way"] != CALL and answers.get("others") == "not_asked"
