"""Changes, one by one: all of them make the new text, none of them the old, and each stands for itself."""

from hypothesis import given
from hypothesis import strategies as st

from service.stories.changes import Change, apply, changes_between, proposals
from service.stories.model import Revision
from tests.cast import NOW

WORDS = st.sampled_from(["I", "was", "sure.", "It", "was", "flu!", "Why?", "\n\n", "\n", "Dr. No", "😀", "שלום."])
TEXTS = st.lists(WORDS, max_size=25).map(" ".join) | st.text(alphabet="ab. \n!", max_size=40)


@given(old=TEXTS, new=TEXTS)
def test_accepting_all_gives_the_new_text(old: str, new: str) -> None:
    """Nothing of the editors' work is lost."""
    changes = changes_between(old, new)

    assert apply(old, changes, [True] * len(changes)) == new


@given(old=TEXTS, new=TEXTS)
def test_rejecting_all_gives_the_old_text(old: str, new: str) -> None:
    """Nothing of the teller's words is lost."""
    changes = changes_between(old, new)

    assert apply(old, changes, [False] * len(changes)) == old


@given(old=TEXTS, new=TEXTS, data=st.data())
def test_changes_stand_apart(old: str, new: str, data: st.DataObject) -> None:
    """They come in order, none overlaps another, each says what stood there, and any choice of them can be applied."""
    changes = changes_between(old, new)
    ends = [0, *(change.start + len(change.before) for change in changes)]
    choice = data.draw(st.lists(st.booleans(), min_size=len(changes), max_size=len(changes)))

    assert all(end <= change.start for end, change in zip(ends, changes, strict=False))
    assert all(old[change.start :].startswith(change.before) for change in changes)
    assert all(change.before != change.after for change in changes)
    kept = sum(len(c.after) - len(c.before) for c, yes in zip(changes, choice, strict=True) if yes)
    assert len(apply(old, changes, choice)) == len(old) + kept


def test_each_sentence_is_a_change_of_its_own() -> None:
    """A storyteller can take the first and leave the second."""
    old, new = "I was sure. It was flu.\n\nThe end.", "I was certain. It was a cold.\n\nThe end."
    changes = changes_between(old, new)

    assert [(one.before, one.after) for one in changes] == [
        ("I was sure.", "I was certain."),
        ("It was flu.", "It was a cold."),
    ]
    assert apply(old, changes, [True, False]) == "I was certain. It was flu.\n\nThe end."


def test_a_title_is_one_change() -> None:
    """So that it stays as long as it may be, whatever is decided."""
    old = Revision(number=1, title="One. Two.", teaser="T", body="Same.", author="storyteller", created_at=NOW)
    new = Revision(number=2, title="Three. Four.", teaser="T", body="Same.", author="editor:1", created_at=NOW)

    assert [(each.field, each.change) for each in proposals(old, new)] == [
        ("title", Change(0, "One. Two.", "Three. Four."))
    ]


def test_fifty_thousand_words_take_no_time() -> None:
    """Nobody waits for minutes, even where everything is different."""
    old, new = "a b. " * 25_000, "c\n" * 25_000

    assert apply(old, changes_between(old, new), [True] * len(changes_between(old, new))) == new
