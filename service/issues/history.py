"""The history of an issue: what each change did, word by word, and the ways back, which are changes themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor
from service.issues.builder_model import IssueComment, IssueRevision
from service.issues.editing import articles_to_add, stories_to_add
from service.issues.errors import NoSuchIssue, NothingToUndo
from service.issues.model import Issue, Item, ItemKind
from service.issues.revisions import Change, changing, kept_item, latest, name_of, revisions_of
from service.library.model import NetworkEntry
from service.library.resources import Resource
from service.stories.differences import Comparison, compare


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the words changed."""

    where: str
    words: Comparison


@dataclass(frozen=True, slots=True)
class Step:
    """A revision beside the one before it."""

    revision: IssueRevision
    by: Editor | None
    differences: Sequence[Difference] = field(default_factory=list)


def history(session: Session, issue_id: int) -> list[Step]:
    """Every change of an issue, the last first; empty for one that nobody has changed."""
    kept = revisions_of(session, issue_id)
    people = {each.id: each for each in session.scalars(select(Editor))}
    steps = []
    for before, revision in zip([None, *kept], kept, strict=False):
        by = people.get(revision.editor_id) if revision.editor_id else None
        steps.append(Step(revision, by, differences(before, revision) if before else []))
    return steps[::-1]


def differences(before: IssueRevision, after: IssueRevision) -> list[Difference]:
    """Where two revisions differ: subject, line beside it, the order, and the words of each item."""
    pairs = [
        ("Subject", before.subject, after.subject),
        ("Beside the subject", before.preheader, after.preheader),
        *([("Order", _order(before), _order(after))] if _ids(before) != _ids(after) else []),
        *_words(before, after),
    ]
    return [Difference(where, compare(one, other)) for where, one, other in pairs if one != other]


def restore(
    uow: UnitOfWork,
    issue_id: int,
    number: int,
    *,
    version: int | None = None,
    by: Editor | None = None,
    now: datetime,
) -> int:
    """Make the issue what it was at a revision; gives how many items stay out because they may not be in it any more.

    Raises NoSuchIssue when there is no such revision.
    """
    target = _revision(uow.session, issue_id, number)
    with changing(uow, issue_id, version=version, by=by, now=now) as change:
        change.what = f"Went back to revision {number}."
        return _bring_back(uow, change, target, now)


def undo(uow: UnitOfWork, issue_id: int, *, version: int | None = None, by: Editor | None = None, now: datetime) -> str:
    """Take the last change back, and with each further undo the one before it; gives the sentence about what it was.

    What nobody at the desk has done, such as a story taken back, is not undone. Raises NothingToUndo.
    """
    step = undoable(uow.session, issue_id)
    if step is None:
        raise NothingToUndo
    target = _revision(uow.session, issue_id, step.number - 1)
    with changing(uow, issue_id, version=version, by=by, now=now) as change:
        change.what = f"Undid: {step.what}"
        change.back_to = target.back_to or target.number
        _bring_back(uow, change, target, now)
    return step.what


def undoable(session: Session, issue_id: int) -> IssueRevision | None:
    """The change that an undo would take back now."""
    last = latest(session, issue_id)
    if last is not None and last.back_to is not None:
        last = _revision(session, issue_id, last.back_to)
    return last if last is not None and last.editor_id is not None and last.number > 1 else None


def _revision(session: Session, issue_id: int, number: int) -> IssueRevision:
    query = select(IssueRevision).where(IssueRevision.issue_id == issue_id, IssueRevision.number == number)
    found = session.scalar(query)
    if found is None:
        raise NoSuchIssue
    return found


def _bring_back(uow: UnitOfWork, change: Change, target: IssueRevision, now: datetime) -> int:
    issue = change.issue
    allowed = _allowed(uow.session, issue, target, now)
    issue.subject, issue.preheader = target.subject, target.preheader
    standing = {item.id: item for item in issue.items}
    wanted = {kept["id"] for kept in allowed}
    for item in list(issue.items):
        if item.id not in wanted:
            issue.items.remove(item)
    uow.session.flush()
    for position, kept in enumerate(allowed, start=1):
        item = standing.get(kept["id"]) or _put_back(uow, issue, kept)
        item.position, item.heading, item.words, item.why = position, kept["heading"], kept["words"], kept["why"]
    return len(target.items) - len(allowed)


def _allowed(session: Session, issue: Issue, target: IssueRevision, now: datetime) -> list[Mapping[str, Any]]:
    """The items of a revision that stand in the issue, or may be put into it, now."""
    standing = {item.id: item for item in issue.items}
    stories = {story.id for story, _ in stories_to_add(session, issue, now)} | {item.story_id for item in issue.items}
    articles = {each.id for each in articles_to_add(session, issue, now)} | {item.article_id for item in issue.items}
    allowed: list[Mapping[str, Any]] = []
    for kept in target.items:
        here = standing.get(kept["id"])
        if (here and _same_source(here, kept)) or (
            not here
            and (kept["story_id"] is None or kept["story_id"] in stories)
            and (kept["article_id"] is None or kept["article_id"] in articles)
            and (kept["network_entry_id"] is None or session.get(NetworkEntry, kept["network_entry_id"]) is not None)
            and (kept["resource_id"] is None or session.get(Resource, kept["resource_id"]) is not None)
        ):
            allowed.append(kept)
        elif here:  # another story stands in its place since
            allowed.append({**kept, "heading": here.heading, "words": here.words, "why": here.why})
    return allowed


_SOURCES = ("story_id", "article_id", "network_entry_id", "resource_id")


def _same_source(item: Item, kept: Mapping[str, Any]) -> bool:
    return all(getattr(item, name) == kept[name] for name in _SOURCES)


def _put_back(uow: UnitOfWork, issue: Issue, kept: Mapping[str, Any]) -> Item:
    """The item again, under its old id where that is free, so that what was said about it stands beside it."""
    is_free = uow.session.get(Item, kept["id"]) is None
    item = Item(
        issue=issue,
        position=0,
        kind=ItemKind(kept["kind"]),
        slot=kept["slot"],
        why=kept["why"],
        story_id=kept["story_id"],
        article_id=kept["article_id"],
        network_entry_id=kept["network_entry_id"],
        resource_id=kept["resource_id"],
    )
    if is_free:
        item.id = kept["id"]
    uow.session.add(item)
    uow.session.flush()
    if item.id != kept["id"]:
        about = (IssueComment.issue_id == issue.id, IssueComment.item_id == kept["id"])
        uow.session.execute(update(IssueComment).where(*about).values(item_id=item.id))
    return item


def _ids(revision: IssueRevision) -> list[int]:
    return [kept["id"] for kept in revision.items]


def _order(revision: IssueRevision) -> str:
    names = (name_of(kept["kind"], kept["heading"]) for kept in revision.items)
    return "".join(f"{place}. {name}\n" for place, name in enumerate(names, start=1))


def _words(before: IssueRevision, after: IssueRevision) -> list[tuple[str, str, str]]:
    """(the item, its words before, its words after), also for an item that came or went."""
    rows = []
    for kept in [*after.items, *(each for each in before.items if kept_item(after, each["id"]) is None)]:
        was, became = kept_item(before, kept["id"]), kept_item(after, kept["id"])
        name = name_of(kept["kind"], kept["heading"])
        rows.append((name[0].upper() + name[1:], _text(was), _text(became)))
    return rows


def _text(kept: Mapping[str, Any] | None) -> str:
    return "\n".join(part for part in (kept["heading"], kept["words"]) if part) if kept else ""
