"""Trying the links of an issue: a worker's task, so that no page of the desk waits for the internet."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import Database
from service.issues.model import Issue
from service.issues.preflight.model import LinkCheck
from service.issues.preflight.sending import split_links
from service.issues.preflight.sight import look
from service.issues.preflight.visiting import Visit
from service.issues.queries import open_issues
from service.issues.transitions import OPEN
from service.mail.letterhead import Letterhead

FRESH = timedelta(hours=1)
"""For so long an answer counts; the last look before an issue leaves is younger than that."""

AHEAD = timedelta(hours=3)
"""From so long before an issue leaves its links are tried again and again."""

_AT_ONCE = 6


def try_links(
    database: Database,
    issue_id: int,
    head: Letterhead,
    visit: Callable[[str], Visit],
    *,
    clock: Callable[[], datetime],
) -> None:
    """Try every link of an issue to somebody else's site that was not tried lately, and keep the answers."""
    with database.read() as session:
        waiting = _waiting(session, issue_id, head, clock())
    if not waiting:
        return
    with ThreadPoolExecutor(_AT_ONCE) as hands:
        visits = dict(zip(waiting, hands.map(visit, waiting), strict=True))
    with database.unit() as uow:
        _keep(uow.session, visits, clock())


def issues_to_try(session: Session, now: datetime) -> list[int]:
    """Issues that leave soon."""
    coming = [issue for issue in open_issues(session) if issue.send_at is not None]
    return [issue.id for issue in coming if issue.send_at is not None and now <= issue.send_at <= now + AHEAD]


def _waiting(session: Session, issue_id: int, head: Letterhead, now: datetime) -> list[str]:
    issue = session.get(Issue, issue_id)
    if issue is None or issue.state not in OPEN:
        return []
    _, others = split_links(look(session, issue, head, now))
    query = select(LinkCheck.url).where(LinkCheck.url.in_(others), LinkCheck.checked_at > now - FRESH)
    known = set(session.scalars(query))
    return [url for url in others if url not in known]


def _keep(session: Session, visits: Mapping[str, Visit], now: datetime) -> None:
    known = {check.url: check for check in session.scalars(select(LinkCheck).where(LinkCheck.url.in_(list(visits))))}
    for url, visit in visits.items():
        check = known.get(url)
        if check is None:
            session.add(LinkCheck(url=url, verdict=visit.verdict, detail=visit.detail, checked_at=now))
        else:
            check.verdict, check.detail, check.checked_at = visit.verdict, visit.detail, now
