"""Visits by the links of an issue, counted in Redis while they happen and written down by the timer.

A page is only looked at, so it may not write to the database. What Redis holds is "issue, day, page: how often", and
losing it loses counts and never a page.
"""

from collections.abc import Sequence
from datetime import date

import redis

from service.db import UnitOfWork
from service.issues.counts import Counted, Seen, add_up

KEY = "storywell:landings"
ANSWERS_WITHIN = 0.25
"""Seconds. A visitor must not wait for a counter."""


class Landings:
    """The counters that wait in Redis. Every method raises redis.RedisError while it is away."""

    def __init__(self, url: str) -> None:
        self._server = redis.Redis.from_url(
            url, socket_timeout=ANSWERS_WITHIN, socket_connect_timeout=ANSWERS_WITHIN, decode_responses=True
        )

    def note(self, issue_id: int, page: str, day: date) -> None:
        """One visit more."""
        self._server.hincrby(KEY, f"{issue_id} {day.isoformat()} {page}", 1)

    def take(self) -> Sequence[Seen]:
        """All that were noted since the last time; they are gone from Redis then."""
        with self._server.pipeline(transaction=True) as both:
            both.hgetall(KEY)
            both.delete(KEY)
            noted, _ = both.execute()
        return [_seen(field, int(times)) for field, times in noted.items()]

    def close(self) -> None:
        """Let the connections go."""
        self._server.close()


def write_landings(uow: UnitOfWork, landings: Landings) -> None:
    """Add what waits in Redis to the numbers of each issue.

    The database is asked first, so that its being away loses nothing. A crash in between loses a minute and counts
    nothing twice; a timer that ticks twice finds nothing the second time.
    """
    uow.session.connection()
    try:
        add_up(uow, landings.take())
    except redis.RedisError:
        return


def _seen(field: str, times: int) -> Seen:
    issue, day, page = field.split(" ", 2)
    return Seen(issue_id=int(issue), what=Counted.LANDING, day=date.fromisoformat(day), page=page, times=times)
