"""Approval: an issue's exact content goes from a draft over review to approved, by as many people as it needs.

Two people, or as many as there are: whoever edited last does not approve while a colleague can. A team of one approves
its own words, and the desk and the trail say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor, Role
from service.editors.trail import note
from service.issues.content import is_empty
from service.issues.errors import ApprovedAlready, ChangedMeanwhile, EditedByYourself, NothingToSend, RoleMayNotApprove
from service.issues.fingerprint import content_hash
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueApproval, IssueState
from service.issues.standing_in import may_stand_in, seal
from service.issues.transitions import Move, after

MAY_APPROVE = frozenset({Role.ADMIN, Role.EDITOR})
"""Roles that may approve any issue; a newsletter may ask for others besides."""

_HELD_TO_IT = (IssueState.APPROVED, IssueState.SCHEDULED, IssueState.PREFLIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the approval of an issue is."""

    given: Sequence[IssueApproval]
    """For the content as it is now."""
    needed: int
    roles_missing: Sequence[Role]
    alone: bool
    """The team is one person, who approves their own words."""

    @property
    def complete(self) -> bool:
        """Whether everybody who has to has said yes."""
        return len(self.given) >= self.needed and not self.roles_missing


def submit(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, *, version: int | None = None, now: datetime
) -> Issue:
    """Send a draft to review."""
    issue = issue_to_change(uow, issue_id, version=version)
    issue.state = after(issue.state, Move.SUBMIT)
    note(uow, editor, "submitted", f"issue:{issue.id}", now=now)
    uow.enqueue("preflight.try_links", issue.id)
    return issue


def approve(
    uow: UnitOfWork, issue_id: int, editor: Editor, *, version: int | None = None, shown: str = "", now: datetime
) -> Issue:
    """Say that these words may go out; with the last yes it needs, the issue is approved.

    `shown` is the seal of the stand-ins that were on the page (`standing_in.seal`). Raises NothingToSend,
    RoleMayNotApprove, EditedByYourself while a colleague can do it, ApprovedAlready, or ChangedMeanwhile when others
    may stand in by now.
    """
    issue = issue_to_change(uow, issue_id, version=version)
    approved = after(issue.state, Move.APPROVE)
    standing = standing_of(uow.session, issue)
    if is_empty(uow.session, issue, now):
        raise NothingToSend
    _check(uow.session, issue, editor, standing)
    words, stand_ins = content_hash(uow.session, issue), may_stand_in(uow.session, issue, now)
    if shown not in {"", seal(stand_ins)}:
        raise ChangedMeanwhile
    uow.session.add(
        IssueApproval(
            issue_id=issue.id, editor_id=editor.id, content_hash=words, needed=standing.needed, given_at=now,
            stand_ins=[each.words for each in stand_ins],
        )
    )  # fmt: skip
    uow.session.flush()
    note(uow, editor, "approved_alone" if standing.alone else "approved", f"issue:{issue.id}", now=now)
    issue.state = approved if standing_of(uow.session, issue).complete else IssueState.IN_REVIEW
    if issue.state is IssueState.APPROVED:
        issue.approved_by, issue.approved_at, issue.approved_hash = editor.id, now, words
    uow.enqueue("preflight.try_links", issue.id)
    return issue


def standing_of(session: Session, issue: Issue) -> Standing:
    """How far its approval is, for the content as it is now."""
    paper, people = issue.newsletter, _people(session, issue)
    given = session.scalars(
        select(IssueApproval)
        .where(
            IssueApproval.issue_id == issue.id,
            IssueApproval.ended_at.is_(None),
            IssueApproval.content_hash == content_hash(session, issue),
        )
        .order_by(IssueApproval.id)
    ).all()
    said = {session.get_one(Editor, approval.editor_id).role for approval in given}
    others = [person for person in people if person.id != issue.edited_by]
    return Standing(
        given=given,
        needed=max(1, min(paper.approvals, len(others))),
        roles_missing=[Role(role) for role in paper.approver_roles if role not in said],
        alone=len(people) <= 1,
    )


def end_approvals(session: Session, issue: Issue, now: datetime) -> None:
    """The content changes: what people said yes to is not what would go out. The rows stay as the proof."""
    session.execute(
        update(IssueApproval)
        .where(IssueApproval.issue_id == issue.id, IssueApproval.ended_at.is_(None))
        .values(ended_at=now)
    )
    issue.approved_by = issue.approved_at = issue.send_at = None
    issue.approved_hash = issue.held_because = ""


def is_as_approved(session: Session, issue: Issue) -> bool:
    """Whether its content is what people said yes to; nothing to hold it to counts as yes."""
    return issue.approved_hash in {"", content_hash(session, issue)}


def send_back_changed(uow: UnitOfWork, now: datetime) -> list[Issue]:
    """Take issues back to review in which a story's or an article's words are not those that were approved."""
    query = select(Issue).where(Issue.state.in_(_HELD_TO_IT), Issue.approved_hash != "")
    return [
        issue for issue in uow.session.scalars(query.order_by(Issue.id)).all() if send_back_if_changed(uow, issue, now)
    ]


def send_back_if_changed(uow: UnitOfWork, issue: Issue, now: datetime) -> bool:
    """True, with the issue in review and off the schedule, when its content is not what was approved."""
    if is_as_approved(uow.session, issue):
        return False
    changed = issue_to_change(uow, issue.id)
    changed.state = after(changed.state, Move.EDIT)
    end_approvals(uow.session, changed, now)
    note(uow, None, "sent_back_changed", f"issue:{issue.id}", now=now)
    return True


def _check(session: Session, issue: Issue, editor: Editor, standing: Standing) -> None:
    people = _people(session, issue)
    if editor.id not in {person.id for person in people}:
        raise RoleMayNotApprove
    if editor.id in {approval.editor_id for approval in standing.given}:
        raise ApprovedAlready
    if editor.id == issue.edited_by and _colleague_can(people, editor, standing):
        raise EditedByYourself


def _colleague_can(people: Sequence[Editor], editor: Editor, standing: Standing) -> bool:
    """Whether somebody else can do what is missing; the only one with a role that is asked for may do it themselves."""
    others = [person for person in people if person.id != editor.id]
    if editor.role in standing.roles_missing:
        return any(person.role == editor.role for person in others)
    return bool(others)


def _people(session: Session, issue: Issue) -> Sequence[Editor]:
    """Everybody who may approve this issue."""
    roles = MAY_APPROVE | {Role(role) for role in issue.newsletter.approver_roles}
    return session.scalars(select(Editor).where(Editor.active, Editor.role.in_(roles)).order_by(Editor.id)).all()
