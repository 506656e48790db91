"""What the answers of a finished draft make of a story."""

from datetime import UTC, datetime

import pytest

from service.stories.kinds import Assent, GivenBy
from service.stories.told import (
    TALK_TITLE,
    assent_of,
    body_of,
    comments_of,
    format_of,
    not_before,
    of_age_at,
    others_not_asked,
    relation_of,
    responsibility_of,
    title_of,
    told_by,
)
from tests.cast import NOW
from tests.stories.tales import EVERY_ANSWER

CHILDS = {**EVERY_ANSWER, "told_by": "guardian", "relation": "mother", "child_age": "9", "assent": "yes",
          "parental_responsibility": "yes"}  # fmt: skip
CALLS = {**EVERY_ANSWER, "way": "call", "phone": "07700 900123", "call_when": "Mornings"}


@pytest.mark.parametrize(
    ("answers", "format"),
    [
        ({}, "text"),
        ({"way": "questions"}, "text"),
        ({"way": "postcard"}, "postcard"),
        ({"way": "call"}, "interview"),
        ({"told_by": "next_of_kin"}, "memoriam"),
        ({"told_by": "next_of_kin", "way": "postcard"}, "postcard"),
    ],
)
def test_the_way_it_is_told_gives_its_format(answers: dict[str, str], format: str) -> None:
    """As the site lists it."""
    assert format_of({**EVERY_ANSWER, **answers}) == format


def test_a_story_of_ones_own_has_nobody_elses_facts() -> None:
    """Also when something was typed before the mind was changed."""
    own = {**CHILDS, "told_by": "self"}

    assert (told_by(own), relation_of(own), assent_of(own)) == (GivenBy.SELF, "", Assent.NOT_ASKED)
    assert (responsibility_of(own), of_age_at(own, NOW)) == (None, None)


def test_a_childs_story_has_all_of_them() -> None:
    """Who answers, what the child says, and when the child decides alone."""
    assert (told_by(CHILDS), relation_of(CHILDS), assent_of(CHILDS)) == (GivenBy.GUARDIAN, "mother", Assent.YES)
    assert responsibility_of(CHILDS) is True


@pytest.mark.parametrize(("age", "years"), [("0", 17), ("9", 8), ("16", 1), ("17", 0)])
def test_coming_of_age_is_never_later_than_it_is(age: str, years: int) -> None:
    """The birthday may be tomorrow, so it is counted so; a leap day does no harm."""
    leap = datetime(2028, 2, 29, tzinfo=UTC)

    assert of_age_at({**CHILDS, "child_age": age}, leap) == datetime(2028 + years, 2, 28, tzinfo=UTC)


def test_a_wish_to_talk_has_no_words_of_its_own() -> None:
    """The number is for the editors alone."""
    assert title_of(CALLS) == TALK_TITLE
    assert "07700" not in title_of(CALLS) + body_of(CALLS)
    assert comments_of(CALLS) == ["Please call me: 07700 900123. A good time: Mornings"]


def test_what_is_to_wait_and_to_be_left_out_is_said() -> None:
    """The day as its first instant; nothing said, nothing noted."""
    asked = {**EVERY_ANSWER, "wait_day": "3", "wait_month": "6", "wait_year": "2027", "avoid": "My school"}

    assert not_before(asked) == datetime(2027, 6, 3, tzinfo=UTC)
    assert comments_of(asked) == ["Please leave out: My school"]
    assert (not_before(EVERY_ANSWER), comments_of(EVERY_ANSWER)) == (None, [])


def test_people_who_were_not_asked_are_remembered() -> None:
    """Where there is a text they could be in."""
    assert others_not_asked({**EVERY_ANSWER, "others": "not_asked"})
    assert not others_not_asked({**EVERY_ANSWER, "others": "agreed"})
    assert not others_not_asked({**CALLS, "others": "not_asked"})
