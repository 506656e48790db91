"""Who stands next for the place of an item, by the same rules of choosing that filled it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.issues.choosing import Choice, Occasion, choose
from service.issues.errors import BadRecipe
from service.issues.model import Issue, ItemKind
from service.issues.past import past_of
from service.issues.recipe import Order, Recipe, Slot, Source, read_recipe

_SOURCES = {ItemKind.STORY: Source.STORIES, ItemKind.ARTICLE: Source.ARTICLES}
SWAPPED = frozenset(_SOURCES)
"""Kinds of items that another of their kind may stand in for."""


def in_line(
    session: Session, issue: Issue, kind: ItemKind, slot_name: str, now: datetime, *, most: int = 1
) -> Sequence[Choice]:
    """At most `most` stories or articles, the next one first, that stand in no issue of the newsletter (articles: not
    in this one). For an item that somebody added by hand, any will do."""
    try:
        recipe = read_recipe(issue.newsletter.recipe)
    except BadRecipe:
        recipe = Recipe(slots=(), awareness_days=(), prompts=())
    occasion = Occasion(
        session=session,
        newsletter=issue.newsletter,
        recipe=recipe,
        planned_for=issue.planned_for,
        now=now,
        past=past_of(session, issue.newsletter_id),
    )
    source = _SOURCES[kind]
    named = (slot for slot in recipe.slots if slot.name == slot_name and slot.source is source)
    already = [
        Choice(kind=item.kind, why="", story_id=item.story_id, article_id=item.article_id) for item in issue.items
    ]
    return choose(occasion, replace(next(named, _any(source)), count=most), already)


def _any(source: Source) -> Slot:
    return Slot(
        name="", source=source, count=1, order=Order.LONGEST_WAITING, where={}, window_days=0, heading="", words=""
    )
