"""An item as one kind of reader gets it: the item itself, or what stands in its place for them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.choosing import Choice
from service.issues.model import Item, ItemKind
from service.library.model import Article, NetworkEntry
from service.library.queries import published_articles
from service.library.resources import Resource, ResourceState
from service.stories.model import Revision, Scope, Story
from service.stories.visibility import visible_stories

CLOSING = "closing"
"""The slot of what stands below the items of an issue: the stories that somebody missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one place of an issue shows. Two copies with equal entries read the same."""

    item_id: int = 0
    """The item whose place it has; 0 below the items."""
    kind: ItemKind
    slot: str
    heading: str
    words: str = ""
    story_id: int | None = None
    article_id: int | None = None
    network_entry_id: int | None = None
    resource_id: int | None = None
    stands_in: bool = False
    """Whether it is another than the item that the editors put there."""


def entry_of(item: Item) -> Entry:
    """The item itself."""
    return Entry(
        item_id=item.id,
        kind=item.kind,
        slot=item.slot,
        heading=item.heading,
        words=item.words,
        story_id=item.story_id,
        article_id=item.article_id,
        network_entry_id=item.network_entry_id,
        resource_id=item.resource_id,
    )


def stand_in(entry: Entry, choice: Choice) -> Entry:
    """A choice in the place of an item. The editors' words around the item were about that one, and go with it."""
    return Entry(
        item_id=entry.item_id,
        kind=entry.kind,
        slot=entry.slot,
        heading=entry.heading,
        story_id=choice.story_id,
        article_id=choice.article_id,
        stands_in=True,
    )


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rows behind some entries, as far as they may be shown."""

    stories: Mapping[int, tuple[Story, Revision]]
    on_the_web: frozenset[int]
    articles: Mapping[int, Article]
    network: Mapping[int, NetworkEntry]
    resources: Mapping[int, Resource]

    def has(self, entry: Entry) -> bool:
        """Whether an entry may be shown."""
        return (
            (entry.story_id is None or entry.story_id in self.stories)
            and (entry.article_id is None or entry.article_id in self.articles)
            and (entry.network_entry_id is None or entry.network_entry_id in self.network)
            and (entry.resource_id is None or entry.resource_id in self.resources)
        )


def shelf_of(session: Session, entries: Iterable[Entry], surface: Scope, now: datetime) -> Shelf:
    """Look up everything behind `entries`, once, as it may stand on `surface` now."""
    of = list(entries)
    stories = {each.story_id for each in of if each.story_id is not None}
    articles = {each.article_id for each in of if each.article_id is not None}
    resources = {each.resource_id for each in of if each.resource_id is not None}
    network = {each.network_entry_id for each in of if each.network_entry_id is not None}
    return Shelf(
        stories={story.id: (story, words) for story, words in _stories(session, stories, surface, now)},
        on_the_web=frozenset(story.id for story, _ in _stories(session, stories, Scope.WEB, now)),
        articles={each.id: each for each in session.scalars(published_articles().where(Article.id.in_(articles)))},
        network={
            each.id: each
            for each in session.scalars(
                select(NetworkEntry).where(NetworkEntry.id.in_(network), NetworkEntry.active)
            )
        },
        resources={
            each.id: each
            for each in session.scalars(
                select(Resource).where(Resource.id.in_(resources), Resource.state == ResourceState.ACCEPTED)
            )
        },
    )  # fmt: skip


def _stories(
    session: Session, stories: Collection[int], surface: Scope, now: datetime
) -> Iterable[tuple[Story, Revision]]:
    if not stories:
        return []
    rows = session.execute(visible_stories(surface, now).where(Story.id.in_(stories)))
    return [(story, words) for story, words in rows]
