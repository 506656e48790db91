"""Reading a recipe."""

import json
from pathlib import Path

import pytest

from service.issues.errors import BadRecipe
from service.issues.recipe import Order, Source, read_recipe
from tests.issues.paper import RECIPE

SAMPLE = Path(__file__).parents[2] / "demo" / "sample_data.json"


def test_slots_keep_their_order_and_their_conditions() -> None:
    """What is always true is not a condition; what narrows is."""
    slots = read_recipe(RECIPE).slots

    assert [slot.source for slot in slots][:3] == [Source.EDITOR_NOTE, Source.STORIES, Source.ARTICLES]
    assert slots[1].where == {}
    assert slots[4].where == {"checked_within": "180"}
    assert slots[3].count == 3


def test_an_order_may_be_latest_first() -> None:
    """The editor's choice; without one, whoever waits longest comes first."""
    recipe = read_recipe(
        {"slots": [{"slot": "a", "source": "stories", "order": "latest"}, {"slot": "b", "source": "stories"}]}
    )

    assert [slot.order for slot in recipe.slots] == [Order.LATEST, Order.LONGEST_WAITING]


def test_the_recipe_of_the_demo_can_be_read() -> None:
    """The content that `make run` shows."""
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))

    recipe = read_recipe(sample["recipe"] | {"awareness_days": sample["awareness_days"], "prompts": sample["prompts"]})

    assert len(recipe.slots) == 8
    assert len(recipe.awareness_days) == 11


def test_a_newsletter_without_a_recipe_still_has_something_to_say() -> None:
    """A hello, a story and an article; an empty list of slots is a choice, and stays empty."""
    assert [slot.source for slot in read_recipe({}).slots] == [Source.EDITOR_NOTE, Source.STORIES, Source.ARTICLES]
    assert read_recipe({"slots": []}).slots == []


@pytest.mark.parametrize(
    ("slot", "named"),
    [
        ({"source": "stories"}, "slot"),
        ({"slot": "x", "source": "horoscope"}, "horoscope"),
        ({"slot": "x", "source": "stories", "order": "loudest"}, "loudest"),
        ({"slot": "x", "source": "stories", "where": ["famous"]}, "famous"),
        ({"slot": "x", "source": "network", "where": ["checked_within:soon"]}, "soon"),
    ],
)
def test_what_we_do_not_know_is_named(slot: dict[str, object], named: str) -> None:
    """A slip in a recipe is found when it is read, not on the day of the issue."""
    with pytest.raises(BadRecipe, match=named):
        read_recipe({"slots": [slot]})


def test_an_awareness_day_needs_a_name_and_a_rule() -> None:
    """And says which is missing."""
    with pytest.raises(BadRecipe, match="rrule"):
        read_recipe({"awareness_days": [{"name": "Tea Day"}]})
