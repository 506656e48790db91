"""Notices: owed as a row, sent once by one worker, tried again when the transport is busy, given up in the end."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.db import UnitOfWork
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailer, Mailing, OutcomeUnknown, Recipient, Rejected, TryLater
from service.mail.model import Notice, NoticeStatus
from service.mail.notices import MOST_ATTEMPTS, due_notices, leave_notice, send_notice
from tests.cast import ADA
from tests.conftest import Chime, Clock, Moody, Postbox


def composer(_uow: UnitOfWork, head: Letterhead, subject_id: int, _now: datetime) -> Mailing | None:
    """Write to Ada, or to nobody when the row is 0."""
    to = [Recipient(to=Address(ADA), delivery="d")]
    return (
        Mailing(name="letter", sender=head.sender, subject="s", text="t", html="h", lang="en", recipients=to)
        if subject_id
        else None
    )


def broken(_uow: UnitOfWork, _head: Letterhead, _subject_id: int, _now: datetime) -> Mailing | None:
    """A composer with a fault in it."""
    raise ZeroDivisionError


@pytest.fixture
def owe(services: Services) -> Callable[..., int]:
    """Owe a notice; gives its id."""

    def leave(template: str = "hello", subject_id: int = 1) -> int:
        with services.database.unit() as uow:
            return leave_notice(uow, template, subject_id, now=services.clock()).id

    return leave


@pytest.fixture
def send(services: Services) -> Callable[[Mailer, int], Notice]:
    """Send a notice through a mailer; gives the row as it is afterwards."""

    def run(mailer: Mailer, notice_id: int) -> Notice:
        composers = {"hello": composer, "broken": broken}
        send_notice(services.database, mailer, services.head, composers, notice_id, clock=services.clock)
        with services.database.read() as session:
            return session.scalars(select(Notice).where(Notice.id == notice_id)).one()

    return run


Send = Callable[[Mailer, int], Notice]


def test_a_notice_rings_after_the_commit(owe: Callable[..., int], chime: Chime) -> None:
    """The bell carries an id and nothing else."""
    notice = owe()

    assert chime.rung == [("mail.send_notice", notice)]


def test_it_is_sent_once_however_often_it_is_rung(owe: Callable[..., int], send: Send, postbox: Postbox) -> None:
    """Ringing twice is harmless."""
    notice = owe()
    send(postbox, notice)

    assert send(postbox, notice).status is NoticeStatus.SENT
    assert len(postbox.mailings) == 1


def test_what_is_no_longer_needed_is_not_sent(owe: Callable[..., int], send: Send, postbox: Postbox) -> None:
    """The composer may say so at the last moment."""
    assert send(postbox, owe(subject_id=0)).status is NoticeStatus.NOT_NEEDED
    assert postbox.mailings == []


def test_a_busy_transport_is_tried_again(owe: Callable[..., int], send: Send, clock: Clock) -> None:
    """After as long as it asked for, and not before."""
    transport, notice = Moody(TryLater("busy", after=60)), owe()
    assert send(transport, notice).status is NoticeStatus.PENDING
    assert send(transport, notice).status is NoticeStatus.PENDING

    clock.move(seconds=61)
    assert send(transport, notice).status is NoticeStatus.SENT


def test_a_refusal_is_kept_for_the_operator(owe: Callable[..., int], send: Send) -> None:
    """In the transport's words."""
    refused = send(Moody(Rejected("550 no such user")), owe())

    assert (refused.status, refused.reason) == (NoticeStatus.FAILED, "550 no such user")


def test_a_lost_reply_is_tried_again_after_the_lease(
    owe: Callable[..., int], send: Send, services: Services, clock: Clock
) -> None:
    """A second confirmation does no harm, a missing one does."""
    transport, notice = Moody(OutcomeUnknown("lost")), owe()
    assert send(transport, notice).status is NoticeStatus.SENDING

    clock.move(minutes=3)
    with services.database.read() as session:
        assert due_notices(session, clock()) == [notice]
    assert send(transport, notice).status is NoticeStatus.SENT


@pytest.mark.parametrize("template", ["broken", "nobody-composes-this"])
def test_a_notice_that_cannot_be_written_is_given_up_in_the_end(
    owe: Callable[..., int], send: Send, postbox: Postbox, clock: Clock, services: Services, template: str
) -> None:
    """One bad row does not keep a worker busy for ever."""
    notice = owe(template)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises((ZeroDivisionError, KeyError)):
            send(postbox, notice)
        clock.move(minutes=3)

    assert send(postbox, notice).status is NoticeStatus.FAILED
    with services.database.read() as session:
        assert due_notices(session, clock()) == []
