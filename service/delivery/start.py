"""Start an issue: freeze what is sent and cut the audience into batches. Starting again changes nothing."""

from datetime import datetime

from sqlalchemy import func, select, update

from service.db import UnitOfWork
from service.delivery.audience import cut
from service.delivery.content import freeze
from service.delivery.model import Batch, BatchStatus, Variant
from service.issues.actions import begin_sending
from service.issues.model import Issue, IssueState
from service.issues.queries import missed
from service.mail.letterhead import Letterhead


def start(uow: UnitOfWork, issue_id: int, head: Letterhead, *, batch_size: int, slots: int, now: datetime) -> bool:
    """Move a due issue to `sending` with its variants and batches, and ring for `slots` drains.

    False when it is not the time, or was done before.
    """
    issue = uow.session.get(Issue, issue_id, with_for_update=True)
    if issue is None or not _due(issue, now):
        return False
    begin_sending(uow, issue_id, now)
    variants = freeze(uow.session, issue, head, edition=1, now=now)
    uow.session.execute(cut(issue_id, issue.newsletter_id, {v.key: v.id for v in variants}, batch_size))
    uow.enqueue("delivery.drain", issue_id, times=slots)
    return True


def _due(issue: Issue, now: datetime) -> bool:
    """Scheduled, and its time has come; but not hours ago, because then somebody must be asked."""
    come = issue.send_at is not None and issue.send_at <= now
    return issue.state is IssueState.SCHEDULED and come and not missed(issue, now)


def freeze_again(uow: UnitOfWork, issue_id: int, head: Letterhead, *, now: datetime) -> None:
    """Render a new edition, because a story was taken back, and give it to every batch that has not left."""
    issue = uow.session.get_one(Issue, issue_id, with_for_update=True)
    newest = uow.session.scalar(select(func.max(Variant.edition)).where(Variant.issue_id == issue_id)) or 0
    for variant in freeze(uow.session, issue, head, edition=newest + 1, now=now):
        uow.session.execute(
            update(Batch)
            .where(
                Batch.issue_id == issue_id,
                Batch.reader_key == variant.key,
                Batch.status.in_([BatchStatus.READY, BatchStatus.CLAIMED]),
            )
            .values(variant_id=variant.id)
        )
