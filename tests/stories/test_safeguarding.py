"""Words of somebody in danger are noticed; words that only sound so are not."""

import pytest

from service.stories.safeguarding import worries, worry_about

SUICIDE = [
    "Some nights I want to die.", "I wanted to die and told nobody.", "I have been thinking about killing myself.",
    "i want to kill myself",
    "I wish I were dead", "They would be better off without me.", "I don’t want to be here anymore.",
    "I dont want to live",
    "There is no reason to live.", "He took his own life in March.", "I was going to end it all.",
    "I feel suicidal most days.",
    "I took an overdose.", "I can’t go on like this.", "My brother killed himself.", "I want\nto die",
    "I thought about jumping in front of a train.", "I don't want to wake up tomorrow",
]  # fmt: skip
SELF_HARM = ["I started cutting myself again.", "I cut myself most nights.", "I was self-harming at school.",
"I want to hurt myself.",
             "Self harm was my secret."]  # fmt: skip
ABUSE = ["He hits me when the pain makes me slow.", "My husband beats me.", "I was sexually abused as a girl.",
"I am not safe at home.",
         "I am afraid of my partner.", "She locked me in.", "He threatened to kill me."]  # fmt: skip
CHILD = ["He hits the children.", "My child is not safe there.", "I am scared of what I might do to my baby.",
"My dad hits my little sister, he hits my sister.",
         "I shook the baby."]  # fmt: skip
HARMLESS = [
    "I was dying to see you.", "We were killing time in the waiting room.", "I could have killed for a cup of tea.",
    "I did not want to die.", "I don’t want to die.", "She never wanted to die.", "Nobody wants to die at thirty.",
    "My father died in the spring.", "I was sure I would die.", "The doctor said I might die.",
    "I was scared of dying.",
    "The stairs nearly killed me.", "I cut myself some slack.", "I cut myself shaving.",
    "I cut myself a slice of cake.",
    "It hit me on the bus home.", "The news hit me hard.", "He beat me at chess.",
    "Chemo hit me with everything it had.",
    "I laughed until I thought I would die.", "He wanted to die at home, and he did.",
    "The chemo kills the bad cells.",
    "My killer heels stayed in the box.", "It hurt. I hurt all over.", "I fell and hurt my knee.",
    "Dead tired, I slept.",
    "The steroids made me punch the pillow.", "I wanted to end the treatment early.",
    "My life ended and began that day.",
    "That biopsy was murder.", "He hit the roof.", "I beat leukaemia.", "My baby kicks at night.",
    "I work for a suicide prevention charity.",
    "I wanted to die of embarrassment.", "We ended it all with a group hug.",
    "The overdose alarm on the pump went off.",
    "Hit me up if you want to talk.", "I was shaking.", "I would jump in front of the camera.",
    "I starved myself before the scan.",
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"),
    [(kind, text) for kind, texts in (("suicide", SUICIDE), ("self_harm", SELF_HARM), ("abuse", ABUSE),
    ("child_in_danger", CHILD)) for text in texts],
)  # fmt: skip
def test_somebody_in_danger_is_heard(kind: str, text: str) -> None:
    """Whatever the case, the apostrophe and the line ends."""
    assert kind in worry_about([text]).kinds
    assert kind in worry_about(["Before.", f"Long before. {text.upper()} Long after."]).kinds


@pytest.mark.parametrize("text", HARMLESS)
def test_words_that_only_sound_so_raise_no_alarm(text: str) -> None:
    """People with leukaemia write about death all the time."""
    assert worries(text) == []
    assert not worry_about([text])


def test_a_finding_says_where_it_stands() -> None:
    """So that the lead need not search."""
    text = "It was June. I want to die. Then it was July."
    found = worries(text)[0]

    assert text[found.start : found.end] == found.words == "want to die"


def test_a_worry_names_its_kinds_and_words_once() -> None:
    """Whatever stands around them, and however often they are said."""
    worry = worry_about(["I want to die.", "Really, I WANT  to die. I am not safe at home."])

    assert worry.kinds == ("abuse", "suicide")
    assert worry.words == ("not safe at home", "want to die")
