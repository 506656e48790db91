"""The canary: some readers get an issue first, and the others wait until it is clear that all is well.

Bounces and complaints of the first ones are watched for as long as the issue says. Too many, and the issue is paused
and its people are told why; otherwise the others' batches are let go on by themselves. Everything is counted from the
ledger, so a timer that was away judges later and not differently.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, exists, func, select, update
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.mails import tell_people
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus
from service.delivery.standing import BOUNCED
from service.delivery.transitions import OPEN, TRANSITIONS
from service.issues.actions import pause
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueState

MOST_RETURNED = 0.05
"""Of the canary: more than this bounced, was dropped or refused, and the list or our name is not in order."""
MOST_COMPLAINED = 0.005
"""Providers begin to mind at three complaints in a thousand."""
FEWEST = 2
"""One of a kind is chance."""


@dataclass(frozen=True, slots=True)
class Canary:
    """What is known of the readers who went first."""

    people: int
    returned: int
    complained: int

    @property
    def fault(self) -> str:
        """Why the others had better wait, in one sentence; empty when all is well."""
        if self.returned >= FEWEST and self.returned > self.people * MOST_RETURNED:
            return f"{self.returned} of the first {self.people} mails came back or were refused."
        if self.complained >= FEWEST and self.complained > self.people * MOST_COMPLAINED:
            return f"{self.complained} of the first {self.people} readers complained."
        return ""


def judge_canaries(uow: UnitOfWork, *, now: datetime) -> None:
    """Let the others of every issue go on whose canary has done well for long enough; pause those where it has not."""
    held = exists().where(Batch.issue_id == Issue.id, Batch.status == BatchStatus.HELD)
    waiting = select(Issue.id).where(Issue.state == IssueState.SENDING, held).order_by(Issue.id)
    for issue_id in list(uow.session.scalars(waiting)):
        issue = issue_to_change(uow, issue_id)
        if issue.state is IssueState.SENDING:
            _judge(uow, issue, now)


def canary_of(session: Session, issue_id: int) -> Canary:
    """The counts of those who have a delivery of an issue so far."""
    returned = Delivery.status.in_(BOUNCED | {DeliveryStatus.REJECTED})
    people, back, complained = session.execute(
        select(
            func.count(),
            func.sum(case((returned, 1), else_=0)),
            func.sum(case((Delivery.status == DeliveryStatus.COMPLAINED, 1), else_=0)),
        ).where(Delivery.issue_id == issue_id)
    ).one()
    return Canary(int(people), int(back or 0), int(complained or 0))


def verdict_at(session: Session, issue: Issue, now: datetime) -> datetime | None:
    """When the others go on if nothing happens; None while the first ones are still on their way.

    A batch that was posted later than now was posted by a clock gone wrong, and nobody waits for it.
    """
    open_ones, last_posted, last_due = session.execute(
        select(
            func.sum(case((Batch.status.in_(OPEN - {BatchStatus.HELD, BatchStatus.UNKNOWN}), 1), else_=0)),
            func.max(case((Batch.posted_at <= now, Batch.posted_at))),
            func.max(Batch.send_at),
        ).where(Batch.issue_id == issue.id, Batch.status.not_in({BatchStatus.HELD, BatchStatus.CALLED_BACK}))
    ).one()
    left = max((at for at in (last_posted, last_due) if at), default=issue.started_at)
    return None if open_ones or left is None else left + timedelta(minutes=issue.canary_minutes)


def _judge(uow: UnitOfWork, issue: Issue, now: datetime) -> None:
    """A person who lets a paused issue go on has judged better than we: nobody is asked twice."""
    at = verdict_at(uow.session, issue, now)
    fault = "" if issue.canary_judged_at else canary_of(uow.session, issue.id).fault
    if fault:
        issue.canary_judged_at = now
        pause(uow, issue.id, fault)
        tell_people(uow, issue, "sending_paused", now=now)
    elif issue.canary_judged_at or (at is not None and at <= now):
        issue.canary_judged_at = issue.canary_judged_at or now
        _let_go_on(uow, issue.id)


def _let_go_on(uow: UnitOfWork, issue_id: int) -> None:
    sources, target = TRANSITIONS["let_go_on"]
    uow.session.execute(
        update(Batch)
        .where(Batch.issue_id == issue_id, Batch.status.in_(sources))
        .values(status=target)
        .execution_options(synchronize_session=False)
    )
    uow.enqueue("delivery.drain", issue_id)
