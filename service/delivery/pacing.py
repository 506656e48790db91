"""How fast mail leaves: one bucket and one "not before" in Redis, shared by all workers.

Together they keep to SEND_RATE, and when the provider asks one of them for a pause, all of them pause. Nobody sleeps
here: `take` says how long to wait, and whoever asks puts down what it holds before it does.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import Lock
from typing import Protocol

import redis

BUCKET, HOLD = "storywell:pace", "storywell:pace:hold"
SHARE_WITHOUT_REDIS = 0.25
"""Nobody can be asked, so a worker takes a quarter of the rate: slow is safe, and four workers still fit."""
CATCH_UP_SECONDS = 1.0
"""Time that was lost while everybody was busy may be made good; more than this is gone."""
LONGEST_HOLD_SECONDS = 600.0
"""A provider that names a time far away has a wrong clock; after this it is asked again."""
LOOK_SECONDS = 0.1
"""Without a rate, how often a worker looks whether another was asked to pause."""
LONGEST_NAP_SECONDS = 0.25

_TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local hold = tonumber(redis.call('GET', KEYS[2]) or '0')
if hold > now then return tostring(hold - now) end
local cost = tonumber(ARGV[1])
if cost == 0 then return '0' end
local free = tonumber(redis.call('GET', KEYS[1]) or now)
if free > now then return tostring(free - now) end
if free < now - tonumber(ARGV[2]) then free = now - tonumber(ARGV[2]) end
redis.call('SET', KEYS[1], string.format('%.6f', free + cost), 'EX', math.ceil(cost) + 3600)
return '0'
"""
"""Generic cell rate algorithm (ITU-T I.371): the bucket holds the instant at which everything taken is paid for."""

_GIVE_BACK = """
local free = redis.call('GET', KEYS[1])
if free then redis.call('SET', KEYS[1], string.format('%.6f', tonumber(free) - tonumber(ARGV[1])), 'KEEPTTL') end
return '0'
"""

_HOLD = """
local t = redis.call('TIME')
local until_then = t[1] + t[2] / 1000000 + tonumber(ARGV[1])
if tonumber(redis.call('GET', KEYS[1]) or '0') < until_then then
  redis.call('SET', KEYS[1], string.format('%.6f', until_then), 'EX', math.ceil(tonumber(ARGV[1])) + 1)
end
return '0'
"""


class Pace(Protocol):
    """Says when the next mailing may leave. `is_limited` is False while it makes nobody wait."""

    @property
    def is_limited(self) -> bool: ...

    def take(self, messages: int) -> float:
        """0 when so many messages may leave now, and are taken; else the seconds after which to ask again."""

    def give_back(self, messages: int) -> None:
        """Return what was taken and not used."""

    def wait(self, messages: int, stopping: Callable[[], bool]) -> bool:
        """Take, napping for as long as it needs; False when the worker is stopping. Hold nothing meanwhile."""

    def hold(self, seconds: float) -> None:
        """The provider asked for a pause: nobody takes anything for so long."""


class _Napping(ABC):
    """Waiting, in terms of taking."""

    @abstractmethod
    def take(self, messages: int) -> float:
        """As in Pace."""

    def wait(self, messages: int, stopping: Callable[[], bool]) -> bool:
        """Take, napping for as long as it needs; False when the worker is stopping."""
        while not stopping():
            pause = self.take(messages)
            if pause <= 0:
                return True
            time.sleep(min(pause, LONGEST_NAP_SECONDS))
        return False


class LocalPace(_Napping):
    """The same for the threads of one process; `rate` 0 is as fast as the wire."""

    def __init__(self, rate: float = 0.0) -> None:
        self._rate = rate
        self._busy = Lock()
        self._free = self._held_until = 0.0

    @property
    def is_limited(self) -> bool:
        """There is a rate, or a pause."""
        return bool(self._rate) or self._held_until > time.monotonic()

    def take(self, messages: int) -> float:
        """Seconds to wait, or 0."""
        with self._busy:
            now = time.monotonic()
            if self._held_until > now or not self._rate:
                return max(0.0, self._held_until - now)
            if self._free > now:
                return self._free - now
            self._free = now + messages / self._rate
            return 0.0

    def give_back(self, messages: int) -> None:
        """Put unused messages back."""
        with self._busy:
            self._free -= messages / self._rate if self._rate else 0.0

    def hold(self, seconds: float) -> None:
        """Let nobody in this process take anything for so long."""
        with self._busy:
            self._held_until = max(self._held_until, time.monotonic() + min(seconds, LONGEST_HOLD_SECONDS))


class SharedPace(_Napping):
    """At most `rate` messages a second (0: no limit) over all workers together, and one pause for all of them."""

    def __init__(self, url: str, rate: float) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._rate = rate
        self._scripts = {words: self._redis.register_script(words) for words in (_TAKE, _GIVE_BACK, _HOLD)}
        self._alone = LocalPace(rate * SHARE_WITHOUT_REDIS)
        self._looked = -LOOK_SECONDS

    @property
    def is_limited(self) -> bool:
        """There is a rate, or a pause that we know of."""
        return bool(self._rate) or self._alone.is_limited

    def take(self, messages: int) -> float:
        """Ask the shared bucket; without Redis, a share of one's own."""
        if not self._rate and time.monotonic() - self._looked < LOOK_SECONDS:
            return self._alone.take(messages)
        try:
            pause = float(self._ask(_TAKE, [BUCKET, HOLD], [self._cost(messages), CATCH_UP_SECONDS]))
        except redis.RedisError:
            return self._alone.take(messages)
        if pause > 0:
            self._learn(pause)
        else:
            self._looked = time.monotonic()
        return pause

    def give_back(self, messages: int) -> None:
        """Put unused messages back into the bucket."""
        if messages > 0 and self._rate:
            self._try(_GIVE_BACK, BUCKET, self._cost(messages))

    def hold(self, seconds: float) -> None:
        """Tell everybody; oneself in any case."""
        self._alone.hold(seconds)
        self._try(_HOLD, HOLD, min(seconds, LONGEST_HOLD_SECONDS))

    def _learn(self, pause: float) -> None:
        """Without a rate, only a pause makes anybody wait; then it is known here too."""
        if not self._rate:
            self._alone.hold(pause)

    def _cost(self, messages: int) -> float:
        return messages / self._rate if self._rate else 0.0

    def _try(self, script: str, key: str, argument: float) -> None:
        try:
            self._ask(script, [key], [argument])
        except redis.RedisError:
            return

    def _ask(self, script: str, keys: list[str], arguments: list[float]) -> bytes:
        answer: bytes = self._scripts[script](keys=keys, args=arguments)
        return answer


def make_pace(url: str, rate: float) -> Pace:
    """The pace for SEND_RATE messages a second; 0 means as fast as the wire."""
    return SharedPace(url, rate)
