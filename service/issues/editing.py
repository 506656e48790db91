"""What editors change in an issue. Every change takes the version they saw, leaves a revision, and ends an approval."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor
from service.issues.builder_model import IssueComment
from service.issues.choosing import said
from service.issues.errors import NoSuchIssue, NotEligible, NotPossibleNow
from service.issues.featured import fresh_resources, ready_articles, waiting_stories
from service.issues.frames.frame import Frame
from service.issues.frames.table import frame_in
from service.issues.locking import issue_to_change
from service.issues.model import Issue, Item, ItemKind
from service.issues.revisions import changing, check_item_untouched, check_subject_untouched, name_of
from service.issues.schedule import wall_clock
from service.library.model import Article
from service.library.resources import Resource
from service.stories.model import Revision, Story

T = TypeVar("T")


class Direction(StrEnum):
    """Where an item moves."""

    UP = "up"
    DOWN = "down"
    TOP = "top"


def set_subject(
    uow: UnitOfWork,
    issue_id: int,
    subject: str,
    preheader: str,
    *,
    version: int | None = None,
    by: Editor | None = None,
    autosaved: bool = False,
    now: datetime,
) -> Issue:
    """Change the subject and the line that mailboxes show beside it; the same words again change nothing.

    Raises ChangedMeanwhile if a colleague changed them after `version`; what else was changed does not matter.
    """
    issue = issue_to_change(uow, issue_id)
    check_subject_untouched(uow.session, issue, version)
    if (issue.subject, issue.preheader) == (subject, preheader):
        return issue
    with changing(uow, issue_id, by=by, autosaved=autosaved, now=now) as change:
        issue.subject, issue.preheader = subject, preheader
        change.what = "Wrote the subject."
    return issue


def set_words(
    uow: UnitOfWork,
    issue_id: int,
    item_id: int,
    heading: str,
    words: str,
    *,
    version: int | None = None,
    by: Editor | None = None,
    autosaved: bool = False,
    now: datetime,
) -> Issue:
    """Change an item's heading and the editors' own words in it, such as the hello; the same again changes nothing.

    Raises ChangedMeanwhile if a colleague wrote in this item after `version`; what else was changed does not matter.
    """
    issue = issue_to_change(uow, issue_id)
    item = item_of(issue, item_id)
    check_item_untouched(uow.session, issue, item, version)
    if (item.heading, item.words) == (heading, words):
        return issue
    with changing(uow, issue_id, by=by, autosaved=autosaved, now=now) as change:
        item.heading, item.words = heading, words
        change.what = f"Wrote in {name_of(item.kind, heading)}."
    return issue


def move_item(
    uow: UnitOfWork,
    issue_id: int,
    item_id: int,
    to: Direction | int,
    *,
    version: int | None = None,
    by: Editor | None = None,
    now: datetime,
) -> Issue:
    """Move an item one place up or down, to the top, or to a place (from 1)."""
    with changing(uow, issue_id, version=version, by=by, now=now) as change:
        item = item_of(change.issue, item_id)
        order = moved(change.issue.items, item, to)
        change.what = f"Moved {name_of(item.kind, item.heading)} to place {order.index(item) + 1}."
        _number(order)
    return change.issue


def moved(order: Sequence[T], one: T, to: Direction | int) -> list[T]:
    """`order` with `one` further up or down, or at a place (from 1); nothing moves out of either end."""
    others = [each for each in order if each is not one]
    match to:
        case Direction.TOP:
            place = 0
        case Direction.UP | Direction.DOWN:
            place = order.index(one) + (-1 if to is Direction.UP else 1)
        case _:
            place = to - 1
    place = max(0, place)
    return [*others[:place], one, *others[place:]]


def remove_item(
    uow: UnitOfWork, issue_id: int, item_id: int, *, version: int | None = None, by: Editor | None = None, now: datetime
) -> Issue:
    """Take an item out; its story or article may be in a later issue. Raises NotPossibleNow for what is wrong in a
    correction: without it, nobody could tell for whom the rest is."""
    with changing(uow, issue_id, version=version, by=by, now=now) as change:
        item = item_of(change.issue, item_id)
        if item.kind is ItemKind.CORRECTION:
            raise NotPossibleNow("A correction is this item. Cancel the correction if it is not needed.")
        change.what = f"Took out {name_of(item.kind, item.heading)}."
        change.issue.items.remove(item)
        _number(change.issue.items)
    return change.issue


def add_story(
    uow: UnitOfWork,
    issue_id: int,
    story_id: int,
    *,
    version: int | None = None,
    by: Editor | None = None,
    now: datetime,
) -> Item:
    """Add a story at the end. Raises NotEligible unless it may be mailed and no issue of the newsletter has had it."""
    with changing(uow, issue_id, version=version, by=by, now=now) as change:
        if story_id not in {story.id for story, _ in stories_to_add(uow.session, change.issue, now)}:
            raise NotEligible
        change.what = "Added a story."
        parts = _by_hand(change.issue, ItemKind.STORY, _frame(change.issue).a_story, now)
        return _added(uow, Item(story_id=story_id, **parts))


def add_article(
    uow: UnitOfWork,
    issue_id: int,
    article_id: int,
    *,
    version: int | None = None,
    by: Editor | None = None,
    now: datetime,
) -> Item:
    """Add an article at the end. Raises NotEligible unless it is in date and not in this issue yet."""
    with changing(uow, issue_id, version=version, by=by, now=now) as change:
        if article_id not in {article.id for article in articles_to_add(uow.session, change.issue, now)}:
            raise NotEligible
        change.what = "Added an article."
        parts = _by_hand(change.issue, ItemKind.ARTICLE, _frame(change.issue).good_to_know, now)
        return _added(uow, Item(article_id=article_id, **parts))


def add_resource(
    uow: UnitOfWork,
    issue_id: int,
    resource_id: int,
    *,
    version: int | None = None,
    by: Editor | None = None,
    now: datetime,
) -> Item:
    """Add an article of somebody else at the end. Raises NotEligible unless an editor accepted it, and no issue of the
    newsletter has had it."""
    with changing(uow, issue_id, version=version, by=by, now=now) as change:
        if resource_id not in {resource.id for resource in resources_to_add(uow.session, change.issue, now)}:
            raise NotEligible
        change.what = "Added an article from elsewhere."
        parts = _by_hand(change.issue, ItemKind.RESOURCE, _frame(change.issue).worth_reading, now)
        return _added(uow, Item(resource_id=resource_id, **parts))


def add_words(
    uow: UnitOfWork,
    issue_id: int,
    heading: str,
    words: str,
    *,
    version: int | None = None,
    by: Editor | None = None,
    now: datetime,
) -> Item:
    """Add an item of the editors' own words at the end."""
    with changing(uow, issue_id, version=version, by=by, now=now) as change:
        change.what = f"Added {name_of(ItemKind.ASK, heading)}."
        return _added(uow, Item(words=words, **_by_hand(change.issue, ItemKind.ASK, heading, now)))


def stories_to_add(session: Session, issue: Issue, now: datetime) -> list[tuple[Story, Revision]]:
    """Stories that may be added to the issue, the one that waits longest first; to a correction, nothing is added."""
    if issue.corrects_id is not None:
        return []
    return waiting_stories(session, issue.newsletter, on=issue.planned_for, now=now)


def articles_to_add(session: Session, issue: Issue, now: datetime) -> list[Article]:
    """Articles that may be added to the issue, the one least recently featured first."""
    if issue.corrects_id is not None:
        return []
    inside = {item.article_id for item in issue.items}
    ready = ready_articles(session, issue.newsletter, on=issue.planned_for, now=now)
    return [article for article, _ in ready if article.id not in inside]


def resources_to_add(session: Session, issue: Issue, now: datetime) -> list[Resource]:
    """Accepted articles of others that may be added to the issue, the one accepted first first."""
    if issue.corrects_id is not None:
        return []
    return fresh_resources(session, issue.newsletter, on=issue.planned_for, now=now)


def item_of(issue: Issue, item_id: int) -> Item:
    """An item by its row id. Raises NoSuchIssue when the issue has no such item."""
    for item in issue.items:
        if item.id == item_id:
            return item
    raise NoSuchIssue


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


def _frame(issue: Issue) -> Frame:
    return frame_in(issue.newsletter.lang)


def _added(uow: UnitOfWork, item: Item) -> Item:
    """The item, with its id; what was said about an earlier item that had the same id (SQLite) is not about this."""
    uow.session.add(item)
    uow.session.flush()
    uow.session.execute(
        update(IssueComment)
        .where(IssueComment.issue_id == item.issue_id, IssueComment.item_id == item.id)
        .values(item_id=None)
    )
    return item


def _number(items: list[Item]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position
