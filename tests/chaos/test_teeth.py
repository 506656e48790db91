"""The harness can fail: a product that is broken on purpose is found, and the sound one stands the same blows."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.chaos.orders import Fate, Order
from tests.chaos.run import run
from tests.chaos.schedule import DATABASES, Happening, Plan
from tests.chaos.servers import Servers
from tests.chaos.verdict import Verdict

RECIPIENTS = 400
POINTS = ("prove:after", "wire:nothing", "wire:most")
Strike = Callable[..., Verdict]
pytestmark = pytest.mark.journey


@pytest.fixture(params=DATABASES)
def strike(request: pytest.FixtureRequest, ours: Servers) -> Strike:
    """A run in which a worker sleeps at one point, on both databases; `broken` as in points.BREAKS."""

    def strike(point: str, broken: str = "", patience: int = 120, rules: tuple[dict[str, Any], ...] = ()) -> Verdict:
        orders = (Order(point, 2, Fate.STOP),)
        plan = Plan(0, request.param, "sendgrid", RECIPIENTS, orders, (), "as told", rules, "late")
        return run(plan, ours, broken=broken, patience=patience).verdict

    return strike


@pytest.mark.parametrize("point", POINTS)
def test_a_sound_product_stands_a_pause(strike: Strike, point: str) -> None:
    """A worker that sleeps through its lease with a request in hand does no harm."""
    verdict = strike(point)

    assert verdict.good, verdict.wrongs


@pytest.mark.parametrize("point", POINTS)
def test_taking_a_lease_for_a_proof_is_found(strike: Strike, point: str) -> None:
    """Whoever sends again because a lease ran out sends twice: the sleeper wakes up and goes on.

    On a busy machine the sleeper may come too late to do harm, so it gets three chances.
    """
    assert any(strike(point, broken="blind_resend", patience=40).twice for _ in range(3))


def test_a_lost_refusal_is_found(strike: Strike) -> None:
    """Whoever takes a 429 for a yes misses people."""
    storm = {"when": {"next": 3}, "do": "answer", "status": 429}

    assert strike("settle:before", broken="no_for_yes", patience=40, rules=(storm,)).missed


def test_a_missing_record_is_found(strike: Strike) -> None:
    """Whoever does not write down what the transport said never comes to an end."""
    assert not strike("settle:before", broken="no_record", patience=20).finished


def test_a_call_that_was_never_made_is_found(ours: Servers) -> None:
    """Whoever believes that mail was called back, and hands it over again, sends twice."""
    stop = (Happening(0.5, "stopped for a while"),)
    plan = Plan(0, "sqlite", "sendgrid", RECIPIENTS, (), stop, "well", (), "late", "ahead")

    assert run(plan, ours, broken="imagined_call", patience=40).verdict.twice
