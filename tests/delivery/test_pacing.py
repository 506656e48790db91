"""Pacing on a real Valkey: the rate over several workers, one pause for all, and alone without Redis."""

import time
from collections.abc import Iterator
from threading import Thread

import pytest
import redis

from service.delivery.pacing import BUCKET, HOLD, SHARE_WITHOUT_REDIS, LocalPace, SharedPace, make_pace

NOBODY = "unix:///nonexistent/valkey.sock"


@pytest.fixture
def url(valkey_socket: str) -> Iterator[str]:
    """An empty bucket."""
    url = f"unix://{valkey_socket}"
    with redis.Redis.from_url(url) as server:
        server.delete(BUCKET, HOLD)
    yield url
    with redis.Redis.from_url(url) as server:
        server.delete(BUCKET, HOLD)


def sent_by(paces: list[SharedPace], messages: int, each: int) -> float:
    """Seconds until a thread for each pace, all together, took so many messages, the last one paid for."""
    left = list(range(messages // each))

    def work(pace: SharedPace) -> None:
        while left:
            left.pop()
            pace.wait(each, lambda: False)

    threads = [Thread(target=work, args=[pace]) for pace in paces]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paces[0].wait(each, lambda: False)
    return time.monotonic() - began


def test_three_workers_keep_to_the_rate_within_two_per_cent(url: str) -> None:
    """400 messages at 200 a second take two seconds and no less; a machine that is busy may take longer to wake up."""
    seconds = sent_by([SharedPace(url, 200) for _ in range(3)], 400, 4)

    assert 200 * 0.5 < 400 / seconds < 200 * 1.02


def test_what_was_not_used_is_there_for_others(url: str) -> None:
    """A batch of 1,000 that held three people costs three."""
    pace, other = SharedPace(url, 1000), SharedPace(url, 1000)
    assert pace.take(1000) == 0
    assert other.take(1000) > 0.5
    pace.give_back(997)

    assert other.take(1000) < 0.01


def test_a_pause_of_one_is_a_pause_of_all(url: str) -> None:
    """429 with a time to wait: nobody asks the provider meanwhile, whatever the rate."""
    slow, fast = SharedPace(url, 1000), SharedPace(url, 0)
    slow.hold(30)

    assert 29 < fast.take(1000) <= 30
    assert 29 < slow.take(1) <= 30


def test_a_longer_pause_wins(url: str) -> None:
    """A short one that is asked for later does not end it."""
    pace = SharedPace(url, 0)
    pace.hold(30)
    pace.hold(1)

    assert pace.take(1) > 29


def test_a_pause_ends(url: str) -> None:
    """And everything goes on by itself."""
    pace = make_pace(url, 0)
    pace.hold(0.05)

    assert pace.wait(1, lambda: False)


def test_a_time_far_away_is_not_believed(url: str) -> None:
    """A provider with a wrong clock stops nobody for a year."""
    pace = SharedPace(url, 0)
    pace.hold(31e6)

    assert pace.take(1) <= 600


def test_without_redis_everybody_takes_a_quarter() -> None:
    """Slow is safe."""
    pace = SharedPace(NOBODY, 100)
    assert pace.take(50) == 0

    assert pace.take(50) == pytest.approx(50 / (100 * SHARE_WITHOUT_REDIS), abs=0.1)


def test_without_redis_a_pause_still_holds_oneself() -> None:
    """The one who was asked pauses at least."""
    pace = SharedPace(NOBODY, 0)
    pace.hold(30)

    assert pace.take(1) > 29


def test_who_is_stopping_does_not_wait(url: str) -> None:
    """The red button and a shutdown are heard within a nap."""
    pace = LocalPace()
    pace.hold(30)

    assert not pace.wait(1, lambda: True)
