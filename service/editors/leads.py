"""Who is called when a storyteller may be in danger: the safeguarding leads, or the admins while there is none."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor, Role
from service.mail.notices import leave_notice


def leads(session: Session) -> Sequence[Editor]:
    """The active accounts that are told; empty when nobody is at the desk at all."""
    active = select(Editor).where(Editor.active).order_by(Editor.id)
    named = session.scalars(active.where(Editor.role == Role.SAFEGUARDING)).all()
    return named or session.scalars(active.where(Editor.role == Role.ADMIN)).all()


def alert_leads(uow: UnitOfWork, *, now: datetime) -> int:
    """Owe each of them a mail that says to look at the desk, and nothing about whom; gives how many."""
    told = leads(uow.session)
    for lead in told:
        leave_notice(uow, "safeguarding_alert", lead.id, now=now)
    return len(told)
