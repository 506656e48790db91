"""Which items fill a slot, and why: one function for each source of a recipe. Same inputs, same choice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from service.issues.featured import count_prompts, last_featured, ready_articles, waiting_stories
from service.issues.model import Item, ItemKind, Newsletter
from service.issues.recipe import AwarenessDay, Order, Recipe, Slot, Source
from service.issues.schedule import days_between, wall_clock
from service.library.queries import network

HELLO = "Here is what we have for you this time. There is no hurry. It will wait until you are ready."
PROMPT_WORDS = "A few lines are enough. We only share what you agree to."


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The issue that is being composed."""

    session: Session
    newsletter: Newsletter
    recipe: Recipe
    planned_for: datetime
    now: datetime

    @property
    def day(self) -> date:
        """The date of the issue on the newsletter's own wall."""
        return wall_clock(self.planned_for, self.newsletter.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An item to be, with the sentence that tells editors why it is here."""

    kind: ItemKind
    why: str
    heading: str = ""
    words: str = ""
    story_id: int | None = None
    article_id: int | None = None
    network_entry_id: int | None = None


Chooser = Callable[[Occasion, Slot, Sequence[Choice]], Sequence[Choice]]
"""(the occasion, the slot, what is chosen already) -> at most `slot.count` items; none when nothing is eligible."""


def choose(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    """The items for a slot."""
    return _CHOOSERS[slot.source](occasion, slot, already)


def why_empty(slot: Slot) -> str:
    """The sentence that tells editors why nothing stands in a slot; empty for a slot that never gives an item."""
    return _WHY_EMPTY[slot.source]


def said(day: date) -> str:
    """A date in a sentence: 7 April 2026."""
    return f"{day.day} {day:%B %Y}"


def _hello(_occasion: Occasion, slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    why = "Every issue begins with a few words from you."
    return [Choice(kind=ItemKind.HELLO, why=why, heading=slot.heading, words=slot.words or HELLO)]


def _stories(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    paper = occasion.newsletter
    waiting = waiting_stories(occasion.session, paper.id, paper.lang, on=occasion.planned_for, now=occasion.now)
    taken = {choice.story_id for choice in already}
    kind = slot.where.get("format")
    eligible = [story for story, _ in waiting if story.id not in taken and kind in (None, story.format)]
    if slot.order is Order.LATEST:
        eligible.reverse()
    return [
        Choice(
            kind=ItemKind.STORY,
            story_id=story.id,
            heading=slot.heading or "A story",
            why=f"{_place(place, slot.order)}: {_since(story.published_at)}.",
        )
        for place, story in enumerate(eligible[: slot.count])
    ]


def _articles(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    paper = occasion.newsletter
    ready = ready_articles(occasion.session, paper.id, paper.lang, on=occasion.planned_for, now=occasion.now)
    taken = {choice.article_id for choice in already}
    return [
        Choice(
            kind=ItemKind.ARTICLE,
            article_id=article.id,
            heading=slot.heading or "Good to know",
            why=f"In date until {said(article.next_review or occasion.day)}. {_last_time(last)}",
        )
        for article, last in [pair for pair in ready if pair[0].id not in taken][: slot.count]
    ]


def _dates(occasion: Occasion, slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    until = occasion.day + timedelta(days=slot.window_days)
    days = [(day, e) for e in occasion.recipe.awareness_days for day in days_between(e.rrule, occasion.day, until)]
    found = sorted(days, key=lambda pair: (pair[0], pair[1].name))[: slot.count]
    if not found:
        return []
    why = f"In the {slot.window_days} days from {said(occasion.day)}."
    words = "\n".join(f"- {_date_line(day, entry)}" for day, entry in found)
    return [Choice(kind=ItemKind.DATES, why=why, heading=slot.heading or "Dates ahead", words=words)]


def _network(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    had = last_featured(occasion.session, occasion.newsletter.id, Item.network_entry_id)
    taken = {choice.network_entry_id for choice in already}
    within = timedelta(days=int(slot.where.get("checked_within", 3650)))
    fresh = [
        entry
        for entry in network(occasion.session, occasion.day)
        if entry.id not in taken and entry.last_checked and entry.last_checked >= occasion.day - within
    ]
    fresh.sort(key=lambda entry: (had[entry.id].timestamp() if entry.id in had else 0, entry.id))
    return [
        Choice(
            kind=ItemKind.NETWORK,
            network_entry_id=entry.id,
            heading=slot.heading or "From the network",
            why=f"Checked on {said(entry.last_checked or occasion.day)}. {_last_time(had.get(entry.id))}",
        )
        for entry in fresh[: slot.count]
    ]


def _prompt(occasion: Occasion, slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    prompts = occasion.recipe.prompts
    if not prompts:
        return []
    turn = count_prompts(occasion.session, occasion.newsletter.id) % len(prompts)
    return [
        Choice(
            kind=ItemKind.PROMPT,
            why=f"Question {turn + 1} of the {len(prompts)} in the recipe; each has its turn.",
            heading=slot.heading or prompts[turn],
            words=slot.words or PROMPT_WORDS,
        )
    ]


def _words(_occasion: Occasion, slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    if not slot.words:
        return []
    return [Choice(kind=ItemKind.ASK, why="The recipe has it in every issue.", heading=slot.heading, words=slot.words)]


def _nothing(_occasion: Occasion, _slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    return []


def _place(place: int, order: Order) -> str:
    if place:
        return "Next in line"
    return "Newest" if order is Order.LATEST else "Waiting longest"


def _since(published: datetime | None) -> str:
    return f"published {said(published)}, not in any issue yet" if published else "not in any issue yet"


def _last_time(last: datetime | None) -> str:
    return f"Last in the issue of {said(last)}." if last else "Not in any issue yet."


def _date_line(day: date, entry: AwarenessDay) -> str:
    when = f"All of {day:%B}" if entry.kind == "month" else f"{day.day} {day:%B}"
    return f"{when}: [{entry.name}]({entry.url})" if entry.url else f"{when}: {entry.name}"


_CHOOSERS: Mapping[Source, Chooser] = {
    Source.EDITOR_NOTE: _hello,
    Source.STORIES: _stories,
    Source.ARTICLES: _articles,
    Source.AWARENESS_DAYS: _dates,
    Source.NETWORK: _network,
    Source.PROMPT_OF_MONTH: _prompt,
    Source.WORDS: _words,
    Source.FIXED: _nothing,
}

_WHY_EMPTY: Mapping[Source, str] = {
    Source.EDITOR_NOTE: "",
    Source.STORIES: "No story that fits is waiting. It needs consent for the newsletter, and comes in one issue only.",
    Source.ARTICLES: "No article is in date on that day.",
    Source.AWARENESS_DAYS: "No date falls into the days after the issue.",
    Source.NETWORK: "No entry of the network has been checked lately enough.",
    Source.PROMPT_OF_MONTH: "The recipe has no questions.",
    Source.WORDS: "The recipe has no words for it.",
    Source.FIXED: "",
}
