"""What only a person decides: to send again where nobody knows, to leave it, and to write to those who were left."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, update

from service.db import UnitOfWork
from service.delivery.model import Batch, Delivery, DeliveryStatus
from service.delivery.rest import cut_rest
from service.delivery.transitions import TRANSITIONS
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.actions import issue_to_change, reach_rest
from service.issues.errors import NotPossibleNow
from service.issues.model import IssueState

LET_GO = "nobody knows whether it left; an editor left it at that"

_GOES_ON = frozenset({IssueState.SENDING, IssueState.PAUSED, IssueState.STOPPED})


def resend(uow: UnitOfWork, batch_id: int, editor: Editor | None, now: datetime) -> None:
    """Send an unknown batch again, although some of its people may have it already. Raises NotPossibleNow."""
    _decide(uow, "resend", batch_id, worker="", lease_until=None, not_before=None, recipients=None, message_id="")
    taken_back = delete(Delivery).where(Delivery.batch_id == batch_id).returning(Delivery.status)
    _check_silence(batch_id, uow.session.scalars(taken_back))
    issue = issue_to_change(uow, uow.session.get_one(Batch, batch_id).issue_id)
    if issue.state not in _GOES_ON:
        raise NotPossibleNow(f"Issue {issue.id} is {issue.state}; nothing more leaves of it.")
    note(uow, editor, "sent_again", f"batch:{batch_id}", now=now)
    uow.enqueue("delivery.drain", issue.id)


def let_go(uow: UnitOfWork, batch_id: int, editor: Editor | None, now: datetime) -> None:
    """Leave an unknown batch as it is: its people do not get it again. Raises NotPossibleNow."""
    _decide(uow, "let_go", batch_id, reason=LET_GO, settled_at=now)
    _check_silence(batch_id, uow.session.scalars(select(Delivery.status).where(Delivery.batch_id == batch_id)))
    note(uow, editor, "let_go", f"batch:{batch_id}", now=now)


def send_to_the_rest(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, now: datetime, *, batch_size: int = 1
) -> int:
    """Write to the readers who have no delivery of an issue that is going out or is sent; gives how many batches.

    Twice is harmless: the second time nobody is left. Raises NotPossibleNow for an issue in any other state.
    """
    issue = issue_to_change(uow, issue_id)
    if issue.state not in {IssueState.SENDING, IssueState.SENT}:
        raise NotPossibleNow(f"Issue {issue.id} is {issue.state}.")
    made = cut_rest(uow.session, issue, batch_size=batch_size)
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


def _check_silence(batch_id: int, statuses: Iterable[DeliveryStatus]) -> None:
    """An event of one of its deliveries proves that a batch was taken; then there is nothing to decide."""
    if set(statuses) - {DeliveryStatus.BATCH}:
        raise NotPossibleNow(f"An event has proven batch {batch_id}.")
