"""Transactional mail: owed as a row, sent by a worker, never lost with the queue.

Claim, commit, act, record. A notice whose worker died while posting is sent again after its lease: a second
confirmation does no harm, a missing one does. (An issue is the opposite: its batches stay `unknown`; docs/adr/0003.)
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db import Database, UnitOfWork
from service.mail.letterhead import Letterhead
from service.mail.message import Mailer, Mailing, OutcomeUnknown, Receipt, Rejected, TryLater
from service.mail.model import Notice, NoticeStatus

Composer = Callable[[UnitOfWork, Letterhead, int, datetime], Mailing | None]
"""Writes the mail for a row id, or says with None that it is no longer needed."""

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=2)
OPEN = (NoticeStatus.PENDING, NoticeStatus.SENDING)


def leave_notice(uow: UnitOfWork, template: str, subject_id: int, *, now: datetime) -> Notice:
    """Owe somebody the mail `template` about the row `subject_id`; a worker writes and sends it after the commit."""
    notice = Notice(template=template, subject_id=subject_id, due_at=now, created_at=now)
    uow.session.add(notice)
    uow.session.flush()
    uow.enqueue("mail.send_notice", notice.id)
    return notice


def due_notices(session: Session, now: datetime, *, most: int = 500) -> list[int]:
    """Ids of notices whose time has come, or whose worker's lease ran out; oldest first."""
    query = select(Notice.id).where(Notice.status.in_(OPEN), Notice.due_at <= now).order_by(Notice.due_at).limit(most)
    return list(session.scalars(query))


def send_notice(
    database: Database,
    mailer: Mailer,
    head: Letterhead,
    composers: Mapping[str, Composer],
    notice_id: int,
    *,
    clock: Callable[[], datetime],
) -> None:
    """Send one notice if it is due; harmless to call twice. Raises KeyError for a template nobody composes."""
    with database.unit() as uow:
        if not _claim(uow.session, notice_id, clock()):
            return
    with database.unit() as uow:
        mailing = _write(uow, head, composers, notice_id, clock())
    if mailing is None:
        return
    outcome: Receipt | Rejected | TryLater | OutcomeUnknown
    try:
        outcome = mailer.hand_over(mailing)
    except (Rejected, TryLater, OutcomeUnknown) as said:
        outcome = said
    with database.unit() as uow:
        _record(uow.session.get_one(Notice, notice_id), outcome, clock())


def _claim(session: Session, notice_id: int, now: datetime) -> bool:
    """Take the notice for this worker, unless somebody else has it; the attempt counts, whatever comes of it."""
    won = session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.due_at <= now, Notice.status.in_(OPEN))
        .values(status=NoticeStatus.SENDING, attempts=Notice.attempts + 1, due_at=now + LEASE)
        .returning(Notice.attempts)
    ).scalar_one_or_none()
    if won is not None and won > MOST_ATTEMPTS:
        notice = session.get_one(Notice, notice_id)
        notice.status, notice.reason = NoticeStatus.FAILED, notice.reason or "every attempt ended without an answer"
        return False
    return won is not None


def _write(
    uow: UnitOfWork, head: Letterhead, composers: Mapping[str, Composer], notice_id: int, now: datetime
) -> Mailing | None:
    """Write the mail of a claimed notice; None when nobody needs it any more."""
    notice = uow.session.get_one(Notice, notice_id)
    mailing = composers[notice.template](uow, head, notice.subject_id, now)
    if mailing is None:
        notice.status = NoticeStatus.NOT_NEEDED
    return mailing


def _record(notice: Notice, outcome: Receipt | Rejected | TryLater | OutcomeUnknown, now: datetime) -> None:
    match outcome:
        case Receipt(rejected=rejected) if rejected:
            notice.status, notice.reason = NoticeStatus.FAILED, next(iter(rejected.values()))
        case Receipt():
            notice.status, notice.sent_at, notice.reason = NoticeStatus.SENT, now, ""
        case Rejected(reason=reason):
            notice.status, notice.reason = NoticeStatus.FAILED, reason
        case TryLater(reason=reason, after=after):
            wait = timedelta(seconds=after) if after else min(FIRST_WAIT * 2 ** (notice.attempts - 1), LONGEST_WAIT)
            notice.status, notice.due_at, notice.reason = NoticeStatus.PENDING, now + wait, reason
            if notice.attempts >= MOST_ATTEMPTS:
                notice.status = NoticeStatus.FAILED
        case OutcomeUnknown(reason=reason):
            notice.reason = reason
