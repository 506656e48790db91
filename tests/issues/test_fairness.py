"""Whose story comes next."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from service.issues.fairness import ISSUES_BACK, WORTH, Traits, Waiting, first_in_turn, why_in_turn
from tests.cast import NOW

MOST = WORTH * ISSUES_BACK * 4
"""What a mix can be worth at most."""


def traits(role: str = "patient", stage: str = "", country: str = "", kind: str = "text") -> Traits:
    """A patient's prose, from nowhere in particular."""
    return Traits(role=role, stage=stage, country=country, format=kind)


def waits(number: int, days: int, told: Traits | None = None) -> Waiting:
    """A story that has waited that long."""
    return Waiting(number, NOW - timedelta(days=days), told or traits())


TRAITS = some.builds(
    traits, some.sampled_from(["patient", "carer"]), some.sampled_from(["", "a", "b"]),
    some.sampled_from(["", "GB", "PL"]), some.sampled_from(["text", "postcard"]),
)  # fmt: skip
QUEUES = some.lists(some.tuples(some.integers(0, 400), TRAITS), min_size=1, max_size=8).map(
    lambda rows: [waits(number, days, told) for number, (days, told) in enumerate(rows)]
)
MIXES = some.lists(some.lists(TRAITS, min_size=1, max_size=3), max_size=5)


def test_without_a_past_the_oldest_comes_first() -> None:
    """There is nothing to balance yet."""
    assert first_in_turn([waits(1, 5), waits(2, 50), waits(3, 20, traits("carer"))], []).story_id == 2


def test_who_was_not_heard_lately_passes_one_that_waited_a_little_longer() -> None:
    """Three issues of patients: a carer's claim grows by three weeks."""
    queue = [waits(1, 30), waits(2, 10, traits("carer"))]

    assert first_in_turn(queue, [[traits()]] * 3).story_id == 2
    assert first_in_turn(queue, [[traits("carer")]]).story_id == 1


def test_a_long_wait_counts_more_than_the_mix() -> None:
    """Three weeks more, and the older one keeps its place."""
    assert first_in_turn([waits(1, 32), waits(2, 10, traits("carer"))], [[traits()]] * 9).story_id == 1


def test_of_equal_claims_the_lower_number_comes_first() -> None:
    """So that two machines agree."""
    assert first_in_turn([waits(2, 9), waits(1, 9)], []).story_id == 1


@pytest.mark.parametrize(
    ("told", "past", "sentence"),
    [
        (traits("carer"), [[traits()]] * 3, "We have not had a carer's story for three issues."),
        (traits(country="PL"), [[traits()]] * 2, "We have not had a story from Poland for two issues."),
        (traits(kind="postcard"), [[traits()]], "We have not had a postcard in the last issue."),
        (traits(stage="maintenance"), [[traits()]], "We have not had a story from the stage “maintenance” in the last"),
        (traits(), [[traits()]], "Waiting since 31 May 2026."),
    ],
)
def test_it_says_why(told: Traits, past: list[list[Traits]], sentence: str) -> None:
    """In sentences an editor can read out."""
    chosen = waits(1, 10, told)

    assert sentence in why_in_turn(chosen, [chosen], past)


def test_it_says_whom_it_passed() -> None:
    """Nobody is passed in secret."""
    queue = [waits(1, 30), waits(2, 10, traits("carer")), waits(3, 5)]

    assert why_in_turn(queue[1], queue, [[traits()]] * 3).endswith(
        "For a fair mix it goes before 1 that waited longer."
    )


@given(QUEUES, MIXES, some.randoms())
def test_the_order_of_the_rows_changes_nothing(queue: list[Waiting], mix: list[list[Traits]], chance: object) -> None:
    """Same inputs, same story, same reason; also when the stories inside an issue are shuffled."""
    shuffled = list(queue)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chosen, again = first_in_turn(queue, mix), first_in_turn(shuffled, [list(reversed(one)) for one in mix])

    assert chosen == again
    assert why_in_turn(chosen, queue, mix) == why_in_turn(again, shuffled, mix)


@given(QUEUES, MIXES)
def test_nobody_is_passed_by_one_that_came_twelve_weeks_later(queue: list[Waiting], mix: list[list[Traits]]) -> None:
    """The promise of the rule, whatever the mix."""
    chosen = first_in_turn(queue, mix)

    assert timedelta(weeks=12) == MOST
    assert all(chosen.since - other.since <= MOST for other in queue)


@given(QUEUES, MIXES)
def test_everybody_has_their_turn(queue: list[Waiting], mix: list[list[Traits]]) -> None:
    """Issue after issue, until nobody waits."""
    left, past = list(queue), list(mix)
    while left:
        chosen = first_in_turn(left, past)
        left.remove(chosen)
        past.insert(0, [chosen.traits])

    assert len(past) == len(queue) + len(mix)
