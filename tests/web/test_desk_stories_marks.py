"""The words on the review page: what changed and what to look at, marked in one text that stays whole."""

from hypothesis import given
from hypothesis import strategies as st

from service.stories.differences import Piece
from service.stories.flags import Flag
from service.web.desk.story_marks import MOST_FLAGS, Mark, Segment, marked, marks_in, segments
from tests.stories.tales import a_revision


def a_mark(start: int, end: int, number: int = 1) -> Mark:
    """A flag for some words."""
    return Mark(number, "body", Flag("person", "", start, end, ""))


def test_a_flag_is_marked_where_it_stands() -> None:
    """The words before it, it, the words after it."""
    found = list(segments([Piece("Then Dr Okafor came.")], [a_mark(5, 14)]))

    assert found == [Segment("Then "), Segment("Dr Okafor", flagged=True, begins=(1,)), Segment(" came.")]


def test_a_flag_across_a_change_is_cut_and_begins_once() -> None:
    """Half of it was there before."""
    found = list(segments([Piece("Dr "), Piece("Okafor", changed=True)], [a_mark(0, 9)]))

    assert [(each.text, each.changed, each.flagged, each.begins) for each in found] == [
        ("Dr ", False, True, (1,)),
        ("Okafor", True, True, ()),
    ]


@given(
    st.lists(st.text(min_size=1, max_size=6), max_size=6), st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)))
)
def test_nothing_is_lost_and_every_flag_has_its_place(texts: list[str], spans: list[tuple[int, int]]) -> None:
    """Whatever overlaps: joined, the segments are the text, and each flag that fits begins once."""
    text = "".join(texts)
    fits = [(start, start + length) for start, length in spans if start + length <= len(text)]
    marks = [a_mark(start, end, number) for number, (start, end) in enumerate(fits)]
    found = list(segments([Piece(each, bool(place % 2)) for place, each in enumerate(texts)], marks))

    assert "".join(each.text for each in found) == text
    assert sorted(number for each in found for number in each.begins) == list(range(len(marks)))


def test_flags_are_numbered_through_all_fields() -> None:
    """Title first, then the story."""
    words = a_revision(title="Dear Dr Okafor", body="I live in SW1A 1AA.")

    assert [(each.number, each.field, each.kind) for each in marks_in(words)] == [
        (1, "title", "A person"),
        (2, "body", "A postcode"),
    ]
    assert marked(words, words, marks_in(words))["body"].segments[1].text == "SW1A 1AA"


def test_a_text_full_of_names_stays_a_page() -> None:
    """A hundred are enough to know that the whole text needs care."""
    assert len(marks_in(a_revision(body="Dr Okafor. " * 5_000))) == MOST_FLAGS
