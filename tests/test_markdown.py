"""Text of people: safe as HTML, whole as plain text."""

from hypothesis import given
from hypothesis import strategies as st

from service.markdown import first_words, to_html, to_text


def test_marks_become_html() -> None:
    """Emphasis, lists and links are what editors need."""
    html = to_html("# Hi\n\n*Soft* [words](https://example.org).")

    assert "<h2>Hi</h2>" in html
    assert "<em>Soft</em>" in html
    assert 'href="https://example.org"' in html


def test_html_in_the_text_is_shown_and_not_obeyed() -> None:
    """Nobody's script runs on a reader's phone."""
    html = to_html('<script>alert(1)</script> <img src=x onerror="alert(1)"> [x](javascript:alert(1))')

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


@given(st.text())
def test_no_text_makes_a_tag_we_did_not_choose(text: str) -> None:
    """Whatever is typed, no scripting tag or handler comes out."""
    html = to_html(text).lower()

    assert "<script" not in html
    assert "<style" not in html
    assert "<iframe" not in html


def test_plain_text_keeps_link_addresses() -> None:
    """The text part of a mail is complete."""
    assert to_text("See *our* [page](https://example.org/a).") == "See our page (https://example.org/a)."


def test_plain_text_keeps_lists() -> None:
    """A list of things to pack stays a list."""
    assert (
        to_text("Pack:\n\n- tea\n- a book\n\nThen:\n\n1. rest\n2. ring")
        == "Pack:\n\n- tea\n- a book\n\nThen:\n\n1. rest\n2. ring"
    )


@given(st.text())
def test_any_text_has_a_plain_form(text: str) -> None:
    """Whatever is typed, the text part can be written."""
    assert isinstance(to_text(text), str)


def test_first_words_says_when_there_was_more() -> None:
    """A teaser ends honestly."""
    assert first_words("one two three", 2) == "one two …"
    assert first_words("one two", 2) == "one two"
