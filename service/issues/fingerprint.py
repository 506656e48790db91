"""The exact content of an issue as one hash: what people approve, and what must not change after that."""

import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.choosing import Choice
from service.issues.model import Issue, Item
from service.library.model import Article, NetworkEntry
from service.library.resources import Resource
from service.stories.model import Story


def content_hash(session: Session, issue: Issue) -> str:
    """The SHA-256 of everything that people read: subject, preheader, and each item in order with the words of its
    story, article or entry. A story that is taken back leaves the mail without changing it: the rest was approved."""
    parts = [issue.subject, issue.preheader, [_item(session, item) for item in issue.items]]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _item(session: Session, item: Item) -> list[Any]:
    return [item.kind, item.heading, item.words, _behind(session, item)]


def words_hash(session: Session, choice: Choice) -> str:
    """The SHA-256 of what people would read of a story or an article."""
    parts = [choice.kind, _behind(session, choice)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _behind(session: Session, item: Item | Choice) -> list[Any]:
    """Read as columns, so that what another unit has changed by now is seen."""
    if item.story_id is not None:
        story = select(Story.id, Story.shown_hash, Story.display_name, Story.content_notes, Story.country)
        return _row(session, story.where(Story.id == item.story_id))
    if item.article_id is not None:
        article = select(Article.id, Article.title, Article.summary, Article.content_notes)
        return _row(session, article.where(Article.id == item.article_id))
    if item.network_entry_id is not None:
        entry = select(NetworkEntry.id, NetworkEntry.name, NetworkEntry.url, NetworkEntry.services)
        return _row(session, entry.where(NetworkEntry.id == item.network_entry_id))
    if item.resource_id is not None:
        resource = select(Resource.id, Resource.title, Resource.words, Resource.url)
        return _row(session, resource.where(Resource.id == item.resource_id))
    return []


def _row(session: Session, query: Any) -> list[Any]:
    found = session.execute(query).first()
    return list(found) if found is not None else []
