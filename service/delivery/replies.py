"""Which issue a mail answers: read from its head alone. Who wrote it and what it says is not looked at, nor kept."""

import re
from datetime import datetime, timedelta
from email.message import Message

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.model import Variant
from service.issues.counts import Counted, Seen, add_up
from service.issues.model import Issue

ANSWERED_WITHIN = timedelta(days=90)
"""A subject says nothing certain about an issue that is older."""
LONGEST_SUBJECT = 500
"""Characters."""

_OUR_ID = re.compile(r"<issue-(\d{1,18})\.[^<>@\s]+@")
"""The Message-ID that `mail.compiled` and `mail.mime` give to the mails of an issue."""
_BULK = {"bulk", "junk", "list", "auto_reply"}


def count_reply(uow: UnitOfWork, head: Message, *, now: datetime) -> None:
    """Add one to the issue that the mail with this head answers. Machines (RFC 3834) and other mails do not count."""
    if is_automatic(head):
        return
    issue_id = answered_issue(uow.session, head, now)
    if issue_id is not None:
        add_up(uow, [Seen(issue_id=issue_id, what=Counted.REPLY, day=now.date())])


def answered_issue(session: Session, head: Message, now: datetime) -> int | None:
    """The issue, by the id of the mail that is answered; or by the subject after "Re:", where a provider changed it."""
    named = _OUR_ID.search(" ".join(str(head.get(name, "")) for name in ("In-Reply-To", "References")))
    if named:
        return int(named[1])
    starts = [match.end() for match in re.finditer(r": *", _subject(head))]
    said = [_subject(head)[start:] for start in starts]
    query = select(Issue.id).join(Variant, Variant.issue_id == Issue.id)
    recent = Issue.started_at > now - ANSWERED_WITHIN
    return session.scalar(query.where(Variant.subject.in_(said), recent).order_by(Issue.started_at.desc()).limit(1))


def is_automatic(head: Message) -> bool:
    """Whether a machine answered: out of office, a bounce, a list."""
    by = str(head.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    return by != "no" or str(head.get("Precedence", "")).strip().lower() in _BULK or "X-Autoreply" in head


def _subject(head: Message) -> str:
    return " ".join(str(head.get("Subject", "")).split())[:LONGEST_SUBJECT]
