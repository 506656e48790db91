"""Issues in which a story stood that its teller took back: drafts, those that are approved, and the archive.

A draft gets the next story in line, or the slot is closed. An issue that people have approved gets no words that they
have not read: its slot is closed, and their yes goes on for the rest of it, because a story that is taken back changes
nothing else. A correction of the story is given up. The trail and the issue itself say what happened.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from service.db import UnitOfWork
from service.editors.trail import note
from service.issues.approvals import end_approvals, is_as_approved
from service.issues.fingerprint import content_hash
from service.issues.in_line import in_line
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueApproval, IssueState, Item, ItemKind
from service.issues.transitions import OPEN, TRANSITIONS, Move, after
from service.stories.model import Scope, Story
from service.stories.take_backs import Place
from service.stories.taking_back import Outcome, Surface
from service.stories.visibility import visible_stories

DRAFTS = OPEN - {IssueState.APPROVED, IssueState.SCHEDULED, IssueState.PREFLIGHT}
"""Nobody has said the last yes yet. Of the others, people have said yes to the exact content."""
TAKEN_BACK = "A story stood here. Its teller took it back."
INSTEAD = "It stands in for a story that its teller took back. {why}"


def issue_places() -> Sequence[Surface]:
    """Issues to come, and the archive of those that have left."""
    return [
        Surface(Place.COMING, lambda session, story: bool(_coming(session, story)), _clear_coming),
        Surface(Place.ARCHIVE, _was_archived, _archive),
    ]


def _clear_coming(uow: UnitOfWork, story: Story, now: datetime) -> Outcome:
    for issue_id in _coming(uow.session, story):
        issue = issue_to_change(uow, issue_id)
        if issue.corrects_id is not None:
            _give_up(uow, issue, story, now)
        else:
            (_swap if issue.state in DRAFTS else _close_slot)(uow, issue, story, now)
    return Outcome(clean=not _coming(uow.session, story))


def _was_archived(session: Session, story: Story) -> bool:
    return session.scalar(_items(story).where(Issue.started_at.is_not(None)).limit(1)) is not None


def _archive(uow: UnitOfWork, story: Story, now: datetime) -> Outcome:
    shown = uow.session.execute(visible_stories(Scope.ARCHIVE, now).where(Story.id == story.id)).first()
    if shown is not None:
        return Outcome(clean=False, said="A reader could still see it here.")
    return Outcome(clean=True, said="The copies of old newsletters on our website are shown without it.")


def _swap(uow: UnitOfWork, issue: Issue, story: Story, now: datetime) -> None:
    """Put the next story in line into a draft, in the same place; without one, close the slot."""
    for item in _of(story, issue):
        choice = next(iter(in_line(uow.session, issue, ItemKind.STORY, item.slot, now)), None)
        if choice is None:
            _close(issue, item)
        else:
            item.story_id, item.words = choice.story_id, ""
            item.why = INSTEAD.format(why=choice.why)
            uow.session.flush()
        _tell(uow, issue, "slot_closed" if choice is None else "story_swapped", now)
    end_approvals(uow.session, issue, now)


def _close_slot(uow: UnitOfWork, issue: Issue, story: Story, now: datetime) -> None:
    """Take the item out of an approved issue; what people said yes to stays approved without it."""
    before, as_approved = content_hash(uow.session, issue), is_as_approved(uow.session, issue)
    for item in _of(story, issue):
        _close(issue, item)
        _tell(uow, issue, "slot_closed", now)
    if as_approved:
        _carry_over(uow.session, issue, before, now)


def _give_up(uow: UnitOfWork, correction: Issue, story: Story, now: datetime) -> None:
    """Cancel a correction of the story: a mail would only speak of it once more."""
    for item in _of(story, correction):
        _close(correction, item)
    end_approvals(uow.session, correction, now)
    if correction.state in TRANSITIONS[Move.UNSCHEDULE]:
        correction.state = after(correction.state, Move.UNSCHEDULE)
    correction.state = after(correction.state, Move.CANCEL)
    _tell(uow, correction, "slot_closed", now)


def _close(issue: Issue, item: Item) -> None:
    issue.items.remove(item)
    for position, left in enumerate(issue.items, start=1):
        left.position = position
    issue.skipped = [*issue.skipped, {"slot": item.slot or "story", "reason": TAKEN_BACK}]


def _carry_over(session: Session, issue: Issue, before: str, now: datetime) -> None:
    """Write each yes anew for the content without the story. The old rows end: they prove what was read."""
    after = content_hash(session, issue)
    given = select(IssueApproval).where(
        IssueApproval.issue_id == issue.id, IssueApproval.ended_at.is_(None), IssueApproval.content_hash == before
    )
    for yes in session.scalars(given.order_by(IssueApproval.id)).all():
        yes.ended_at = now
        session.add(
            IssueApproval(
                issue_id=issue.id, editor_id=yes.editor_id, content_hash=after, needed=yes.needed,
                stand_ins=yes.stand_ins, given_at=yes.given_at,
            )
        )  # fmt: skip
    if issue.approved_hash:
        issue.approved_hash = after


def _tell(uow: UnitOfWork, issue: Issue, verb: str, now: datetime) -> None:
    flag_modified(issue, "skipped")  # a change of an item alone must count as a change of the issue
    note(uow, None, verb, f"issue:{issue.id}", now=now)
    uow.enqueue("preflight.try_links", issue.id)
    uow.session.flush()


def _of(story: Story, issue: Issue) -> list[Item]:
    return [item for item in issue.items if item.story_id == story.id]


def _coming(session: Session, story: Story) -> Sequence[int]:
    """Ids of the issues with the story that have not begun to leave."""
    query = select(Issue.id).where(Issue.id.in_(_items(story)), Issue.state.in_(OPEN))
    return session.scalars(query.order_by(Issue.id)).all()


def _items(story: Story) -> Select[int]:
    """The issues with an item of the story."""
    return select(Item.issue_id).join(Item.issue).where(Item.story_id == story.id)
