"""Which items fill a slot, and why: one function for each source of a recipe. Same inputs, same choice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from service.issues.fairness import Traits, Waiting, first_in_turn, why_in_turn
from service.issues.featured import fresh_resources, ready_articles, waiting_stories
from service.issues.frames.frame import Frame
from service.issues.frames.table import frame_in
from service.issues.model import ItemKind, Newsletter
from service.issues.past import Featured, Past, traits_of
from service.issues.recipe import AwarenessDay, Order, Recipe, Slot, Source
from service.issues.schedule import days_between, wall_clock
from service.library.queries import network
from service.stories.model import Story

PINNED = "You pinned it for the next issue."


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The issue that is being composed."""

    session: Session
    newsletter: Newsletter
    recipe: Recipe
    planned_for: datetime
    now: datetime
    past: Past
    pins: Sequence[Featured] = ()
    """What editors pinned, the oldest pin first."""

    @property
    def day(self) -> date:
        """The date of the issue on the newsletter's own wall."""
        return wall_clock(self.planned_for, self.newsletter.zone).date()

    @property
    def frame(self) -> Frame:
        """Our words in the newsletter's language."""
        return frame_in(self.newsletter.lang)


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
    resource_id: int | None = None
    traits: Traits | None = None
    """What a story adds to the mix."""

    @property
    def featured(self) -> Featured | None:
        """What it is by kind and row id; None for words of our own."""
        row = self.story_id or self.article_id or self.network_entry_id or self.resource_id
        return (self.kind, row) if row is not None else None


Chooser = Callable[[Occasion, Slot, Sequence[Choice]], Sequence[Choice]]
"""(the occasion, the slot, what is chosen already) -> at most `slot.count` items; none when nothing is eligible."""


def choose(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    """The items for a slot."""
    return _CHOOSERS[slot.source](occasion, slot, already)


def why_empty(slot: Slot) -> str:
    """The sentence that tells editors why nothing stands in a slot; empty for a slot that never gives an item."""
    return _WHY_EMPTY[slot.source]


def said(day: date) -> str:
    """A date in a sentence for editors: 7 April 2026. For readers, a frame says it."""
    return f"{day.day} {day:%B %Y}"


def waiting_since(story: Story) -> datetime:
    """Since when it waits: from its approval on."""
    return story.approved_at or story.published_at or story.created_at


def _hello(occasion: Occasion, slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    why = "Every issue begins with a few words from you."
    return [Choice(kind=ItemKind.HELLO, why=why, heading=slot.heading, words=slot.words or occasion.frame.hello)]


def _stories(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    paper = occasion.newsletter
    found = waiting_stories(occasion.session, paper, on=occasion.planned_for, now=occasion.now, past=occasion.past)
    taken = {choice.story_id for choice in already}
    free = [story for story, _ in found if story.id not in taken]
    left = [story for story in free if slot.takes_story(story.format, story.topics, story.lang)]
    chosen: list[Choice] = []
    while left and len(chosen) < slot.count:
        story, why = _next_story(occasion, slot, left, [*already, *chosen])
        left.remove(story)
        heading = slot.heading or occasion.frame.a_story
        chosen.append(Choice(kind=ItemKind.STORY, story_id=story.id, heading=heading, why=why, traits=traits_of(story)))
    return chosen


def _next_story(occasion: Occasion, slot: Slot, left: Sequence[Story], already: Sequence[Choice]) -> tuple[Story, str]:
    """The next of the stories that are left, and why: a pin before the rule."""
    by_id = {story.id: story for story in left}
    for pinned in occasion.pins:
        if pinned[0] is ItemKind.STORY and pinned[1] in by_id:
            return by_id[pinned[1]], PINNED
    if slot.order is Order.LATEST:
        newest = max(left, key=lambda story: (waiting_since(story), story.id))
        return newest, f"The newest: since {said(waiting_since(newest))}, and not in any issue yet."
    inside = tuple(choice.traits for choice in already if choice.traits is not None)
    mix = [*([inside] if inside else []), *occasion.past.mix(occasion.planned_for)]
    waiting = [Waiting(story.id, waiting_since(story), traits_of(story)) for story in left]
    first = first_in_turn(waiting, mix)
    return by_id[first.story_id], why_in_turn(first, waiting, mix)


def _articles(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    paper = occasion.newsletter
    ready = ready_articles(occasion.session, paper, on=occasion.planned_for, now=occasion.now, past=occasion.past)
    taken = {choice.article_id for choice in already}
    left = [pair for pair in ready if pair[0].id not in taken and slot.speaks(pair[0].lang)]
    left.sort(key=lambda pair: _pinned_place(occasion, (ItemKind.ARTICLE, pair[0].id)))
    return [
        Choice(
            kind=ItemKind.ARTICLE,
            article_id=article.id,
            heading=slot.heading or occasion.frame.good_to_know,
            why=PINNED
            if (ItemKind.ARTICLE, article.id) in occasion.pins
            else f"In date until {said(article.next_review or occasion.day)}. {_last_time(last)}",
        )
        for article, last in left[: slot.count]
    ]


def _resources(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    paper = occasion.newsletter
    fresh = fresh_resources(occasion.session, paper, on=occasion.planned_for, now=occasion.now, past=occasion.past)
    taken = {choice.resource_id for choice in already}
    left = [each for each in fresh if each.id not in taken and slot.speaks(each.lang or paper.lang)]
    left.sort(key=lambda each: _pinned_place(occasion, (ItemKind.RESOURCE, each.id)))
    return [
        Choice(
            kind=ItemKind.RESOURCE,
            resource_id=each.id,
            heading=slot.heading or occasion.frame.worth_reading,
            why=PINNED
            if (ItemKind.RESOURCE, each.id) in occasion.pins
            else f"Accepted on {said(each.decided_at or each.found_at)}. Not in any issue yet.",
        )
        for each in left[: slot.count]
    ]


def _pinned_place(occasion: Occasion, what: Featured) -> int:
    return occasion.pins.index(what) if what in occasion.pins else len(occasion.pins)


def _dates(occasion: Occasion, slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    until = occasion.day + timedelta(days=slot.window_days)
    days = [(day, e) for e in occasion.recipe.awareness_days for day in days_between(e.rrule, occasion.day, until)]
    found = sorted(days, key=lambda pair: (pair[0], pair[1].name))[: slot.count]
    if not found:
        return []
    why = f"In the {slot.window_days} days from {said(occasion.day)}."
    words = "\n".join(f"- {_date_line(day, entry, occasion.frame)}" for day, entry in found)
    return [Choice(kind=ItemKind.DATES, why=why, heading=slot.heading or occasion.frame.dates_ahead, words=words)]


def _network(occasion: Occasion, slot: Slot, already: Sequence[Choice]) -> Sequence[Choice]:
    had = occasion.past.last(ItemKind.NETWORK)
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
            heading=slot.heading or occasion.frame.from_network,
            why=f"Checked on {said(entry.last_checked or occasion.day)}. {_last_time(had.get(entry.id))}",
        )
        for entry in fresh[: slot.count]
    ]


def _prompt(occasion: Occasion, slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    prompts = occasion.recipe.prompts
    if not prompts:
        return []
    turn = occasion.past.prompts % len(prompts)
    return [
        Choice(
            kind=ItemKind.PROMPT,
            why=f"Question {turn + 1} of the {len(prompts)} in the recipe; each has its turn.",
            heading=slot.heading or prompts[turn],
            words=slot.words or occasion.frame.prompt_words,
        )
    ]


def _words(_occasion: Occasion, slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    if not slot.words:
        return []
    return [Choice(kind=ItemKind.ASK, why="The recipe has it in every issue.", heading=slot.heading, words=slot.words)]


def _nothing(_occasion: Occasion, _slot: Slot, _already: Sequence[Choice]) -> Sequence[Choice]:
    return []


def _last_time(last: datetime | None) -> str:
    return f"Last in the issue of {said(last)}." if last else "Not in any issue yet."


def _date_line(day: date, entry: AwarenessDay, frame: Frame) -> str:
    when = frame.say_month(day) if entry.kind == "month" else frame.say_day_of_year(day)
    return frame.dated.format(when=when, what=f"[{entry.name}]({entry.url})" if entry.url else entry.name)


_CHOOSERS: Mapping[Source, Chooser] = {
    Source.EDITOR_NOTE: _hello,
    Source.STORIES: _stories,
    Source.ARTICLES: _articles,
    Source.AWARENESS_DAYS: _dates,
    Source.NETWORK: _network,
    Source.RESOURCES: _resources,
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
    Source.RESOURCES: "No accepted article of others is left that was in no issue yet.",
    Source.PROMPT_OF_MONTH: "The recipe has no questions.",
    Source.WORDS: "The recipe has no words for it.",
    Source.FIXED: "",
}
