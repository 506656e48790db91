"""Twenty-five runs of the crash matrix; `make chaos RUNS=n SEED=s` has as many as you like."""

import pytest

from tests.chaos.__main__ import line, story
from tests.chaos.run import run
from tests.chaos.schedule import plan
from tests.chaos.servers import Servers

RECIPIENTS = 20_000
pytestmark = pytest.mark.journey


@pytest.mark.parametrize("seed", range(1, 26))
def test_nobody_is_missed_and_nobody_has_it_twice(ours: Servers, seed: int) -> None:
    """Whatever befalls the house: missed 0, twice 0, unknown exactly as the provider's log says, finished."""
    result = run(plan(seed, RECIPIENTS), ours)

    assert result.verdict.good, f"{line(result)}\n{story(result)}"
