"""How fast mail leaves: one bucket in Redis shared by all workers, so that together they keep to SEND_RATE."""

import time
from collections.abc import Callable
from typing import Protocol

import redis

KEY = "storywell:pace"
SHARE_WITHOUT_REDIS = 0.25
"""Nobody can be asked, so a worker takes a quarter of the rate: slow is safe, and four workers still fit."""

_TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local free = tonumber(redis.call('GET', KEYS[1]) or '0')
if free > now + tonumber(ARGV[2]) then return tostring(free - now - tonumber(ARGV[2])) end
if free < now then free = now end
redis.call('SET', KEYS[1], tostring(free + tonumber(ARGV[1])), 'EX', 3600)
return '0'
"""
"""Generic cell rate algorithm (ITU-T I.371): the key holds the instant at which everything taken so far is paid for."""

_GIVE_BACK = """
local free = redis.call('GET', KEYS[1])
if free then redis.call('SET', KEYS[1], tostring(tonumber(free) - tonumber(ARGV[1])), 'EX', 3600) end
return '0'
"""

LONGEST_NAP = 0.25


class Pace(Protocol):
    """Says when the next mailing may leave. `is_limited` is False when it never makes anybody wait."""

    is_limited: bool

    def wait(self, messages: int, stopping: Callable[[], bool]) -> bool:
        """Wait until so many messages may leave, holding nothing; False when the worker is stopping."""

    def give_back(self, messages: int) -> None:
        """Return what was taken and not used."""


class FullPace:
    """No limit: SEND_RATE is 0."""

    is_limited = False

    def wait(self, messages: int, stopping: Callable[[], bool]) -> bool:  # noqa: ARG002
        """Never waits."""
        return not stopping()

    def give_back(self, messages: int) -> None:
        """Nothing was taken."""


class SharedPace:
    """At most `rate` messages a second over all workers together, with bursts of one second."""

    is_limited = True

    def __init__(self, url: str, rate: float) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._rate = rate
        self._take = self._redis.register_script(_TAKE)
        self._return = self._redis.register_script(_GIVE_BACK)

    def wait(self, messages: int, stopping: Callable[[], bool]) -> bool:
        """Take from the bucket; sleep in short naps while it is empty."""
        while not stopping():
            pause = self._ask(messages)
            if pause <= 0:
                return True
            time.sleep(min(pause, LONGEST_NAP))
        return False

    def give_back(self, messages: int) -> None:
        """Put unused messages back into the bucket."""
        if messages > 0:
            try:
                self._return(keys=[KEY], args=[messages / self._rate])
            except redis.RedisError:
                return

    def _ask(self, messages: int) -> float:
        """Seconds to wait before asking again; 0 when the messages were granted."""
        try:
            return float(self._take(keys=[KEY], args=[messages / self._rate, 1.0]))
        except redis.RedisError:
            time.sleep(min(messages / (self._rate * SHARE_WITHOUT_REDIS), 60))
            return 0.0


def make_pace(url: str, rate: float) -> Pace:
    """The pace for SEND_RATE messages a second; 0 means as fast as the wire."""
    return SharedPace(url, rate) if rate else FullPace()
