"""The pulse of the service: a mark in Redis that timer, queue and worker leave together with every sweep."""

import redis

KEY = "storywell:last_sweep"
KEPT_SECONDS = 3600
WAIT_SECONDS = 2


def leave_pulse(url: str, seconds: float) -> None:
    """Note that a sweep was done at `seconds` since 1970. A queue that is away just now does not matter."""
    try:
        _server(url).set(KEY, seconds, ex=KEPT_SECONDS)
    except redis.RedisError:
        return


def last_pulse(url: str) -> float | None:
    """When the last sweep was done, in seconds since 1970; None when none is known. Raises redis.RedisError."""
    mark = _server(url).get(KEY)
    return None if mark is None else float(str(mark))


def _server(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=WAIT_SECONDS, socket_connect_timeout=WAIT_SECONDS, decode_responses=True
    )
