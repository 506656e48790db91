"""Who is on a photo, whether everybody was asked, and what is said about a description that is not done."""

import pytest

from service.stories.model import StoryPhoto, StoryPhotoPerson
from service.stories.photos import (
    LONGEST_ALT,
    MOST_PEOPLE,
    agreed_field,
    describe,
    is_complete,
    names_in,
    problems_with_photo,
    who_field,
)
from tests.cast import NOW


def a_photo(*people: str) -> StoryPhoto:
    """A photo with rows as the database would give them."""
    photo = StoryPhoto(asset_key="k", alt="Us", created_at=NOW)
    photo.id = 7
    for number, who in enumerate(people, 1):
        person = StoryPhotoPerson(who=who, created_at=NOW)
        person.id = number
        photo.people.append(person)
    return photo


def test_everybody_who_can_be_recognised_has_a_row() -> None:
    """Whoever was known keeps theirs, with what they said; whoever is gone has none."""
    photo = a_photo("my sister", "my nurse")
    sister = photo.people[0]
    describe(photo, alt="Us two", who="others", others=["my sister", "my son", "my son"], now=NOW)

    assert [person.who for person in photo.people] == ["my sister", "my son"]
    assert photo.people[0] is sister
    describe(photo, alt="Me", who="me", others=["my sister"], now=NOW)
    assert [person.who for person in photo.people] == ["me"]
    describe(photo, alt="A tree", who="nobody", others=[], now=NOW)
    assert photo.people == []


def test_a_photo_is_complete_when_everybody_was_asked() -> None:
    """A no is an answer; silence is none; the teller answers with the places."""
    photo = a_photo("me", "my sister")
    sister = agreed_field(photo.people[1])
    answers = {who_field(photo): "others"}

    assert not is_complete(photo, answers)
    assert is_complete(photo, {**answers, sister: "yes"})
    assert is_complete(photo, {**answers, sister: "no"})
    assert not is_complete(photo, {sister: "yes"})
    photo.alt = ""
    assert not is_complete(photo, {**answers, sister: "yes"})


@pytest.mark.parametrize(
    ("alt", "who", "others", "wrong"),
    [
        ("Us", "me", [], set()),
        ("Us", "others", ["my sister"], set()),
        ("", "", [], {"alt", "who"}),
        ("x" * (LONGEST_ALT + 1), "nobody", [], {"alt"}),
        ("Us", "others", [], {"others"}),
        ("Us", "others", [str(n) for n in range(MOST_PEOPLE + 1)], {"others"}),
        ("Us", "others", ["x" * (LONGEST_ALT + 1)], {"others"}),
        ("Us", "everybody", [], {"who"}),
    ],
)
def test_each_mistake_has_its_sentence(alt: str, who: str, others: list[str], wrong: set[str]) -> None:
    """At the field where it is."""
    found = problems_with_photo(alt, who, others)

    assert set(found) == wrong
    assert all(sentence.endswith(".") for sentence in found.values())


def test_names_are_one_a_line() -> None:
    """Empty lines and control characters are no people."""
    assert names_in(" my sister \r\n\r\n\x00\r\nBob ") == ["my sister", "Bob"]
