"""The time machine: the next issues as they would be composed from what there is today. Nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.issues.choosing import Occasion, said, waiting_since
from service.issues.compose import issue_of
from service.issues.fairness import Traits
from service.issues.featured import waiting_stories
from service.issues.model import Issue, IssueState, ItemKind, Newsletter, WhenThin
from service.issues.past import Featured, featured_by
from service.issues.planning import Empty, Plan, occasion_of, plan_issue
from service.issues.recipe import Source
from service.issues.schedule import Occurrence, occurrences, wall_clock
from service.library.model import Article, NetworkEntry
from service.library.resources import Resource
from service.stories.model import Story

ISSUES_AHEAD = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of an issue to be. `title` is empty for words of our own."""

    slot: str
    kind: ItemKind
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One issue to be; `issue` is the draft where there is one already, and then it is shown as it stands."""

    date: Occurrence
    issue: Issue | None
    entries: Sequence[Entry]
    empty: Sequence[Empty]
    thin: str = ""
    skipped: bool = False
    """Whether nothing will go out on that date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The next issues, and what they do to the stories that wait."""

    previews: Sequence[Preview]
    supply: str
    """When stories run out, in one sentence."""
    waiting: int
    """Stories that wait today."""
    left: int
    """Stories that still wait after these issues."""
    longest_wait: datetime | None
    """Since when the oldest of them waits today."""
    mix: Mapping[str, Mapping[str, int]]
    """Trait -> its values among the stories of these issues -> how many stories."""


def look_ahead(session: Session, newsletter: Newsletter, now: datetime, *, count: int = ISSUES_AHEAD) -> Outlook:
    """What the next `count` issues would be. Raises BadRule or BadRecipe."""
    occasion = occasion_of(session, newsletter, now, now)
    today = waiting_stories(session, newsletter, on=now, now=now, past=occasion.past)
    previews = []
    for date in occurrences(newsletter, now, count):
        preview, occasion = _next(replace(occasion, planned_for=date.at), date)
        previews.append(preview)
    left = len(waiting_stories(session, newsletter, on=now, now=now, past=occasion.past))
    coming = [traits for each in occasion.past.editions if each.planned_for > now for traits in each.stories]
    return Outlook(
        previews=previews,
        supply=_supply(occasion, previews, left),
        waiting=len(today),
        left=left,
        longest_wait=min((waiting_since(story) for story, _ in today), default=None),
        mix=_mix(coming),
    )


def _next(occasion: Occasion, date: Occurrence) -> tuple[Preview, Occasion]:
    """One issue, and the occasion of the next one: the past has grown, and the pins that were taken up are gone."""
    issue = issue_of(occasion.session, occasion.newsletter, date.period)
    if issue is not None:
        return _as_it_stands(occasion.session, date, issue), occasion
    plan = plan_issue(occasion)
    skipped = bool(plan.thin) and occasion.newsletter.when_thin is WhenThin.SKIP
    entries = _entries(occasion.session, plan)
    preview = Preview(date=date, issue=None, entries=entries, empty=plan.empty, thin=plan.thin, skipped=skipped)
    if skipped:
        return preview, occasion
    edition = plan.as_edition(occasion)
    pins = [each for each in occasion.pins if each not in edition.featured]
    return preview, replace(occasion, past=occasion.past.and_then(edition), pins=pins)


def _as_it_stands(session: Session, date: Occurrence, issue: Issue) -> Preview:
    entries = [
        Entry(item.slot, item.kind, title_of(session, featured_by(item)) or item.heading, item.why)
        for item in issue.items
    ]
    empty = [Empty(each["slot"], each["reason"]) for each in issue.skipped]
    cancelled = issue.state is IssueState.CANCELLED
    return Preview(date=date, issue=issue, entries=entries, empty=empty, thin=issue.thin, skipped=cancelled)


def _entries(session: Session, plan: Plan) -> list[Entry]:
    return [
        Entry(slot, choice.kind, title_of(session, choice.featured) or choice.heading, choice.why)
        for slot, choice in plan.chosen
    ]


def title_of(session: Session, featured: Featured | None) -> str:
    """The title of a story, an article, a resource or an organisation; empty for nothing, and for one that is gone."""
    if featured is None:
        return ""
    kind, row = featured
    match kind:
        case ItemKind.STORY:
            story = session.get(Story, row)
            return story.words.title if story is not None else ""
        case ItemKind.NETWORK:
            entry = session.get(NetworkEntry, row)
            return entry.name if entry is not None else ""
        case ItemKind.RESOURCE:
            resource = session.get(Resource, row)
            return resource.title if resource is not None else ""
        case _:
            article = session.get(Article, row)
            return article.title if article is not None else ""


def _supply(occasion: Occasion, previews: Sequence[Preview], left: int) -> str:
    """When stories run out; a place that stays empty beside another story is no end of them, and is said as well."""
    if all(slot.source is not Source.STORIES for slot in occasion.recipe.slots):
        return "The recipe asks for no stories."
    days = [said(wall_clock(each.date.at, occasion.newsletter.zone).date()) for each in previews]
    end = next((place for place, each in enumerate(previews) if _gap(each) and not _has_story(each)), None)
    if end is None:
        first = f"There are stories for the next {len(previews)} issues, and {left or 'none'} will be left after them."
    elif end == 0:
        first = f"Stories have run out: a place for a story stays empty in the issue of {days[0]}."
    else:
        gap = f"a place for a story stays empty in the issue of {days[end]}."
        first = f"Stories run out after the issue of {days[end - 1]}: {gap}"
    short = next((place for place, each in enumerate(previews[:end]) if _gap(each)), None)
    return first if short is None else f"{first} Nothing fits “{_gap(previews[short])}” in the issue of {days[short]}."


def _gap(preview: Preview) -> str:
    """The first place for a story that stays empty."""
    return next((empty.slot.replace("_", " ") for empty in preview.empty if empty.for_story), "")


def _has_story(preview: Preview) -> bool:
    return any(entry.kind is ItemKind.STORY for entry in preview.entries)


def _mix(stories: Sequence[Traits]) -> dict[str, dict[str, int]]:
    return {
        name: dict(sorted(Counter(str(getattr(each, name)) or "not said" for each in stories).items()))
        for name in ("role", "stage", "country", "format")
    }
