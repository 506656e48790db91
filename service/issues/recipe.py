"""What an issue is composed from: a list of slots, read strictly, so that a slip is found before an issue is due.

{"slots": [{"slot": "lead_story", "source": "stories", "count": 1, "order": "longest_waiting",
            "where": ["format:text"]}, …],
 "awareness_days": [{"name": "…", "rrule": "FREQ=YEARLY;…", "kind": "day", "url": "https://…"}, …],
 "prompts": ["What did you pack?", …]}
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.issues.errors import BadRecipe
from service.languages import primary

IMPLIED = frozenset({"published", "scope:newsletter", "not_featured", "review_in_date"})
"""Conditions that may be written down, and hold always: no recipe can do without them."""

PLAIN: Sequence[Mapping[str, Any]] = (
    {"slot": "welcome", "source": "editor_note"},
    {"slot": "lead_story", "source": "stories"},
    {"slot": "learn", "source": "articles"},
)
"""The slots of a newsletter that nobody has written a recipe for."""


class Source(StrEnum):
    """Where a slot takes its items from."""

    EDITOR_NOTE = "editor_note"
    STORIES = "stories"
    ARTICLES = "articles"
    AWARENESS_DAYS = "awareness_days"
    NETWORK = "network"
    RESOURCES = "resources"
    PROMPT_OF_MONTH = "prompt_of_month"
    WORDS = "words"
    FIXED = "fixed"
    """What every mail has by itself, such as the footer; gives no item."""


class Order(StrEnum):
    """Which of the eligible ones comes first. Articles and network entries know only `least_recently_featured`."""

    LONGEST_WAITING = "longest_waiting"
    LATEST = "latest"
    LEAST_RECENTLY_FEATURED = "least_recently_featured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place of the recipe. `where` holds the conditions that narrow it, by name."""

    name: str
    source: Source
    count: int
    order: Order
    where: Mapping[str, str]
    window_days: int
    heading: str
    words: str

    def takes_story(self, kind: str, topics: Collection[str], lang: str) -> bool:
        """Whether a story of this format, on these topics, in this language, may stand in it."""
        wanted = self.where.get("topic", "").split(",")
        on_topic = wanted == [""] or not set(wanted).isdisjoint(topics)
        return self.where.get("format", kind) == kind and on_topic and self.speaks(lang)

    def speaks(self, lang: str) -> bool:
        """Whether something in this language may stand in it; en-GB and en are one language."""
        return primary(self.where.get("lang", lang)) == primary(lang)


@dataclass(frozen=True, slots=True)
class AwarenessDay:
    """A day (or a month that begins on it) by its RFC 5545 rule; `url` may be empty."""

    name: str
    rrule: str
    kind: str = "day"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The slots in reading order, and the lists that two of the sources draw from."""

    slots: Sequence[Slot]
    awareness_days: Sequence[AwarenessDay]
    prompts: Sequence[str]


def read_recipe(document: Mapping[str, Any]) -> Recipe:
    """The recipe that a newsletter keeps as JSON. Raises BadRecipe, which names what it does not know."""
    return Recipe(
        slots=[_slot(entry) for entry in document.get("slots", PLAIN)],
        awareness_days=[_day(entry) for entry in document.get("awareness_days", [])],
        prompts=[str(prompt) for prompt in document.get("prompts", [])],
    )


def _slot(entry: Mapping[str, Any]) -> Slot:
    try:
        return Slot(
            name=entry["slot"],
            source=Source(entry["source"]),
            count=int(entry.get("count", entry.get("max", 1))),
            order=Order(entry.get("order", Order.LONGEST_WAITING)),
            where=_conditions(entry.get("where", [])),
            window_days=int(entry.get("window_days", 35)),
            heading=entry.get("heading", ""),
            words=entry.get("words", ""),
        )
    except KeyError as error:
        raise BadRecipe(f"A slot of the recipe lacks {error}.") from error
    except ValueError as error:
        raise BadRecipe(f"The slot {entry.get('slot')!r} cannot be read: {error}.") from error


def _conditions(where: Sequence[str]) -> dict[str, str]:
    """`format:postcard`, `topic:school,work` (one of them), `lang:fr` and `checked_within:180d`; anything else that is
    not implied is refused."""
    known = dict(condition.partition(":")[::2] for condition in where if condition not in IMPLIED)
    if unknown := set(known) - {"format", "topic", "lang", "checked_within"}:
        raise ValueError(f"we do not know the condition {min(unknown)!r}")
    if "checked_within" in known:
        known["checked_within"] = str(int(known["checked_within"].removesuffix("d")))
    return known


def _day(entry: Mapping[str, Any]) -> AwarenessDay:
    try:
        return AwarenessDay(entry["name"], entry["rrule"], entry.get("kind", "day"), entry.get("url") or "")
    except KeyError as error:
        raise BadRecipe(f"An awareness day of the recipe lacks {error}.") from error
