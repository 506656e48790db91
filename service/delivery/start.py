"""Start an issue: freeze what is sent and cut the audience into batches. Starting again changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from service.db import UnitOfWork
from service.delivery.audience import WAITING, audience, copies_of, cut, told_before
from service.delivery.content import freeze, freeze_anew
from service.delivery.leaving import leavings
from service.delivery.mails import tell_people
from service.delivery.model import Batch
from service.delivery.ramp import share_of_today
from service.issues.actions import begin_sending, pause
from service.issues.content import is_empty
from service.issues.model import Issue, IssueState
from service.issues.queries import missed
from service.issues.scheduling import clear_to_leave
from service.mail.letterhead import Letterhead


@dataclass(frozen=True, slots=True)
class Timing:
    """HANDOVER_LEAD, where the transport can hold mail back, and SEND_RAMP."""

    lead: timedelta = timedelta()
    ramp: Sequence[int] = ()


AT_ONCE = Timing()
NOTHING_LEFT = "Its story was taken back, and nothing else is in it. Cancel it: the others do not get it."
"""Why an issue pauses of which nothing is left to read."""


def start(
    uow: UnitOfWork,
    issue_id: int,
    head: Letterhead,
    *,
    batch_size: int,
    slots: int,
    now: datetime,
    timing: Timing = AT_ONCE,
) -> bool:
    """Move a due issue to `sending` with its variants and batches, and ring for `slots` drains.

    It is due the lead before its time comes for its first readers. False when it is not, was done before, or is held
    by preflight.
    """
    issue = uow.session.get(Issue, issue_id, with_for_update=True)
    if issue is None or issue.state is not IssueState.SCHEDULED or missed(issue, now):
        return False
    parts = leavings(uow.session, issue, timing.lead, now)
    if all(part.not_before is not None for part in parts):
        return False
    if not clear_to_leave(uow, issue, head, now):
        tell_people(uow, issue, "sending_held", now=now)
        return False
    begin_sending(uow, issue_id, now)
    freeze(uow.session, issue, head, now=now)
    copies = copies_of(uow.session, issue_id)
    who, tellings = audience(uow.session, issue), told_before(uow.session, issue_id, copies)
    size = min(batch_size, share_of_today(uow.session, timing.ramp, now) or batch_size)
    for number, part in enumerate(parts):
        uow.session.execute(cut(issue_id, who, copies, tellings, size, number=number, leaving=part))
    tell_people(uow, issue, "sending_started", now=now)
    uow.enqueue("delivery.drain", issue_id, times=slots)
    return True


def freeze_again(uow: UnitOfWork, issue_id: int, head: Letterhead, *, now: datetime) -> None:
    """Render a new edition, because a story was taken back, and give it to every batch that has not left."""
    issue = uow.session.get_one(Issue, issue_id, with_for_update=True)
    for variant in freeze_anew(uow.session, issue, head, now):
        uow.session.execute(
            update(Batch)
            .where(
                Batch.issue_id == issue_id,
                Batch.reader_key == variant.key,
                Batch.status.in_(WAITING),
            )
            .values(variant_id=variant.id)
        )
    if is_empty(uow.session, issue, now):
        pause(uow, issue_id, NOTHING_LEFT)
