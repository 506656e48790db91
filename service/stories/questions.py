"""The questions we ask somebody who tells a story, in order: data. The rules between fields are in `answering`."""

from collections.abc import Mapping

from service.stories.answering import (
    GUIDE,
    age_is_a_childs,
    child_agrees,
    day_exists,
    guide_field,
    other_agrees,
    something_is_answered,
)
from service.stories.asking import NO, YES, Field, Kind, Step, is_, nothing_else
from service.stories.consent import PLACES
from service.stories.kinds import Assent, GivenBy, Naming, Scope
from service.stories.naming import NAMINGS, ROLES
from service.stories.wording import LONGEST_STORY

WRITE, QUESTIONS, POSTCARD, CALL = "write", "questions", "postcard", "call"
POSTCARD_LENGTH = 280
"""Characters, as people count them."""
LONGEST_NOTE = 2_000

TOLD_BY: Mapping[str, str] = {
    GivenBy.SELF: "It is my own story",
    GivenBy.GUARDIAN: "I tell it for my child",
    GivenBy.NEXT_OF_KIN: "I tell it for somebody who has died",
    GivenBy.PROXY: "I tell it for somebody else",
}
WAYS: Mapping[str, str] = {
    WRITE: "I write it in my own words",
    QUESTIONS: "I answer a few questions",
    POSTCARD: "I write a postcard: a few lines",
    CALL: "I would rather talk to somebody",
}
CHILD_SAYS: Mapping[str, str] = {
    Assent.YES: "My child said yes",
    Assent.NO: "My child said no, or does not want to",
    Assent.TOO_YOUNG: "My child is too young to ask",
}
OTHER_SAYS: Mapping[str, str] = {
    YES: "Yes, they said yes",
    "cannot": "They cannot say it, and I may decide for them",
    NO: "No, or I have not asked",
}
OTHERS: Mapping[str, str] = {
    NO: "No, or nobody could tell who they are",
    "agreed": "Yes, and they know and said yes",
    "not_asked": "Yes, and I have not asked them",
}


def place_field(scope: Scope) -> str:
    """The name of the field that asks about a place."""
    return f"place_{scope}"


def _guided(number: int, question: str) -> Step:
    last = number == len(GUIDE)
    return Step(
        key=f"question-{number}",
        heading=question,
        short=question,
        fields=(Field(name=guide_field(number), what="Your answer", kind=Kind.TEXT, most=LONGEST_STORY // len(GUIDE)),),
        asked=is_("way", QUESTIONS),
        may_be_passed=True,
        also=something_is_answered if last else nothing_else,
    )


def _choice(name: str, what: str, missing: str, choices: Mapping[str, str]) -> Field:
    return Field(name=name, what=what, missing=missing, kind=Kind.CHOICE, choices=choices)


_RELATION = Field(name="relation", what="What you are to them", missing="Write what you are to them, such as mother.")

STEPS: tuple[Step, ...] = (
    Step(
        key="who",
        heading="Who are you in this story?",
        short="You are",
        fields=(_choice("role", "Who you are", "Choose who you are.", ROLES),),
    ),
    Step(
        key="whose",
        heading="Whose story is it?",
        short="Whose story it is",
        fields=(_choice("told_by", "Whose story it is", "Choose whose story it is.", TOLD_BY),),
    ),
    Step(
        key="child",
        heading="About you and your child",
        short="You and your child",
        fields=(
            _RELATION,
            Field(name="child_age", what="The age", missing="Write how old your child is now. For a baby write 0."),
            _choice(
                "parental_responsibility",
                "Your responsibility",
                "Only somebody with parental responsibility can tell a child’s story here.",
                {YES: "I have parental responsibility for this child"},
            ),
        ),
        asked=is_("told_by", GivenBy.GUARDIAN),
        also=age_is_a_childs,
    ),
    Step(
        key="child-says",
        heading="What does your child say?",
        short="What your child says",
        fields=(_choice("assent", "What your child says", "Choose what your child says.", CHILD_SAYS),),
        asked=is_("told_by", GivenBy.GUARDIAN),
        also=child_agrees,
    ),
    Step(
        key="kin",
        heading="About you and the person who has died",
        short="You and the person who has died",
        fields=(
            _RELATION,
            _choice(
                "family_agrees",
                "The family",
                "We need your yes here, so that nobody close is hurt by what they read.",
                {YES: "I was close to them, and I know of nobody close who would mind"},
            ),
        ),
        asked=is_("told_by", GivenBy.NEXT_OF_KIN),
    ),
    Step(
        key="other",
        heading="About you and the person whose story it is",
        short="You and the person whose story it is",
        fields=(_RELATION, _choice("agreed", "Their yes", "Choose whether they have said yes.", OTHER_SAYS)),
        asked=is_("told_by", GivenBy.PROXY),
        also=other_agrees,
    ),
    Step(
        key="way",
        heading="How would you like to tell it?",
        short="How you tell it",
        fields=(_choice("way", "How you tell it", "Choose how you would like to tell it.", WAYS),),
    ),
    Step(
        key="telling",
        heading="Tell your story",
        short="Your story",
        fields=(
            Field(name="text", what="Your story", missing="Write your story here.", kind=Kind.TEXT, most=LONGEST_STORY),
        ),
        asked=is_("way", WRITE),
    ),
    *(_guided(number, question) for number, question in enumerate(GUIDE, 1)),
    Step(
        key="postcard",
        heading="Write your postcard",
        short="Your postcard",
        fields=(
            Field(
                name="postcard",
                what="Your postcard",
                missing="Write your postcard here.",
                kind=Kind.POSTCARD,
                most=POSTCARD_LENGTH,
            ),
        ),
        asked=is_("way", POSTCARD),
    ),
    Step(
        key="title",
        heading="Give it a title",
        short="Title",
        fields=(Field(name="title", what="The title", missing="Give your story a title. A few words are enough."),),
        asked=is_("way", WRITE, QUESTIONS, POSTCARD),
    ),
    Step(
        key="call",
        heading="When may we call you?",
        short="Call me",
        fields=(
            Field(name="phone", what="The number", missing="Write the number that we may call.", most=40),
            Field(name="call_when", what="The time", missing="Write when a call is good for you."),
        ),
        asked=is_("way", CALL),
    ),
    Step(
        key="people",
        heading="Is anybody else in your story?",
        short="Other people in it",
        fields=(_choice("others", "Other people", "Choose whether somebody else is in your story.", OTHERS),),
        asked=is_("way", WRITE, QUESTIONS, POSTCARD),
    ),
    Step(
        key="photos",
        heading="Would you like to add a photo?",
        short="Photos",
        fields=(),
        asked=is_("way", WRITE, QUESTIONS, POSTCARD),
        may_be_passed=True,
    ),
    Step(
        key="name",
        heading="What name should we show?",
        short="Name to show",
        fields=(
            _choice("naming", "The name", "Choose how we should name you.", NAMINGS),
            Field(
                name="shown_name",
                what="The name",
                missing="Write the name we should show.",
                asked=lambda answers: answers.get("naming") != Naming.ANONYMOUS,
            ),
        ),
    ),
    Step(
        key="places",
        heading="Where may your story appear?",
        short="Where it may appear",
        fields=tuple(
            _choice(place_field(scope), place.label, f"{place.label}: choose Yes or No.", {YES: "Yes", NO: "No"})
            for scope, place in PLACES.items()
        ),
    ),
    Step(
        key="wait",
        heading="Should we wait for something, or leave something out?",
        short="Wait, or leave out",
        fields=(
            *(Field(name=f"wait_{part}", what=f"The {part}", most=4) for part in ("day", "month", "year")),
            Field(name="avoid", what="What to leave out", kind=Kind.TEXT, most=LONGEST_NOTE),
        ),
        also=day_exists,
        may_be_passed=True,
    ),
    Step(
        key="contact",
        heading="How can we reach you?",
        short="E-mail",
        fields=(
            Field(name="email", what="The address", missing="Write your e-mail address.", kind=Kind.EMAIL, most=254),
            _choice(
                "read_and_contact",
                "Your agreement",
                "We need your yes here. Without it we may not read your story.",
                {YES: "Yes"},
            ),
        ),
    ),
)

STEP = {step.key: step for step in STEPS}
