"""Two wordings side by side: nothing is lost, and only what differs is marked."""

from hypothesis import given
from hypothesis import strategies as st

from service.stories.differences import compare

texts = st.lists(st.sampled_from(["one", "two", "drei", " ", "\n", "\n\n", "<b>", "."]), max_size=30).map("".join)


@given(texts, texts)
def test_the_pieces_of_a_side_are_its_text(before: str, after: str) -> None:
    """Joined again, each side says exactly what it said."""
    compared = compare(before, after)

    assert "".join(piece.text for piece in compared.before) == before
    assert "".join(piece.text for piece in compared.after) == after


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    """No marks where there is nothing to see."""
    assert not compare(text, text).differs


def test_one_changed_word_is_the_only_mark() -> None:
    """The word that went on one side, the word that came on the other."""
    compared = compare("I met Dr Brown on Friday.", "I met my doctor on Friday.")

    assert [piece.text for piece in compared.before if piece.changed] == ["Dr Brown"]
    assert [piece.text for piece in compared.after if piece.changed] == ["my doctor"]


def test_a_new_paragraph_leaves_the_others_unmarked() -> None:
    """A paragraph put in between is one mark."""
    compared = compare("One.\n\nThree.", "One.\n\nTwo.\n\nThree.")

    assert [piece.text for piece in compared.after if piece.changed] == ["Two.\n\n"]
    assert not any(piece.changed for piece in compared.before)


def test_the_longest_story_in_one_breath_is_compared_without_waiting() -> None:
    """No line end, no full stop, every tenth word changed: marked as a whole rather than compared for minutes."""
    words = [f"w{number % 700}" for number in range(9_000)]
    before, after = " ".join(words), " ".join("x" if at % 10 == 0 else word for at, word in enumerate(words))

    assert [piece.text for piece in compare(before, after).before] == [before]
