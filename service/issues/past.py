"""What earlier issues of a newsletter have carried, as a value: the time machine adds issues that do not exist yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from service.issues.fairness import Traits
from service.issues.model import Issue, IssueState, Item, ItemKind
from service.stories.model import Story

Featured = tuple[ItemKind, int]
"""What stood in an issue: its kind, and the id of its row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one issue carried. `stories` has the traits of each story in it."""

    planned_for: datetime
    featured: frozenset[Featured]
    stories: tuple[Traits, ...]
    prompts: int


@dataclass(frozen=True, slots=True)
class Past:
    """The issues of a newsletter that readers had, or will have; in order of their dates."""

    editions: tuple[Edition, ...]

    def last(self, kind: ItemKind) -> Mapping[int, datetime]:
        """Row id -> the date of the latest issue with it."""
        return {row: each.planned_for for each in self.editions for what, row in each.featured if what is kind}

    def mix(self, before: datetime) -> list[tuple[Traits, ...]]:
        """The stories of each issue before a date that had any, the latest issue first."""
        return [each.stories for each in reversed(self.editions) if each.stories and each.planned_for < before]

    @property
    def prompts(self) -> int:
        """How many questions were asked."""
        return sum(each.prompts for each in self.editions)

    def and_then(self, edition: Edition) -> "Past":
        """The past as it will be after one issue more."""
        return Past(tuple(sorted((*self.editions, edition), key=lambda each: each.planned_for)))


def past_of(session: Session, newsletter_id: int) -> Past:
    """What the issues of a newsletter carried. Cancelled ones that nobody got have carried nothing."""
    query = (
        select(Issue.id, Issue.planned_for, Item, Story)
        .join(Item.issue)
        .outerjoin(Story, Story.id == Item.story_id)
        .where(Issue.newsletter_id == newsletter_id, counts())
        .order_by(Issue.planned_for, Issue.id, Item.position, Item.id)
    )
    issues: dict[int, tuple[datetime, list[tuple[Item, Story | None]]]] = {}
    for issue_id, planned_for, item, story in session.execute(query):
        issues.setdefault(issue_id, (planned_for, []))[1].append((item, story))
    return Past(tuple(_edition(at, items) for at, items in issues.values()))


def counts() -> ColumnElement[bool]:
    """An issue that was cancelled before anybody got it has carried nothing, and a correction carries nothing new."""
    return and_(Issue.corrects_id.is_(None), or_(Issue.state != IssueState.CANCELLED, Issue.started_at.is_not(None)))


def traits_of(story: Story) -> Traits:
    """What a story adds to the mix."""
    return Traits(role=story.role, stage=story.stage, country=story.country, format=story.format)


def _edition(planned_for: datetime, items: Sequence[tuple[Item, Story | None]]) -> Edition:
    return Edition(
        planned_for=planned_for,
        featured=frozenset(each for item, _ in items if (each := featured_by(item)) is not None),
        stories=tuple(traits_of(story) for _, story in items if story is not None),
        prompts=sum(item.kind is ItemKind.PROMPT for item, _ in items),
    )


def featured_by(item: Item) -> Featured | None:
    """What an item shows; None for words of our own."""
    rows = (
        (ItemKind.STORY, item.story_id),
        (ItemKind.ARTICLE, item.article_id),
        (ItemKind.NETWORK, item.network_entry_id),
        (ItemKind.RESOURCE, item.resource_id),
    )
    return next(((kind, row) for kind, row in rows if row is not None), None)
