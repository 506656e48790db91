"""Characters are counted as people count them."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from service.stories.graphemes import count_characters

SEEN_AS_ONE = [
    "é", "e\u0301", "👩‍👩‍👧‍👦", "🇬🇧", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "👍🏽", "❤️", "1️⃣", "क्षि", "நி", "한", "한", "ก็", "ב֑", "\r\n", "\n", "🧑🏿‍⚕️",
]  # fmt: skip
"""Each is one extended grapheme cluster (UAX 29)."""
LETTERS = st.sampled_from("aé\u0301 z한ᄒ\u1161\u11ab👩👧💛🇬🇧🏽\u200d\ufe0fकम\u0651ב\n")


@pytest.mark.parametrize("text", SEEN_AS_ONE, ids=ascii)
def test_what_is_seen_as_one_counts_as_one(text: str) -> None:
    """Alone, and among others."""
    assert count_characters(text) == 1
    assert count_characters(f"a{text}b") == 3


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("🇬🇧🇫🇷", 2), ("🇬🇧🇫", 2), ("💛💛", 2), ("مرحبا", 5), ("\u200fab\ufeff", 2)]
)
def test_what_is_seen_as_several_counts_as_several(text: str, count: int) -> None:
    """Two flags are two; signs nobody sees are none."""
    assert count_characters(text) == count


@given(st.lists(LETTERS, max_size=12).map("".join))
def test_the_count_is_that_of_the_standard(text: str) -> None:
    """As another implementation of the same annex counts."""
    assert count_characters(text) == len(regex.findall(r"\X", text))


@given(st.text(), st.text())
def test_joining_two_texts_never_makes_more(one: str, other: str) -> None:
    """And never less than the longer of the two."""
    together = count_characters(one + other)

    assert max(count_characters(one), count_characters(other)) <= together
    assert together <= count_characters(one) + count_characters(other)
