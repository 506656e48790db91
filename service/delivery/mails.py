"""What the people behind an issue are told of its way: it has begun to leave, it was paused, or it was held back."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from service.db import UnitOfWork
from service.delivery.status import issue_status
from service.editors.mails import LANGUAGE
from service.editors.model import Editor, TrailEntry
from service.issues.model import Issue, IssueState
from service.issues.schedule import wall_clock
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing
from service.mail.notices import Composer, leave_notice
from service.tokens import Purpose

BEHIND_IT = ("approved", "approved_alone", "scheduled")
"""What somebody did, in the words of the trail, who is told how an issue goes."""

CHANGED = "A story or an article in it was changed after you approved it. Please read it once more."
"""Why an issue went back to review at the moment it was to leave."""

_EDITOR_BITS = 23


class Told(NamedTuple):
    """An issue, and the editor who is told about it and may stop it."""

    issue_id: int
    editor_id: int

    @property
    def number(self) -> int:
        """Both as one number: what a notice is about, and what a stop link holds."""
        return self.issue_id << _EDITOR_BITS | self.editor_id

    @classmethod
    def of(cls, number: int) -> "Told":
        """What `number` was made of."""
        return cls(number >> _EDITOR_BITS, number & ((1 << _EDITOR_BITS) - 1))


def tell_people(uow: UnitOfWork, issue: Issue, mail: str, *, now: datetime) -> None:
    """Owe the mail to whoever approved or scheduled the issue."""
    did = TrailEntry.verb.in_(BEHIND_IT)
    theirs = select(TrailEntry.editor_id).where(TrailEntry.subject == f"issue:{issue.id}", did)
    people = select(Editor.id).where(or_(Editor.id == issue.approved_by, Editor.id.in_(theirs)), Editor.active)
    for editor_id in uow.session.scalars(people.order_by(Editor.id)):
        leave_notice(uow, mail, Told(issue.id, editor_id).number, now=now)


def sending_started(uow: UnitOfWork, head: Letterhead, subject_id: int, now: datetime) -> Mailing | None:
    """It has begun, to how many, and the link that stops it; none when there is nothing left to stop."""
    told = _told(uow, subject_id, IssueState.SENDING)
    if told is None:
        return None
    issue, editor = told
    return _letter(uow, head, "sending_started", issue, editor, when=_when(issue, now))


def sending_paused(uow: UnitOfWork, head: Letterhead, subject_id: int, _now: datetime) -> Mailing | None:
    """It does not go on by itself, and why; none when somebody has decided already."""
    told = _told(uow, subject_id, IssueState.PAUSED)
    if told is None:
        return None
    issue, editor = told
    return _letter(uow, head, "sending_paused", issue, editor, reason=issue.held_because)


def sending_held(uow: UnitOfWork, head: Letterhead, subject_id: int, _now: datetime) -> Mailing | None:
    """Its time came, and it did not leave: why, and where to mend it; none when somebody has seen to it already."""
    told = _told(uow, subject_id, IssueState.PREFLIGHT) or _told(uow, subject_id, IssueState.IN_REVIEW)
    if told is None:
        return None
    issue, editor = told
    return head.letter(
        "sending_held",
        Address(editor.email, editor.name),
        lang=LANGUAGE,
        name=editor.name,
        title=issue.subject,
        reason=issue.held_because or CHANGED,
        check_link=head.links.desk(f"/issues/{issue.id}/preflight"),
        issue_link=head.links.desk(f"/issues/{issue.id}"),
    )


def _told(uow: UnitOfWork, number: int, while_it_is: IssueState) -> tuple[Issue, Editor] | None:
    told = Told.of(number)
    issue, editor = uow.session.get(Issue, told.issue_id), uow.session.get(Editor, told.editor_id)
    if issue is None or editor is None or not editor.active or issue.state is not while_it_is:
        return None
    return issue, editor


def _letter(
    uow: UnitOfWork, head: Letterhead, mail: str, issue: Issue, editor: Editor, *, when: str = "", reason: str = ""
) -> Mailing:
    number = Told(issue.id, editor.id).number
    return head.letter(
        mail,
        Address(editor.email, editor.name),
        lang=LANGUAGE,
        name=editor.name,
        title=issue.subject,
        readers=f"{issue_status(uow.session, issue.id).recipients:,}",
        stop_url=head.links.to(f"/stop/{head.tokens.seal(Purpose.STOP, number)}"),
        issue_link=head.links.desk(f"/issues/{issue.id}"),
        when=when,
        reason=reason,
    )


def _when(issue: Issue, now: datetime) -> str:
    """When readers get it, if that is yet to come."""
    if issue.send_at is None or issue.send_at <= now:
        return ""
    local = wall_clock(issue.send_at, issue.newsletter.zone)
    return f"{local:%A %d %B, %H:%M} ({issue.newsletter.zone})"


COMPOSERS: Mapping[str, Composer] = {
    "sending_started": sending_started,
    "sending_paused": sending_paused,
    "sending_held": sending_held,
}
