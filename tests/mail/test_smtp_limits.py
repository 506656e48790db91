"""Limits for a domain: places in a line that all workers share."""

import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import redis

from service.mail.smtp import SmtpMailer
from service.mail.smtp_limits import KEY, DomainLimits
from tests.mail.groups import CIRCULAR, a_group
from tests.servers import valkey
from tests.standins.smtp import At, SmtpStandin


@pytest.fixture(scope="module")
def url() -> object:
    """A Valkey of this module."""
    with valkey() as socket:
        yield f"unix://{socket}"


@pytest.fixture(autouse=True)
def _empty(url: str) -> None:
    redis.Redis.from_url(url).flushall()


def gaps(places: list[float]) -> list[float]:
    """Between one place and the next."""
    return [round(after - before, 3) for before, after in pairwise(places)]


def test_people_of_one_domain_follow_each_other_at_its_pace(url: str) -> None:
    """Capital letters do not matter; the others go at once."""
    limits = DomainLimits(url, {"gmail.com": 20})

    places = limits.reserve(["a@gmail.com", "b@example.org", "c@GMAIL.com", "d@gmail.com"])

    assert places == [pytest.approx(0, abs=0.01), 0, pytest.approx(0.05, abs=0.01), pytest.approx(0.1, abs=0.01)]


def test_workers_stand_in_one_line(url: str) -> None:
    """The second group begins where the first ends."""
    first = DomainLimits(url, {"gmail.com": 20}).reserve(["a@gmail.com"] * 10)
    second = DomainLimits(url, {"gmail.com": 20}).reserve(["a@gmail.com"] * 10)

    assert second[0] == pytest.approx(0.5, abs=0.1)
    assert gaps(first) == gaps(second) == [0.05] * 9


def test_star_is_every_other_domain_for_itself(url: str) -> None:
    """Each has a line of its own."""
    places = DomainLimits(url, {"gmail.com": 1000, "*": 10}).reserve(["a@x.org", "b@y.org", "c@x.org", "d@gmail.com"])

    assert places == [pytest.approx(at, abs=0.02) for at in (0, 0, 0.1, 0)]


def test_without_redis_a_worker_takes_a_quarter() -> None:
    """Slow is safe."""
    places = DomainLimits("unix:///nowhere.sock", {"gmail.com": 20}).reserve(["a@gmail.com"] * 3)

    assert gaps(places) == [0.2, 0.2]


def test_group_leaves_at_the_pace_and_nobody_is_left_out(url: str) -> None:
    """Whoever may go first goes first."""
    group = a_group(10)
    began = time.monotonic()
    redis.Redis.from_url(url).set(KEY + "example.test", time.time() + 0.1)

    people = list(DomainLimits(url, {"example.test": 50}).in_turn(group, lambda: datetime.now(UTC)))

    assert [person[0] for person in people] == list(group.deliveries)
    assert time.monotonic() - began > 0.25


def test_no_limits_ask_nobody() -> None:
    """Redis may be away."""
    assert DomainLimits("unix:///nowhere.sock", {}).reserve(["a@gmail.com"]) == [0]


def test_rest_of_a_group_that_no_server_takes_does_not_wait_for_its_turn(url: str) -> None:
    """A domain of one message a second, a hundred readers, and a server that refuses our sender from the second on."""
    limits = DomainLimits(url, {"example.test": 1})
    with SmtpStandin() as smtp:
        mailer = SmtpMailer(smtp.url, clock=lambda: datetime.now(UTC), limits=limits)
        smtp.answer_next("", at=At.SENDER)
        smtp.answer_next("550 5.7.1 who are you", at=At.SENDER)
        began = time.monotonic()

        receipt = mailer.prepare(CIRCULAR).hand_over(a_group(100))
        mailer.close()

    assert set(receipt.deferred) == {f"d{n}" for n in range(1, 100)}
    assert time.monotonic() - began < 60
