"""How hard a text is to read, and what it seems to mention."""

import pytest

from service.stories.flags import suggested_notes
from service.stories.labels import COMMON_NOTES
from service.stories.mentions import PHRASES
from service.stories.reading_level import LONG_SENTENCE, reading_level, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [("tea", 1), ("table", 2), ("nurse", 1), ("hospital", 3), ("leukaemia", 4), ("walked", 1), ("wanted", 2),
    ("houses", 2), ("mother’s", 2), ("I", 1), ("chemotherapy", 5)],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    """Near enough."""
    assert abs(syllables(word) - count) <= (word == "leukaemia")


def test_plain_words_read_easily_and_long_ones_do_not() -> None:
    """The first for a child of nine, the second for somebody with a degree."""
    plain = "I was sure it was flu. By Friday I could not climb the stairs. My mum drove me in."
    hard = "Notwithstanding considerable haematological deterioration, consolidation chemotherapy was administered."

    assert reading_level(plain).age <= 9
    assert reading_level(hard).age > 18


def test_the_longest_sentences_are_named() -> None:
    """To be cut in two."""
    long = "word " * LONG_SENTENCE + "word."
    level = reading_level(f"Short one. {long} Short again.")

    assert level.long_sentences == [long]
    assert (level.sentences, level.words) == (3, 2 + LONG_SENTENCE + 1 + 2)


@pytest.mark.parametrize("text", ["", "   ", "💛💛", "123"])
def test_a_text_without_words_has_no_level(text: str) -> None:
    """Nothing is divided by nothing."""
    level = reading_level(text)

    assert (level.words, level.age, level.grade) == (0, 0, 0.0)


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("It came back in spring, and my daughter held the needle.", ["relapse", "a child who is ill",
        "needles and procedures"]),
        ("He passed away.", ["death"]),
        ("They gave me a ten per cent chance.", ["survival figures"]),
        ("I walked to the bench and ate a sandwich.", []),
        ("The intensive care nurse asked about my anxiety.", ["hard times in hospital", "anxiety and low mood"]),
    ],
)  # fmt: skip
def test_notes_are_suggested_for_what_is_mentioned(text: str, notes: list[str]) -> None:
    """In the order of the boxes."""
    assert suggested_notes(text) == notes


def test_every_common_note_has_its_phrases() -> None:
    """And no other note is suggested."""
    assert set(PHRASES) == set(COMMON_NOTES)
