"""Reading the mailbox of reports: each mail applied in a transaction of its own, and marked only after its commit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from service.db import Database
from service.delivery.bounce_mail import LARGEST_REPORT, NotAReport, apply_report
from service.mail.bounce_mailbox import MailboxAway, Waiting
from service.tokens import Tokens

log = structlog.get_logger()


class Mailbox(Protocol):
    """Where reports wait. Every method raises MailboxAway."""

    def waiting(self) -> Iterator[Waiting]:
        """Mails that nobody has looked at."""

    def read(self, mail: Waiting) -> bytes:
        """The whole mail."""

    def done(self, mail: Waiting) -> None:
        """It was applied."""

    def set_aside(self, mail: Waiting) -> None:
        """It is for a person to look at."""

    def close(self) -> None:
        """Say goodbye."""


@dataclass
class Read:
    """What was done in one visit."""

    reports: int = 0
    events: int = 0
    """New ones among them."""
    not_ours: int = 0
    """Reports about no delivery that we know."""
    set_aside: int = 0
    """Mails that are no reports: flagged, for a person to look at."""


def read_mailbox(database: Database, mailbox: Mailbox, tokens: Tokens, *, clock: Callable[[], datetime]) -> Read:
    """Apply every report that waits. Raises MailboxAway; what was not reached comes next time."""
    read = Read()
    try:
        for mail in mailbox.waiting():
            _take(database, mailbox, mail, tokens, read, clock())
    finally:
        mailbox.close()
    log.info("bounces.read", reports=read.reports, events=read.events, set_aside=read.set_aside)
    return read


def visit_mailbox(
    database: Database, mailbox: Callable[[], Mailbox], tokens: Tokens, *, clock: Callable[[], datetime]
) -> None:
    """What the timer does: open it, read it, and say so when it is away, which is no reason to fail."""
    try:
        read_mailbox(database, mailbox(), tokens, clock=clock)
    except MailboxAway as error:
        log.warning("bounces.mailbox_away", why=str(error))


def _take(database: Database, mailbox: Mailbox, mail: Waiting, tokens: Tokens, read: Read, now: datetime) -> None:
    try:
        if mail.size > LARGEST_REPORT:
            raise NotAReport(f"the mail has {mail.size} bytes; a report has {LARGEST_REPORT} at most")
        raw = mailbox.read(mail)
        with database.unit() as uow:
            applied = apply_report(uow, raw, tokens, now=now)
    except NotAReport as error:
        log.warning("bounces.set_aside", uid=mail.uid, why=str(error))
        mailbox.set_aside(mail)
        read.set_aside += 1
        return
    mailbox.done(mail)
    read.reports += 1
    read.events += applied.new
    read.not_ours += not applied.is_ours
