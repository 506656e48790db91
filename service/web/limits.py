"""How often one place may knock. Counted in Redis for all processes, and in this process while Redis is away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import cast

import structlog
from flask import Flask, current_app, request
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from werkzeug.exceptions import TooManyRequests

from service.bootstrap import Services
from service.tokens import Purpose, Tokens

REDIS_ANSWERS_WITHIN = 0.25
"""Seconds. A visitor must not wait for a counter."""

AWAY = timedelta(seconds=10)
"""How long we leave Redis alone after it did not answer."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many knocks in a span of time that begins with the first."""

    name: str
    most: int
    within: timedelta


class _Counters(RedisStorage):
    """Limits' own, without the second client library it would load beside the one it uses (2 MB)."""

    STORAGE_SCHEME = ["storywell+redis"]  # noqa: RUF012 - as the library declares it
    DEPENDENCIES = {"redis": RedisStorage.DEPENDENCIES["redis"]}  # noqa: RUF012


class Limits:
    """Counts knocks under keyed hashes: Redis sees neither an address nor an IP. Never fails because of Redis."""

    def __init__(self, tokens: Tokens, redis_url: str, clock: Callable[[], datetime]) -> None:
        self._tokens = tokens
        self._clock = clock
        self._shared = _Counters(
            redis_url.replace("unix://", "redis+unix://", 1),
            wrap_exceptions=True,
            socket_timeout=REDIS_ANSWERS_WITHIN,
            socket_connect_timeout=REDIS_ANSWERS_WITHIN,
        )
        self._own = MemoryStorage()
        self._away_until: datetime | None = None

    def count(self, limit: Limit, who: str = "") -> int:
        """Count one knock of `who` and give how many there were in the span, this one among them."""
        key = f"{limit.name}/{self._tokens.keyed_hash(Purpose.LIMIT, who)}"
        seconds = int(limit.within.total_seconds())
        if self._away_until is None or self._clock() >= self._away_until:
            try:
                return self._incr(self._shared, key, seconds)
            except StorageError:
                log.warning("limits.redis_away")
                self._away_until = self._clock() + AWAY
        return self._incr(self._own, key, seconds)

    def check(self, limit: Limit, who: str) -> None:
        """Count one knock. Raises TooManyRequests (429, with Retry-After) for one too many."""
        if self.count(limit, who) > limit.most:
            raise TooManyRequests(retry_after=int(limit.within.total_seconds()))

    @staticmethod
    def _incr(storage: Storage, key: str, seconds: int) -> int:
        return int(storage.incr(key, seconds))


def register(app: Flask) -> None:
    """Give the app its counters."""
    services = cast("Services", app.extensions["storywell"])
    app.extensions["storywell_limits"] = Limits(services.tokens, services.settings.redis, services.clock)


def limits() -> Limits:
    """The counters of this app."""
    return cast("Limits", current_app.extensions["storywell_limits"])


def visitor() -> str:
    """Where the request comes from: the IP, or for IPv6 the /64 around it, which is what one household is given."""
    return network(request.remote_addr or "")


def network(ip: str) -> str:
    """The part of an IP address that one subscriber line holds; the text itself when it is no address."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)
