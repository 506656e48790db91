"""Everything we hold about one storyteller, for them to keep: as one document for machines, and as text for people."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.stories.changes import FIELDS
from service.stories.model import Story, StoryConsent, Storyteller

_STORY = (
    "slug", "state", "role", "told_by", "relation", "format", "naming", "display_name", "age_band", "stage", "country",
    "topics", "content_notes", "lang", "created_at", "submitted_at", "approved_at", "published_at", "not_before",
    "withdrawn_at", "erase_at", "declined_at", "decline_rule", "decline_note", "of_age_at",
)  # fmt: skip
_CONSENT = (
    "sequence", "hash", "previous", "scope", "act", "granted", "revision_hash", "statement", "statement_version",
    "lang", "given_by", "relation", "parental_responsibility", "assent", "method", "recorded_by", "witness",
    "proven_by", "given_at", "expires_at",
)  # fmt: skip


def everything_about(session: Session, teller: Storyteller) -> dict[str, Any]:
    """All rows about a storyteller and their stories, in plain values that JSON can carry (GDPR Art. 15 and 20)."""
    stories = session.scalars(select(Story).where(Story.storyteller_id == teller.id).order_by(Story.id))
    return {
        "storyteller": _of(teller, ("email", "name", "email_proven_at", "created_at")),
        "stories": [_story(story) for story in stories],
    }


def as_text(held: dict[str, Any]) -> str:
    """The same to be read: one line a fact, one heading a part."""
    return "\n".join(_lines(held, 0)).strip() + "\n"


def _story(story: Story) -> dict[str, Any]:
    return _of(story, _STORY) | {
        "words": _all(story.revisions, ("number", *FIELDS, "author", "created_at", "hash")),
        "changes": _all(story.changes, ("field", "before", "after", "reason", "accepted", "decided_at")),
        "comments": _all(story.comments, ("author", "words", "at")),
        "photos": [_of(one, ("alt", "caption", "asset_key", "created_at", "removed_at")) for one in story.photos],
        "on_photos": [_of(person, ("id", "who")) for photo in story.photos for person in photo.people],
        "steps": _all(story.steps, ("action", "source", "target", "by", "at")),
        "consent": [_consent(record) for record in story.consents],
        "cases": _all(story.holds, ("kind", "opened_at", "resolved_at")),
    }


def _consent(record: StoryConsent) -> dict[str, Any]:
    return _of(record, (*_CONSENT, "photo_person_id"))


def _all(rows: Iterable[object], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [_of(row, names) for row in rows]


def _of(row: object, names: tuple[str, ...]) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in names)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values}


def _lines(value: Any, depth: int) -> Iterator[str]:
    for name, part in value.items():
        label = "  " * depth + name.replace("_", " ").capitalize()
        if isinstance(part, dict):
            yield f"\n{label}"
            yield from _lines(part, depth + 1)
        elif isinstance(part, list) and any(isinstance(each, dict) for each in part):
            for number, each in enumerate(part, 1):
                yield f"\n{label} {number}"
                yield from _lines(each, depth + 1)
        elif part not in (None, "", []):
            yield f"{label}: {', '.join(part) if isinstance(part, list) else part}"
