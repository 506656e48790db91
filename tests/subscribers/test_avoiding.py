"""What may be left out: every note that editors give finds its group."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories.labels import COMMON_NOTES
from service.subscribers.avoiding import LABELS, Group, groups_of


@pytest.mark.parametrize("note", COMMON_NOTES)
def test_every_box_at_the_desk_belongs_to_a_group(note: str) -> None:
    """Stories and subscribers do not know each other; this holds them together."""
    assert groups_of([note])


@pytest.mark.parametrize(
    ("note", "group"),
    [
        ("death", "death"), ("Death of a partner", "death"), ("in memoriam", "death"), ("my mum died", "death"),
        ("grief", "death"), ("relapse", "relapse"), ("relapsed twice", "relapse"), ("survival statistics", "figures"),
        ("prognosis", "figures"), ("child with cancer", "children"), ("medical procedures", "procedures"),
        ("fertility", "fertility"), ("pregnancy loss", "fertility"), ("intensive care", "hospital"),
        ("anxiety", "low-mood"), ("suicide", "low-mood"), ("suicide", "death"), ("self-harm", "low-mood"),
    ],
)  # fmt: skip
def test_typed_notes_are_known_by_their_words(note: str, group: str) -> None:
    """Editors may type any note."""
    assert group in groups_of([note])


@pytest.mark.parametrize("notes", [[], ["food"], ["relapsing-remitting football"], ["Deathly Hallows"]])
def test_other_notes_belong_to_none(notes: list[str]) -> None:
    """A word inside another word is another word."""
    assert not groups_of(notes) & {"death"}
    assert groups_of(notes) <= {"relapse"}


@given(st.lists(st.sampled_from(COMMON_NOTES)), st.lists(st.sampled_from(COMMON_NOTES)))
def test_notes_together_are_the_notes_apart(some: list[str], more: list[str]) -> None:
    """Neither order nor company matters."""
    assert groups_of([*some, *more]) == groups_of(some) | groups_of(more)


def test_every_group_has_words_for_readers() -> None:
    """In the order of the page."""
    assert list(LABELS) == list(Group)
