"""Typed text is tidied without losing words, and too much of it is met with one sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories.wording import LONGEST_STORY, first_lines, problems_with_words, tidy_line, tidy_text


@given(st.text())
def test_a_line_is_one_line(typed: str) -> None:
    """Whatever was typed, no line end or control character is left to break a header or a page."""
    assert len(tidy_line(typed).splitlines()) <= 1
    assert tidy_line(tidy_line(typed)) == tidy_line(typed)


@given(st.text())
def test_tidying_a_text_twice_changes_nothing_more(typed: str) -> None:
    """So that the words a storyteller saw are the words that are hashed."""
    assert tidy_text(tidy_text(typed)) == tidy_text(typed)
    assert "\0" not in tidy_text(typed)


def test_paragraphs_stay_and_indents_go() -> None:
    """An indented line is not code, and three empty lines are one."""
    assert tidy_text("    One.\r\n\r\n\r\n\r\n  Two.\rThree.") == "One.\n\nTwo.\nThree."


@pytest.mark.parametrize("words", ["مرحبا بالعالم", "👩‍👩‍👧 🎗️", "<b>bold</b>", "नमस्ते"])
def test_every_script_stays_as_it_was(words: str) -> None:
    """Right-to-left text, emoji with joiners and angle brackets are words like any other."""
    assert tidy_line(words) == words
    assert tidy_text(words) == words


@pytest.mark.parametrize("words", ["\u200b", "\u2060 \u200d", "\ufeff\u202e\u202c", "\u00ad\n\u200f"])
def test_words_that_nobody_can_see_are_no_words(words: str) -> None:
    """A name or a story of zero-width characters is as empty as it looks, and is asked for again."""
    assert tidy_line(words) == tidy_text(words) == ""


def test_a_name_turns_nothing_around_it() -> None:
    """An override would turn the rest of a subject line; the marks and joiners that scripts need stay."""
    assert tidy_line("\u202eAda\u202c \u2067Mal\u2069") == "Ada Mal"
    assert tidy_line("می\u200cخواهم \u200fفاطمة") == "می\u200cخواهم \u200fفاطمة"


def test_good_words_have_no_problems() -> None:
    """A title and a body are enough; a teaser may be empty."""
    assert problems_with_words("A title", "", "A body.") == {}


def test_each_problem_is_one_sentence_at_its_field() -> None:
    """Missing title, long teaser, long body: said at once, with the figures."""
    found = problems_with_words("", "word " * 61, "x" * (LONGEST_STORY + 1))

    assert found == {
        "title": "Give the story a title.",
        "teaser": "The teaser has 61 words. Use at most 60.",
        "body": "The story has 50,001 characters. We can take up to 50,000. Please shorten it.",
    }


def test_first_lines_are_within_their_own_limit() -> None:
    """The sign that there is more is no word, or no long story could ever be saved at the desk."""
    body = "word " * 200

    assert first_lines(body).endswith("word …")
    assert problems_with_words("A title", first_lines(body), body) == {}
