"""Counting who comes by a link of an issue: the issue, the page and the day. No cookie, no address, no person.

A link in a mail says `?issue=15`, the same for everybody. Programs that look at links before people do are left out
as far as they say who they are; mail scanners that pretend to be a browser are counted, and the report says so.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

import structlog
from flask import Flask, Response, current_app, request
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from service.bootstrap import Services
from service.issues.counts import issue_that_left
from service.issues.landings import Landings
from service.web.access import Door, access_of
from service.web.frame import now, services

AWAY = timedelta(seconds=10)
"""How long we leave Redis alone after it did not answer."""

_MACHINE = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|scan|preview|prefetch|monitor|check|validat|archiv|feed|headless|facebookexternalhit"
    r"|^(curl|wget|python|java|go-http|okhttp|libwww|node|axios|ruby|perl|php|apache|httpx?|storywell)\b",
    re.IGNORECASE,
)
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
"""Headers with which browsers say that they fetch a page before anybody asked for it."""

log = structlog.get_logger()


class Counter:
    """Notes visits, and leaves Redis alone for a while when it is away: a page never waits twice."""

    def __init__(self, landings: Landings, clock: Callable[[], datetime]) -> None:
        self._landings = landings
        self._clock = clock
        self._away_until: datetime | None = None

    def note(self, issue_id: int, page: str) -> None:
        """One visit. It is lost while Redis is away."""
        if self.is_resting:
            return
        try:
            self._landings.note(issue_id, page, self._clock().date())
        except RedisError:
            log.warning("landings.redis_away")
            self._away_until = self._clock() + AWAY

    @property
    def is_resting(self) -> bool:
        """Whether Redis is left alone just now."""
        return self._away_until is not None and self._clock() < self._away_until


def register(app: Flask) -> None:
    """Give the app its counter, and have it look at every answer."""
    house = cast("Services", app.extensions["storywell"])
    app.extensions["storywell_landings"] = Counter(Landings(house.settings.redis), now)
    app.after_request(count_landing)


def count_landing(answer: Response) -> Response:
    """Count the visit, if it is one. Whatever fails here, the page has been made."""
    named = request.args.get("issue", 0, type=int)
    if named and is_visit(answer):
        try:
            with services().database.read() as session:
                issue = issue_that_left(session, named)
                if issue is not None:
                    cast("Counter", current_app.extensions["storywell_landings"]).note(issue.id, request.path)
        except SQLAlchemyError:
            log.warning("landings.database_away")
    return answer


def is_visit(answer: Response) -> bool:
    """Whether a person opened one of the pages for everybody, as far as anyone can tell."""
    access = access_of(current_app, request.endpoint)
    return (
        request.method == "GET"
        and answer.status_code == 200
        and answer.mimetype == "text/html"
        and access is not None
        and access.door is Door.PUBLIC
        and not is_machine()
    )


def is_machine() -> bool:
    """Whether the request says that no person waits for the answer."""
    program = request.headers.get("User-Agent", "")
    if not program or _MACHINE.search(program) or any(name in request.headers for name in _AHEAD):
        return True
    return request.headers.get("Sec-Fetch-Dest", "document") != "document"
