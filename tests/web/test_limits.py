"""Counters in Redis that never stand in anybody's way when Redis is gone."""

from datetime import timedelta

import pytest
from redis import Redis
from werkzeug.exceptions import TooManyRequests

from service.web.limits import AWAY, Limit, Limits, network
from tests.cast import ADA
from tests.conftest import Clock
from tests.servers import valkey
from tests.subscribers.readers import TOKENS

TWICE = Limit("knocks", 2, timedelta(minutes=10))


@pytest.fixture
def redis(valkey_socket: str) -> Redis:
    """An empty Redis."""
    redis = Redis(unix_socket_path=valkey_socket, decode_responses=True)
    redis.flushall()
    return redis


@pytest.fixture
def limits(valkey_socket: str, clock: Clock) -> Limits:
    """Counters on it."""
    return Limits(TOKENS, f"unix://{valkey_socket}", clock)


def test_one_too_many_is_told_when_to_come_back(limits: Limits, redis: Redis) -> None:
    """429 with Retry-After in seconds."""
    limits.check(TWICE, "ada")
    limits.check(TWICE, "ada")
    with pytest.raises(TooManyRequests) as refused:
        limits.check(TWICE, "ada")

    assert refused.value.retry_after == 600
    limits.check(TWICE, "ben")


def test_every_process_counts_the_same(limits: Limits, redis: Redis, valkey_socket: str, clock: Clock) -> None:
    """The count is in Redis, for as long as the limit says."""
    other = Limits(TOKENS, f"unix://{valkey_socket}", clock)

    assert [limits.count(TWICE, "ada"), other.count(TWICE, "ada")] == [1, 2]
    assert [0 < int(str(redis.ttl(key))) <= 600 for key in redis.scan_iter()] == [True]


def test_redis_sees_no_address(limits: Limits, redis: Redis) -> None:
    """Neither an e-mail address nor an IP, in a key or a value."""
    limits.count(TWICE, ADA)
    limits.count(TWICE, "192.0.2.7")

    assert not [key for key in redis.scan_iter() if ADA in key or "192" in key]


def test_without_redis_this_process_counts_alone(clock: Clock) -> None:
    """And asks again after a while."""
    with valkey() as socket:
        limits = Limits(TOKENS, f"unix://{socket}", clock)

        assert limits.count(TWICE, "ada") == 1

    assert [limits.count(TWICE, "ada") for _ in range(3)] == [1, 2, 3]


def test_redis_is_asked_again_when_it_may_be_back(redis: Redis, valkey_socket: str, clock: Clock) -> None:
    """Not at every request meanwhile."""
    limits = Limits(TOKENS, "redis://127.0.0.1:1/0", clock)
    limits.count(TWICE, "ada")
    limits._shared = Limits(TOKENS, f"unix://{valkey_socket}", clock)._shared

    assert limits.count(TWICE, "ada") == 2
    clock.at += AWAY
    assert limits.count(TWICE, "ada") == 1


@pytest.mark.parametrize(
    ("ip", "line"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_one_line_is_one_visitor(ip: str, line: str) -> None:
    """A household has a whole /64 of IPv6, so its single addresses say nothing."""
    assert network(ip) == line
