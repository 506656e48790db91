"""What the sweep does for batches: put back what never left, name what nobody can know, and finish what is done."""

from datetime import datetime, timedelta

from sqlalchemy import and_, case, distinct, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.canary import judge_canaries
from service.delivery.model import (
    IN_BATCH,
    MOST_ATTEMPTS,
    Batch,
    BatchStatus,
    Delivery,
    DeliveryStatus,
    Recall,
    RecallState,
)
from service.delivery.presence import Presence, keeps_journal
from service.delivery.ramp import FULL
from service.delivery.records import LONGEST_ASKED
from service.delivery.rest import cut_missed
from service.delivery.transitions import OPEN, TRANSITIONS
from service.issues.actions import finish
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueState
from service.mail.letterhead import Letterhead

_STANDS = Batch.status != BatchStatus.CALLED_BACK

JOURNAL_PATIENCE = timedelta(minutes=10)
"""For the machine that has the journal, which is believed later too, should a clock gone wrong have cut this short."""
DIED = "the worker died while it was posting"


def settle(uow: UnitOfWork, presence: Presence, *, now: datetime) -> None:
    """One pass over every open batch. Harmless to run twice, and at the same time as anything else."""
    release_claims(uow.session, presence, now=now)
    lose_sight(uow.session, presence, now=now)
    believe_events(uow.session, now=now)
    count_afresh(uow.session)
    mind_the_clock(uow.session, now=now)
    cancel_rest(uow.session)
    judge_canaries(uow, now=now)


def release_claims(session: Session, presence: Presence, *, now: datetime) -> None:
    """Claimed batches whose lease ran out or whose worker is gone are ready again: nothing had left the house."""
    for worker, ran_out in session.execute(
        select(Batch.worker, Batch.lease_until <= now).where(Batch.status == BatchStatus.CLAIMED).distinct()
    ):
        if presence.is_gone(worker):
            _all(session, "release", Batch.worker == worker)
        elif ran_out:
            _all(session, "release", Batch.worker == worker, Batch.lease_until <= now)


def lose_sight(session: Session, presence: Presence, *, now: datetime) -> None:
    """Batches that were being posted by a worker that is proven gone are `unknown`: they may or may not have left.

    A lease that ran out is no proof: the worker may be stopped and go on later. Where the worker kept a journal, its
    own machine has some time to read it first (`journals.believe_journals`).
    """
    workers = session.scalars(select(Batch.worker).where(Batch.status == BatchStatus.POSTING).distinct())
    for worker in workers:
        if presence.is_gone(worker):
            recent = and_(Batch.posted_at > now - JOURNAL_PATIENCE, Batch.posted_at < now + JOURNAL_PATIENCE)
            judged = ~recent if keeps_journal(worker) else true()
            _all(session, "lost_sight", Batch.worker == worker, judged, reason=DIED)


def believe_events(session: Session, *, now: datetime) -> None:
    """An event of one of its deliveries proves an unknown batch: a request is taken or refused as a whole.

    Not one that a person had sent again: the event may speak of the first copy. Not one of a worker that keeps a
    journal: its transport takes or refuses each message by itself.
    """
    told = Delivery.status.not_in({DeliveryStatus.BATCH, DeliveryStatus.REJECTED})
    proof = exists().where(IN_BATCH, told)
    session.execute(
        update(Batch)
        .where(Batch.status == BatchStatus.UNKNOWN, ~Batch.resent, ~Batch.worker.contains("-"), proof)
        .values(status=BatchStatus.HANDED_OVER, settled_at=now, reason="proven by an event of the provider")
        .execution_options(synchronize_session=False)
    )


def count_afresh(session: Session) -> None:
    """A batch that used up its attempts paused its issue; when a person let the issue go on, it has new ones."""
    sending = select(Issue.id).where(Issue.state == IssueState.SENDING)
    session.execute(
        update(Batch)
        .where(Batch.status == BatchStatus.READY, Batch.attempt >= MOST_ATTEMPTS, Batch.issue_id.in_(sending))
        .values(attempt=0)
        .execution_options(synchronize_session=False)
    )


def mind_the_clock(session: Session, *, now: datetime) -> None:
    """A refusal makes nobody wait longer than LONGEST_ASKED: a wait that ends later was set by a clock gone wrong."""
    refused = Batch.status == BatchStatus.READY, Batch.attempt > 0, Batch.reason != FULL
    session.execute(
        update(Batch)
        .where(*refused, Batch.not_before > now + LONGEST_ASKED)
        .values(not_before=now)
        .execution_options(synchronize_session=False)
    )


def cancel_rest(session: Session) -> None:
    """What was still to leave of a cancelled issue never does."""
    cancelled = select(Issue.id).where(Issue.state == IssueState.CANCELLED)
    _all(session, "cancel", Batch.issue_id.in_(cancelled))


def finish_issues(uow: UnitOfWork, head: Letterhead, *, now: datetime, batch_size: int = 1) -> None:
    """Issues being sent in which no batch is open any more are `sent`, if nobody was missed.

    What was given to the provider ahead of time has to leave first: until then it may still be called back.
    Whoever was gets batches of at most `batch_size`; every transport takes one person at a time.
    """
    open_batches = exists().where(Batch.issue_id == Issue.id, Batch.status.in_(OPEN))
    ahead = exists().where(Batch.issue_id == Issue.id, Batch.provider_batch != "", Batch.send_at > now, _STANDS)
    asked = exists().where(Recall.issue_id == Issue.id, Recall.state == RecallState.ASKED)
    done = select(Issue.id).where(Issue.state == IssueState.SENDING, ~open_batches, ~ahead, ~asked)
    for issue_id in list(uow.session.scalars(done)):
        issue = issue_to_change(uow, issue_id)
        if issue.state is not IssueState.SENDING:
            continue
        if cut_missed(uow.session, issue, head, batch_size=batch_size, now=now):
            uow.enqueue("delivery.drain", issue_id)
        else:
            finish(uow, issue_id, now)


def hands_wanted(session: Session, slots: int, now: datetime) -> dict[int, int]:
    """Issue id -> how many more drains it could use: it has batches to hand over, and fewer than `slots` workers.

    A worker has several batches in hand, so it is workers that are counted.
    """
    in_hand = Batch.status.in_([BatchStatus.CLAIMED, BatchStatus.POSTING])
    due = and_(Batch.status == BatchStatus.READY, or_(Batch.not_before.is_(None), Batch.not_before <= now))
    query = (
        select(Batch.issue_id, func.sum(case((due, 1), else_=0)), func.count(distinct(case((in_hand, Batch.worker)))))
        .join(Issue, Issue.id == Batch.issue_id)
        .where(Issue.state == IssueState.SENDING)
        .group_by(Batch.issue_id)
    )
    wanted = {issue: min(int(ready), slots - int(busy)) for issue, ready, busy in session.execute(query)}
    return {issue: hands for issue, hands in wanted.items() if hands > 0}


def _all(session: Session, step: str, *which: object, reason: str | None = None) -> None:
    sources, target = TRANSITIONS[step]
    values: dict[str, object] = {"status": target}
    if reason is not None:
        values["reason"] = reason
    session.execute(
        update(Batch)
        .where(Batch.status.in_(sources), *which)  # type: ignore[arg-type]
        .values(**values)
        .execution_options(synchronize_session=False)
    )
