"""What stands around an issue's items at the desk: what may be added, what colleagues say, who will get it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from service.delivery.expected import expected_readers, readers_of_copies
from service.editors.model import Role
from service.issues.comments import MAY_COMMENT, Said, comments_of
from service.issues.editing import articles_to_add, resources_to_add, stories_to_add
from service.issues.history import undoable
from service.issues.model import Issue
from service.issues.preflight.sending import count_readers
from service.web.forms import one_line
from service.web.frame import editor, now, services

MOST_FOUND = 8
LONGEST_SEARCH = 80
MOST_COUNTED = 50_000
"""Readers whose copies are counted whenever the page is opened. More take seconds, so somebody asks for it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be added, by the field of the form that adds it."""

    kind: str
    row: int
    title: str
    hint: str = ""


def builder_parts(session: Session, issue: Issue) -> dict[str, Any]:
    """Everything the page of the issue shows beside its items."""
    search = one_line(request.args.get("q", ""), most=LONGEST_SEARCH)
    found = [each for each in _candidates(session, issue) if _matches(each, search)]
    said = comments_of(session, issue.id)
    standing = {item.id for item in issue.items}
    readers = count_readers(session, issue.newsletter_id)
    return {
        "search": search,
        "found": found[:MOST_FOUND],
        "more": len(found) - len(found[:MOST_FOUND]),
        "comments": {item: [each for each in said if each.comment.item_id == item] for item in standing},
        "other_comments": [each for each in said if each.comment.item_id not in standing],
        "open_comments": sum(map(_is_open, said)),
        "may_comment": editor().role in {Role.ADMIN, *MAY_COMMENT},
        "undoable": undoable(session, issue.id),
        "readers": readers,
        "copies": _copies(session, issue) if readers <= MOST_COUNTED or "copies" in request.args else {},
    }


def _candidates(session: Session, issue: Issue) -> list[Candidate]:
    stories = [
        Candidate("story", story.id, words.title, story.display_name or "")
        for story, words in stories_to_add(session, issue, now())
    ]
    articles = [
        Candidate("article", each.id, each.title, each.summary) for each in articles_to_add(session, issue, now())
    ]
    elsewhere = [
        Candidate("resource", each.id, each.title, each.words) for each in resources_to_add(session, issue, now())
    ]
    return stories + articles + elsewhere


def _matches(candidate: Candidate, search: str) -> bool:
    """Whether each word that was typed stands somewhere in it."""
    text = f"{candidate.title} {candidate.hint}".casefold()
    return all(word in text for word in search.casefold().split())


def _is_open(said: Said) -> bool:
    return said.is_open


def _copies(session: Session, issue: Issue) -> Mapping[str, int]:
    """What sets each copy apart, and its readers: who will get it, or has got it once the issue began to leave."""
    left = issue.started_at is not None
    counts: Counter[str] = Counter()
    for words, readers in (
        readers_of_copies(session, issue.id) if left else expected_readers(session, issue, services().head, now())
    ):
        counts[words[:1].upper() + words[1:]] += readers
    return counts
