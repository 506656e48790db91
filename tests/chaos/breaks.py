"""Ways to break the product on purpose, so that tests can see the harness find it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from service.delivery import records, settle
from service.delivery.model import Batch, BatchStatus, Delivery
from service.mail import sendgrid_schedule
from tests.chaos.conditions import clock, everywhere
from tests.chaos.points import STEPS


def _blind_resend() -> None:
    """What others do: a lease that ran out is taken for a death, and the request is sent again."""

    def again(session: Session, *_: object, **__: object) -> None:
        late = and_(Batch.status == BatchStatus.POSTING, Batch.lease_until <= clock())
        for batch in session.scalars(select(Batch.id).where(late)):
            session.execute(delete(Delivery).where(Delivery.batch_id == batch))
            session.execute(update(Batch).where(Batch.id == batch).values(status=BatchStatus.READY, worker=""))

    everywhere(settle, "lose_sight", again)


def _take_no_for_yes() -> None:
    """A refusal for now is written down as if the request had been taken."""

    def taken(session: Session, batch: int, worker: str, _reason: str, *, after: float | None, now: datetime) -> None:
        del after
        records.record_taken(session, batch, worker, records.Taken("imagined"), now=now)

    everywhere(records, "record_refused_for_now", taken)


def _no_record() -> None:
    """What the transport said is forgotten."""
    for module, name in STEPS["record"]:
        everywhere(module, name, lambda *_, **__: None)


def _imagined_call() -> None:
    """Mail is taken for called back although the provider was never asked."""
    sendgrid_schedule.SendGridSchedule.call_back = lambda *_: None  # type: ignore[method-assign]
    sendgrid_schedule.SendGridSchedule.is_called_back = lambda *_: True  # type: ignore[method-assign]


BREAKS: dict[str, Callable[[], None]] = {
    "blind_resend": _blind_resend, "no_for_yes": _take_no_for_yes, "no_record": _no_record,
    "imagined_call": _imagined_call,
}  # fmt: skip
