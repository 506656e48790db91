"""Corrections: what was wrong in an issue that readers have, and what is right, in plain words.

A correction is an issue with one item, so it is approved, checked, delivered and counted as every issue is; the ledger
says who gets it (`service.delivery.correcting`). Where the wrong item was a story, its correction belongs to the story:
when the teller takes that back, the words about it go too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.choosing import said
from service.issues.content import Block, archived
from service.issues.editing import item_of
from service.issues.errors import NothingToCorrect, NotPossibleNow
from service.issues.frames.frame import Frame
from service.issues.frames.table import frame_in
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueState, Item, ItemKind, StoodIn
from service.issues.schedule import wall_clock
from service.issues.stood_in import stood_in_of
from service.issues.transitions import TRANSITIONS, Move
from service.links import Links
from service.stories.model import Scope, Story
from service.stories.visibility import visible_stories

MOST_SHOWN = 200

_MARKDOWN = re.compile(r"([\\\[\]*_`<>])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A correction that has gone out, as readers may see it now."""

    correction: Issue
    of: Issue
    item_id: int | None
    """The item that was wrong; None where it only stood in for one, or the correction has lost its own."""
    stood_in: bool
    """Whether it stood in for an item, so that only some readers had it, and the archive does not show it."""
    at: datetime
    block: Block | None
    """Its words; None when it is about a story that is not in our archive (any more)."""


def mark_wrong(
    uow: UnitOfWork, issue_id: int, item_id: int, was: str, right: str, editor: Editor, *, now: datetime
) -> Issue:
    """Write the correction of an item of an issue that readers have; it waits in review, as an edited issue does.

    Raises NoSuchIssue, NotPossibleNow for an issue that nobody has or that still goes out, and NothingToCorrect when
    the item is a story that may not be mailed (any more).
    """
    wrong = issue_to_change(uow, issue_id)
    return _mark(uow, wrong, item_of(wrong, item_id), was, right, editor, now)


def mark_stood_in_wrong(
    uow: UnitOfWork, issue_id: int, stood_in_id: int, was: str, right: str, editor: Editor, *, now: datetime
) -> Issue:
    """The same of what stood in for an item (`stood_in`): it goes to those alone whose copies had it."""
    wrong = issue_to_change(uow, issue_id)
    return _mark(uow, wrong, stood_in_of(uow.session, wrong, stood_in_id), was, right, editor, now)


def _mark(
    uow: UnitOfWork, wrong: Issue, part: Item | StoodIn, was: str, right: str, editor: Editor, now: datetime
) -> Issue:
    if not can_be_corrected(wrong):
        raise NotPossibleNow("Only an issue that readers have can be corrected. Stop one that is still going out.")
    if part.story_id is not None and not _may_be_mailed(uow.session, part.story_id, now):
        raise NothingToCorrect
    correction = _written(uow.session, wrong, part, was, right, now)
    correction.edited_at, correction.edited_by = now, editor.id
    uow.session.add(correction)
    uow.session.flush()
    note(uow, editor, "marked_wrong", f"issue:{wrong.id}", now=now)
    note(uow, editor, "submitted", f"issue:{correction.id}", now=now)
    uow.enqueue("preflight.try_links", correction.id)
    return correction


def can_be_corrected(issue: Issue) -> bool:
    """Whether some readers have it, and no more are getting it just now."""
    return issue.started_at is not None and issue.state in TRANSITIONS[Move.CORRECT]


def corrections_of(session: Session, issue_id: int) -> Sequence[Issue]:
    """Every correction of an issue, in whatever state, the first one first."""
    return session.scalars(select(Issue).where(Issue.corrects_id == issue_id).order_by(Issue.id)).all()


def published(session: Session, links: Links, now: datetime, *, of: Issue | None = None) -> list[Published]:
    """The corrections that have gone out, the latest first: all of them, or those of one issue."""
    query = select(Issue).where(Issue.corrects_id.is_not(None), Issue.started_at.is_not(None))
    if of is not None:
        query = query.where(Issue.corrects_id == of.id)
    latest = query.order_by(Issue.started_at.desc(), Issue.id.desc()).limit(MOST_SHOWN)
    return [_published(session, each, links, now) for each in session.scalars(latest)]


def _published(session: Session, correction: Issue, links: Links, now: datetime) -> Published:
    item = next((each for each in correction.items if each.kind is ItemKind.CORRECTION), None)
    shown = {block.item_id: block for block in archived(session, correction, links, now).items}
    return Published(
        correction=correction,
        of=session.get_one(Issue, correction.corrects_id),
        item_id=item.corrects_id if item else None,
        stood_in=item is not None and item.corrects_stood_in_id is not None,
        at=correction.started_at or correction.created_at,
        block=shown.get(item.id) if item else None,
    )


def _may_be_mailed(session: Session, story_id: int, now: datetime) -> bool:
    return session.execute(visible_stories(Scope.NEWSLETTER, now).where(Story.id == story_id)).first() is not None


def _written(session: Session, wrong: Issue, part: Item | StoodIn, was: str, right: str, now: datetime) -> Issue:
    """The correction, in review. It has a period of its own, so it takes no date away from its newsletter."""
    number = (session.scalar(select(func.count()).where(Issue.corrects_id == wrong.id)) or 0) + 1
    frame = frame_in(wrong.newsletter.lang)
    day = wall_clock(wrong.started_at or now, wrong.newsletter.zone).date()
    subject = wrong.subject.removeprefix(frame.correction.format(subject=""))
    correction = Issue(
        newsletter=wrong.newsletter,
        period=f"{wrong.period} correction {number}",
        slug=f"{wrong.slug}-correction-{number}",
        state=IssueState.IN_REVIEW,
        subject=frame.correction.format(subject=subject),
        preheader=frame.correction_line.format(day=frame.say_day(day)),
        planned_for=now,
        created_at=now,
        corrects_id=wrong.id,
    )
    Item(  # joins `correction.items` by its `issue`
        issue=correction,
        position=1,
        kind=ItemKind.CORRECTION,
        slot="correction",
        why=f"It puts right what readers had on {said(day)}.",
        heading=frame.correction_heading,
        words="\n\n".join(
            (
                _sorry(frame, subject, day, of_a_story=part.story_id is not None),
                f"**{frame.correction_was}** {was}",
                f"**{frame.correction_right}** {right}",
            )
        ),
        story_id=part.story_id,
        corrects_id=part.id if isinstance(part, Item) else None,
        corrects_stood_in_id=part.id if isinstance(part, StoodIn) else None,
    )
    return correction


def _sorry(frame: Frame, subject: str, day: date, *, of_a_story: bool) -> str:
    return frame.correction_sorry.format(
        subject=_MARKDOWN.sub(r"\\\1", subject),
        day=frame.say_day(day),
        elsewhere=f"{frame.correction_elsewhere} " if of_a_story else "",
    )
