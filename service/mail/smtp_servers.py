"""Several mail servers: each gets its share by weight, and one that fails rests while the others carry its mail."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, create_default_context
from threading import Condition

from service.mail.message import TryLater
from service.mail.smtp_conversation import Ended
from service.mail.smtp_server import Server, StartTls
from service.mail.smtp_wire import Wire

LONGEST_IDLE = timedelta(seconds=60)
"""Servers hang up after a few minutes; before that we do."""
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)


@dataclass(eq=False)
class Post:
    """One server, our connections to it, and how it is."""

    server: Server
    idle: list[tuple[Wire, datetime]] = field(default_factory=list)
    in_use: int = 0
    credit: int = 0
    """How much of its share it has not had yet."""
    failures: int = 0
    """In a row."""
    rests_until: datetime | None = None
    reason: str = ""

    def may_be_asked(self, now: datetime) -> bool:
        """It is well, and one connection more is allowed."""
        return not self.rests(now) and self.in_use < self.server.connections

    def rests(self, now: datetime) -> bool:
        """It failed again and again, a moment ago."""
        return self.rests_until is not None and now < self.rests_until


class Servers:
    """The servers of SMTP_URL and the connections to them. Safe to share between threads."""

    def __init__(
        self,
        servers: Collection[Server],
        *,
        clock: Callable[[], datetime],
        context: SSLContext | None = None,
        reply_seconds: float,
    ) -> None:
        self._posts = [Post(server) for server in servers]
        self._clock = clock
        self._context = context or _trust(servers)
        self._reply_seconds = reply_seconds
        self._changed = Condition()

    @contextmanager
    def wire(self, tried: set[Server]) -> Iterator[Wire]:
        """A connection to a server that is not in `tried`, which it is added to when it fails.

        Raises TryLater when there is no such server, and lets Ended pass: then the connection is closed already.
        """
        post = self._choose(tried)
        wire, failed = self._reuse(post), True
        fresh = wire is None
        try:
            wire = wire or post.server.connect(self._context, self._reply_seconds)
            yield wire
            failed = False
        except Ended as ended:
            if fresh and not (wire and wire.was_useful):
                tried.add(post.server)
                self._rest(post, str(ended))
            raise
        except TryLater as refusal:
            if wire is None:
                tried.add(post.server)
                self._rest(post, refusal.reason)
            raise
        finally:
            self._give_back(post, wire, kept=not failed)

    def close(self) -> None:
        """Say goodbye on every connection that is not in use."""
        for post in self._posts:
            while post.idle:
                post.idle.pop()[0].leave()

    def _choose(self, tried: Collection[Server]) -> Post:
        """The server whose turn it is (smooth weighted round robin). Waits for a connection to become free."""
        with self._changed:
            while True:
                now = self._clock()
                left = [post for post in self._posts if post.server not in tried]
                free = [post for post in left if post.may_be_asked(now)]
                if free:
                    return self._next(free)
                if all(post.rests(now) for post in left):
                    raise TryLater(self._why_nobody(left), after=self._wait(left, now))
                if not self._changed.wait(self._reply_seconds):
                    raise TryLater("every connection to the mail server is in use")

    def _next(self, free: list[Post]) -> Post:
        for post in free:
            post.credit += post.server.weight
        chosen = max(free, key=lambda post: post.credit)
        chosen.credit -= sum(post.server.weight for post in free)
        chosen.in_use += 1
        return chosen

    def _why_nobody(self, resting: list[Post]) -> str:
        reasons = [post.reason for post in resting or self._posts if post.reason]
        return reasons[0] if reasons else "no mail server can be reached"

    def _wait(self, resting: list[Post], now: datetime) -> float | None:
        ends = [post.rests_until for post in resting or self._posts if post.rests_until and post.rests_until > now]
        return (min(ends) - now).total_seconds() if ends else None

    def _reuse(self, post: Post) -> Wire | None:
        while True:
            with self._changed:
                if not post.idle:
                    return None
                wire, since = post.idle.pop()
            if self._clock() - since < LONGEST_IDLE and wire.is_quiet():
                return wire
            wire.leave()

    def _give_back(self, post: Post, wire: Wire | None, *, kept: bool) -> None:
        if wire is not None and not kept:
            wire.hang_up()
        with self._changed:
            post.in_use -= 1
            if wire is not None and wire.was_useful:
                post.failures, post.rests_until, post.reason = 0, None, ""
            if wire is not None and kept:
                post.idle.append((wire, self._clock()))
            self._changed.notify()

    def _rest(self, post: Post, reason: str) -> None:
        """After a second failure in a row it rests, each time twice as long; one alone may be a hiccup."""
        with self._changed:
            post.failures += 1
            post.reason = reason
            if post.failures > 1:
                rest = min(FIRST_REST * 2 ** min(post.failures - 2, 10), LONGEST_REST)
                post.rests_until = self._clock() + rest


def _trust(servers: Collection[Server]) -> SSLContext:
    """The system's trust in certificates, read only where it is needed: it takes some megabytes."""
    encrypted = any(server.tls or server.starttls is not StartTls.NO for server in servers)
    return create_default_context() if encrypted else SSLContext(PROTOCOL_TLS_CLIENT)
