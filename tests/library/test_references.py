"""Numbered references."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from service.library.errors import ReferenceNotCited, ReferenceNotListed
from service.library.references import check_references, cited_numbers, link_markers, renumber, without_markers

NUMBERS = st.lists(st.integers(1, 999), max_size=8)


def text_citing(numbers: list[int]) -> str:
    """A text with these markers, in this order."""
    return " ".join(f"word[{number}]" for number in numbers)


def test_numbers_are_found_in_order_of_first_use() -> None:
    """A number that is used twice counts where it came first."""
    assert cited_numbers("One.[3] Two.[1][3] Three.[2]") == [3, 1, 2]


@pytest.mark.parametrize("text", ["[0]", "[01]", "[a]", "[]", "[1000]", "[3](https://example.org)", "3"])
def test_what_is_no_marker(text: str) -> None:
    """Other brackets are just text, and a link whose words are a number stays a link."""
    assert cited_numbers(text) == []


def test_markers_can_be_left_out() -> None:
    """A line in a list of hits has nothing to point at."""
    assert without_markers("One.[3] Two.[1][3] [4](https://example.org)") == "One. Two. [4](https://example.org)"


def test_a_reference_that_nothing_cites_is_refused() -> None:
    """It proves nothing."""
    with pytest.raises(ReferenceNotCited) as refused:
        check_references("One.[1]", [1, 2, 3])

    assert refused.value.numbers == (2, 3)


def test_a_marker_without_a_reference_is_refused() -> None:
    """It looks like proof where there is none."""
    with pytest.raises(ReferenceNotListed) as refused:
        check_references("One.[1] Two.[7]", [1])

    assert refused.value.numbers == (7,)


def test_numbers_follow_the_order_of_first_use() -> None:
    """Readers meet 1 before 2."""
    done = renumber("One.[9] Two.[2] Three.[9]", [2, 9])

    assert done.text == "One.[1] Two.[2] Three.[1]"
    assert done.new_numbers == {9: 1, 2: 2}


@given(NUMBERS)
def test_renumbering_counts_up_and_loses_nothing(numbers: list[int]) -> None:
    """The new numbers are 1, 2, 3 …, and each marker still means the source it meant."""
    done = renumber(text_citing(numbers), set(numbers))

    assert cited_numbers(done.text) == list(range(1, len(set(numbers)) + 1))
    assert done.text == text_citing([done.new_numbers[number] for number in numbers])


@given(NUMBERS)
def test_renumbering_twice_changes_nothing_more(numbers: list[int]) -> None:
    """So a published article may be saved again and again."""
    once = renumber(text_citing(numbers), set(numbers))

    assert renumber(once.text, once.new_numbers.values()).text == once.text


def test_markers_become_links_with_a_way_back() -> None:
    """Each use has an id of its own."""
    cited = link_markers(Markup("<p>One.[1] Two.[1]</p>"), [1])

    assert re.findall(r'href="#ref-1" id="(cite-1-\d)"', cited.html) == ["cite-1-1", "cite-1-2"]
    assert cited.uses == {1: 2}


def test_a_number_that_is_not_listed_stays_text() -> None:
    """A draft may be looked at before its list is complete."""
    assert link_markers(Markup("<p>One.[4]</p>"), [1]).html == "<p>One.[4]</p>"
