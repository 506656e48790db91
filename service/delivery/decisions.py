"""What only a person decides: to send again where nobody knows, to leave it, and to write to those who were left."""

from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.model import IN_BATCH, Batch, Delivery, DeliveryStatus
from service.delivery.rest import cut_rest
from service.delivery.transitions import TRANSITIONS
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.actions import reach_rest
from service.issues.errors import NotPossibleNow
from service.issues.locking import issue_to_change
from service.issues.model import IssueState
from service.mail.letterhead import Letterhead

_SILENT = Delivery.status == DeliveryStatus.BATCH

LET_GO = "nobody knows whether it left; an editor left it at that"

_GOES_ON = frozenset({IssueState.SENDING, IssueState.PAUSED, IssueState.STOPPED})


def resend(uow: UnitOfWork, batch_id: int, editor: Editor | None, now: datetime) -> None:
    """Send an unknown batch again, although some of its people may have it already. Raises NotPossibleNow.

    Whoever is known to have the first copy gets no second one.
    """
    _check_silence(uow.session, batch_id)
    _decide(
        uow, "resend", batch_id,
        worker="", lease_until=None, not_before=None, recipients=None, message_id="", resent=True,
    )  # fmt: skip
    silent = select(Delivery.subscriber_id).join(Batch, IN_BATCH).where(Batch.id == batch_id, _SILENT)
    issue_id = uow.session.get_one(Batch, batch_id).issue_id
    taken_back = delete(Delivery).where(Delivery.issue_id == issue_id, Delivery.subscriber_id.in_(silent))
    uow.session.execute(taken_back.execution_options(synchronize_session=False))
    issue = issue_to_change(uow, issue_id)
    if issue.state not in _GOES_ON:
        raise NotPossibleNow(f"Issue {issue.id} is {issue.state}; nothing more leaves of it.")
    note(uow, editor, "sent_again", f"batch:{batch_id}", now=now)
    uow.enqueue("delivery.drain", issue.id)


def let_go(uow: UnitOfWork, batch_id: int, editor: Editor | None, now: datetime) -> None:
    """Leave an unknown batch as it is: its people do not get it again. Raises NotPossibleNow."""
    _check_silence(uow.session, batch_id)
    _decide(uow, "let_go", batch_id, reason=LET_GO, settled_at=now)
    note(uow, editor, "let_go", f"batch:{batch_id}", now=now)


def send_to_the_rest(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, head: Letterhead, now: datetime, *, batch_size: int = 1
) -> int:
    """Write to the readers who have no delivery of an issue that is going out or is sent; gives how many batches.

    Twice is harmless: the second time nobody is left. Raises NotPossibleNow for an issue in any other state.
    """
    issue = issue_to_change(uow, issue_id)
    if issue.state not in {IssueState.SENDING, IssueState.SENT}:
        raise NotPossibleNow(f"Issue {issue.id} is {issue.state}.")
    made = cut_rest(uow.session, issue, head, batch_size=batch_size, now=now)
    if made:
        reach_rest(uow, issue_id)
        note(uow, editor, "sent_to_the_rest", f"issue:{issue_id}", now=now)
        uow.enqueue("delivery.drain", issue_id)
    return made


def _decide(uow: UnitOfWork, step: str, batch_id: int, **values: object) -> None:
    sources, target = TRANSITIONS[step]
    changed = uow.session.execute(
        update(Batch)
        .where(Batch.id == batch_id, Batch.status.in_(sources))
        .values(status=target, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise NotPossibleNow(f"Batch {batch_id} is not unknown any more.")


def _check_silence(session: Session, batch_id: int) -> None:
    """An event of one of its deliveries proves that a batch was taken; then there is nothing to decide.

    Of a batch that was sent again it proves nothing (`Batch.resent`).
    """
    told = exists().where(IN_BATCH, ~_SILENT, Delivery.status != DeliveryStatus.REJECTED)  # that word is our own
    if session.scalar(select(Batch.id).where(Batch.id == batch_id, ~Batch.resent, told)) is not None:
        raise NotPossibleNow(f"An event has proven batch {batch_id}.")
