"""What an issue would have in it: a value, made from the recipe without writing anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.issues.asking import MEMORIAL, asks_for_money
from service.issues.choosing import Choice, Occasion, choose, why_empty
from service.issues.model import ItemKind, Newsletter
from service.issues.past import Edition, past_of
from service.issues.pins import open_pins
from service.issues.recipe import Slot, Source, read_recipe

NO_ASK = "It asks for money, and this issue has a story in memory of somebody. The ask waits; the story does not."


@dataclass(frozen=True, slots=True)
class Empty:
    """A slot that stays empty, and the sentence for editors that says why."""

    slot: str
    reason: str
    for_story: bool = False
    """Whether a story should have stood there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An issue to be: (slot name, item) in reading order, the empty slots, and why it is thin ("" when it is not)."""

    chosen: Sequence[tuple[str, Choice]]
    empty: Sequence[Empty]
    thin: str

    def as_edition(self, occasion: Occasion) -> Edition:
        """What the issue will have carried, once it is out."""
        choices = [choice for _, choice in self.chosen]
        return Edition(
            planned_for=occasion.planned_for,
            featured=frozenset(each.featured for each in choices if each.featured is not None),
            stories=tuple(each.traits for each in choices if each.traits is not None),
            prompts=sum(each.kind is ItemKind.PROMPT for each in choices),
        )


def occasion_of(session: Session, newsletter: Newsletter, planned_for: datetime, now: datetime) -> Occasion:
    """An issue that is to be composed, with all that came before it and what is pinned. Raises BadRecipe."""
    return Occasion(
        session=session,
        newsletter=newsletter,
        recipe=read_recipe(newsletter.recipe),
        planned_for=planned_for,
        now=now,
        past=past_of(session, newsletter.id),
        pins=[pin.featured for pin in open_pins(session, newsletter.id)],
    )


def plan_issue(occasion: Occasion) -> Plan:
    """Fill the slots of the recipe in their order. Where a story is in memory of somebody, an ask for money waits."""
    chosen: list[tuple[str, Choice]] = []
    empty: list[Empty] = []
    for slot in occasion.recipe.slots:
        found = choose(occasion, slot, [choice for _, choice in chosen])
        chosen += [(slot.name, choice) for choice in found]
        empty += _emptiness(slot, found)
    if any(choice.traits is not None and choice.traits.format == MEMORIAL for _, choice in chosen):
        empty += [Empty(name, NO_ASK) for name, choice in chosen if _asks(choice)]
        chosen = [(name, choice) for name, choice in chosen if not _asks(choice)]
    return Plan(chosen, empty, _why_thin(occasion.newsletter, chosen))


def _emptiness(slot: Slot, found: Sequence[Choice]) -> list[Empty]:
    reason = why_empty(slot)
    return [] if found or not reason else [Empty(slot.name, reason, slot.source is Source.STORIES)]


def _asks(choice: Choice) -> bool:
    return choice.kind is ItemKind.ASK and asks_for_money(choice.heading, choice.words)


def _why_thin(newsletter: Newsletter, chosen: Sequence[tuple[str, Choice]]) -> str:
    """What to tell editors of an issue with too few stories and articles; empty for one with enough."""
    found = sum(choice.kind in {ItemKind.STORY, ItemKind.ARTICLE} for _, choice in chosen)
    if found >= newsletter.thin_below:
        return ""
    return (
        f"Only {found} of at least {newsletter.thin_below} stories and articles were ready on the day it was composed."
    )
