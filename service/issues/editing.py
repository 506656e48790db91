"""What editors change in an issue. Every change takes the version they saw, and takes an approval away."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from service.db import UnitOfWork
from service.issues.actions import issue_to_change
from service.issues.choosing import said
from service.issues.errors import NoSuchIssue, NotEligible
from service.issues.featured import ready_articles, waiting_stories
from service.issues.model import Issue, Item, ItemKind
from service.issues.schedule import wall_clock
from service.issues.transitions import Move, after
from service.library.model import Article
from service.stories.model import Revision, Story

T = TypeVar("T")


class Direction(StrEnum):
    """Where an item moves."""

    UP = "up"
    DOWN = "down"


def set_subject(
    uow: UnitOfWork, issue_id: int, subject: str, preheader: str, *, version: int | None = None, now: datetime
) -> Issue:
    """Change the subject and the line that mailboxes show beside it."""
    issue = _opened(uow, issue_id, version, now)
    issue.subject, issue.preheader = subject, preheader
    return issue


def set_words(
    uow: UnitOfWork, issue_id: int, item_id: int, heading: str, words: str, *, version: int | None = None, now: datetime
) -> Issue:
    """Change an item's heading and the editors' own words in it, such as the hello."""
    issue = _opened(uow, issue_id, version, now)
    item = item_of(issue, item_id)
    item.heading, item.words = heading, words
    return issue


def move_item(
    uow: UnitOfWork, issue_id: int, item_id: int, to: Direction, *, version: int | None = None, now: datetime
) -> Issue:
    """Move an item one place up or down."""
    issue = _opened(uow, issue_id, version, now)
    _number(moved(issue.items, item_of(issue, item_id), to))
    return issue


def moved(order: Sequence[T], one: T, to: Direction) -> list[T]:
    """`order` with `one` a place further up or down; the first stays first and the last stays last."""
    others = [each for each in order if each is not one]
    place = max(0, order.index(one) + (-1 if to is Direction.UP else 1))
    return [*others[:place], one, *others[place:]]


def remove_item(uow: UnitOfWork, issue_id: int, item_id: int, *, version: int | None = None, now: datetime) -> Issue:
    """Take an item out; its story or article may be in a later issue."""
    issue = _opened(uow, issue_id, version, now)
    issue.items.remove(item_of(issue, item_id))
    _number(issue.items)
    return issue


def add_story(uow: UnitOfWork, issue_id: int, story_id: int, *, version: int | None = None, now: datetime) -> Item:
    """Add a story at the end. Raises NotEligible unless it may be mailed and no issue of the newsletter has had it."""
    issue = _opened(uow, issue_id, version, now)
    if story_id not in {story.id for story, _ in stories_to_add(uow.session, issue, now)}:
        raise NotEligible
    return _added(uow, Item(story_id=story_id, **_by_hand(issue, ItemKind.STORY, "A story", now)))


def add_article(uow: UnitOfWork, issue_id: int, article_id: int, *, version: int | None = None, now: datetime) -> Item:
    """Add an article at the end. Raises NotEligible unless it is in date and not in this issue yet."""
    issue = _opened(uow, issue_id, version, now)
    if article_id not in {article.id for article in articles_to_add(uow.session, issue, now)}:
        raise NotEligible
    return _added(uow, Item(article_id=article_id, **_by_hand(issue, ItemKind.ARTICLE, "Good to know", now)))


def add_words(
    uow: UnitOfWork, issue_id: int, heading: str, words: str, *, version: int | None = None, now: datetime
) -> Item:
    """Add an item of the editors' own words at the end."""
    issue = _opened(uow, issue_id, version, now)
    return _added(uow, Item(words=words, **_by_hand(issue, ItemKind.ASK, heading, now)))


def stories_to_add(session: Session, issue: Issue, now: datetime) -> list[tuple[Story, Revision]]:
    """Stories that may be added to the issue, the one that waits longest first."""
    paper = issue.newsletter
    return waiting_stories(session, paper.id, paper.lang, on=issue.planned_for, now=now)


def articles_to_add(session: Session, issue: Issue, now: datetime) -> list[Article]:
    """Articles that may be added to the issue, the one least recently featured first."""
    paper, inside = issue.newsletter, {item.article_id for item in issue.items}
    ready = ready_articles(session, paper.id, paper.lang, on=issue.planned_for, now=now)
    return [article for article, _ in ready if article.id not in inside]


def item_of(issue: Issue, item_id: int) -> Item:
    """An item by its row id. Raises NoSuchIssue when the issue has no such item."""
    for item in issue.items:
        if item.id == item_id:
            return item
    raise NoSuchIssue


def _opened(uow: UnitOfWork, issue_id: int, version: int | None, now: datetime) -> Issue:
    """The issue, ready to be changed: back in review if it was approved, and at its next version."""
    issue = issue_to_change(uow, issue_id, version=version)
    issue.state = after(issue.state, Move.EDIT)
    issue.approved_by = issue.approved_at = issue.send_at = None
    issue.edited_at = now
    flag_modified(issue, "edited_at")  # a change of an item alone must count as a change of the issue
    return issue


class _ByHand(TypedDict):
    issue: Issue
    position: int
    kind: ItemKind
    slot: str
    heading: str
    why: str


def _by_hand(issue: Issue, kind: ItemKind, heading: str, now: datetime) -> _ByHand:
    why = f"You added it on {said(wall_clock(now, issue.newsletter.zone).date())}."
    return _ByHand(issue=issue, position=len(issue.items) + 1, kind=kind, slot="", heading=heading, why=why)


def _added(uow: UnitOfWork, item: Item) -> Item:
    uow.session.add(item)
    uow.session.flush()
    return item


def _number(items: list[Item]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position
