"""Every change of an issue leaves a revision: who, when, what, and the whole issue as it was from then on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.approvals import end_approvals
from service.issues.builder_model import IssueRevision
from service.issues.errors import ChangedMeanwhile
from service.issues.locking import issue_to_change
from service.issues.model import Issue, Item, ItemKind
from service.issues.transitions import Move, after

KEPT = ("id", "kind", "slot", "why", "heading", "words", "story_id", "article_id", "network_entry_id", "resource_id")
"""The columns of an item that a revision keeps; its position is its place in the list."""

ONE_SITTING = timedelta(minutes=10)
"""Autosaves of the same words by the same person within this are one revision: an undo must not go by syllables."""

NAMES = {
    ItemKind.HELLO: "the hello",
    ItemKind.STORY: "the story",
    ItemKind.ARTICLE: "the article",
    ItemKind.DATES: "the dates",
    ItemKind.NETWORK: "the network entry",
    ItemKind.RESOURCE: "the article of others",
    ItemKind.PROMPT: "the question",
    ItemKind.ASK: "the words",
    ItemKind.CORRECTION: "the correction",
}


def name_of(kind: str, heading: str) -> str:
    """How a sentence about a change calls an item: by the editors' heading, never by a storyteller's title."""
    return f"“{heading}”" if heading else NAMES.get(ItemKind(kind), "an item")


@contextmanager
def changing(
    uow: UnitOfWork,
    issue_id: int,
    *,
    version: int | None = None,
    by: Editor | None = None,
    autosaved: bool = False,
    now: datetime,
) -> Iterator["Change"]:
    """The issue, locked and open to changes within the block, which says `what` it did.

    Then it is back in review if it was approved, in the trail, and has one more revision.
    Raises ChangedMeanwhile if the issue is past `version`, NotPossibleNow if it cannot be edited.
    """
    issue = issue_to_change(uow, issue_id, version=version)
    state = after(issue.state, Move.EDIT)
    _remember(uow, issue, now)
    issue.state = state
    end_approvals(uow.session, issue, now)
    issue.edited_at, issue.edited_by = now, by.id if by else None
    flag_modified(issue, "edited_at")  # a change of an item alone must count as a change of the issue
    change = Change(issue)
    yield change
    note(uow, by, "edited", f"issue:{issue.id}", now=now)
    uow.enqueue("preflight.try_links", issue.id)
    uow.session.flush()
    _record(uow, change, by, autosaved, now)


class Change:
    """A change that is being made: the issue in hand, and the sentence about it."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        self.what = ""
        self.back_to: int | None = None


def revisions_of(session: Session, issue_id: int) -> Sequence[IssueRevision]:
    """All revisions of an issue, the first one first; none for an issue that nobody has changed."""
    query = select(IssueRevision).where(IssueRevision.issue_id == issue_id)
    return session.scalars(query.order_by(IssueRevision.number)).all()


def latest(session: Session, issue_id: int) -> IssueRevision | None:
    """The last revision of an issue."""
    query = select(IssueRevision).where(IssueRevision.issue_id == issue_id)
    return session.scalar(query.order_by(IssueRevision.number.desc()).limit(1))


def since(session: Session, issue_id: int, version: int) -> Sequence[IssueRevision]:
    """What was changed after somebody saw the issue at `version`, the first change first."""
    query = select(IssueRevision).where(IssueRevision.issue_id == issue_id, IssueRevision.version > version)
    return session.scalars(query.order_by(IssueRevision.number)).all()


def as_seen(session: Session, issue_id: int, version: int) -> IssueRevision | None:
    """The issue as a page of `version` showed it; None where nothing was kept from then."""
    query = select(IssueRevision).where(IssueRevision.issue_id == issue_id, IssueRevision.version <= version)
    return session.scalar(query.order_by(IssueRevision.number.desc()).limit(1))


def check_item_untouched(session: Session, issue: Issue, item: Item, version: int | None) -> None:
    """Raise ChangedMeanwhile if somebody has written in this item after `version`; other items may have changed."""
    if version is None or version == issue.version:
        return
    seen = as_seen(session, issue.id, version)
    then = kept_item(seen, item.id) if seen else None
    if then is None or (then["heading"], then["words"]) != (item.heading, item.words):
        raise ChangedMeanwhile


def check_subject_untouched(session: Session, issue: Issue, version: int | None) -> None:
    """Raise ChangedMeanwhile if somebody has changed the subject or the preheader after `version`."""
    if version is None or version == issue.version:
        return
    seen = as_seen(session, issue.id, version)
    if seen is None or (seen.subject, seen.preheader) != (issue.subject, issue.preheader):
        raise ChangedMeanwhile


def kept_item(revision: IssueRevision, item_id: int) -> dict[str, Any] | None:
    """An item as a revision keeps it."""
    return next((kept for kept in revision.items if kept["id"] == item_id), None)


def _snapshot(issue: Issue) -> list[dict[str, Any]]:
    return [{name: getattr(item, name) for name in KEPT} for item in issue.items]


def _remember(uow: UnitOfWork, issue: Issue, now: datetime) -> None:
    """Keep the issue as it is before a change, where no revision has it so: composed, or changed by a take-back."""
    last = latest(uow.session, issue.id)
    if last is None:
        _add(uow, issue, 1, "The draft as it was composed.", at=issue.created_at)
    elif (last.subject, last.preheader, last.items) != (issue.subject, issue.preheader, _snapshot(issue)):
        _add(uow, issue, last.number + 1, "Changed by itself, because a story was taken back.", at=now)
    uow.session.flush()


def _record(uow: UnitOfWork, change: Change, by: Editor | None, autosaved: bool, now: datetime) -> None:
    issue, last = change.issue, latest(uow.session, change.issue.id)
    uow.session.expire(issue, ["items"])  # read anew, in the order of their positions
    if last and autosaved and _same_sitting(last, change, by, now):
        last.version, last.at = issue.version, now
        last.subject, last.preheader, last.items = issue.subject, issue.preheader, _snapshot(issue)
        return
    number = last.number + 1 if last else 1
    revision = _add(uow, issue, number, change.what, at=now)
    revision.editor_id, revision.back_to, revision.autosaved = by.id if by else None, change.back_to, autosaved


def _same_sitting(last: IssueRevision, change: Change, by: Editor | None, now: datetime) -> bool:
    mine = by is not None and last.editor_id == by.id
    return mine and last.autosaved and last.what == change.what and now - last.at < ONE_SITTING


def _add(uow: UnitOfWork, issue: Issue, number: int, what: str, *, at: datetime) -> IssueRevision:
    revision = IssueRevision(
        issue_id=issue.id,
        number=number,
        version=issue.version,
        what=what,
        at=at,
        subject=issue.subject,
        preheader=issue.preheader,
        items=_snapshot(issue),
    )
    uow.session.add(revision)
    return revision
