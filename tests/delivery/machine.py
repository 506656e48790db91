"""What the hypothesis machines over the world have in common: how a run begins, what always holds, how it ends."""

import shutil
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, run_state_machine_as_test

from service.bootstrap import Services
from tests.delivery.world import World

EXAMPLES, STEPS = 30, 40


class Machine(World, RuleBasedStateMachine):
    """A world that begins afresh with every run and calms down at its end."""

    @initialize()
    def starts(self) -> None:
        """A fresh world."""
        self.begin()

    def teardown(self) -> None:
        """In the end everything calms down, and nothing is broken."""
        try:
            self.calms_down()
            self.check_invariants_here()
        finally:
            self.end()

    def check_invariants_here(self) -> None:
        """What must still hold at the very end."""
        self.nobody_twice()

    @invariant()
    def nobody_twice(self) -> None:
        """At most one copy goes out to a reader, and one more for each time that a person asked."""
        for subscriber, times in self.taken.items():
            assert times <= 1 + self.asked[subscriber], f"subscriber {subscriber} has it {times} times"


def run_machine(
    machine: type[Machine], services: Services, issue_id: int, folder: Path, *, phases: tuple[Phase, ...] = tuple(Phase)
) -> None:
    """Forty steps at a time, drawn by hypothesis, each run on a copy of the database as it is now (SQLite)."""
    services.database.close()  # the last connection brings the log of SQLite into the file
    template = folder / "machine" / "template.sqlite3"
    template.parent.mkdir()
    shutil.copy(str(services.database.engine.url.database), template)
    here: dict[str, Any] = {"services": services, "template": template, "issue_id": issue_id}
    run_state_machine_as_test(
        type("Here", (machine,), here),
        settings=settings(
            phases=phases, max_examples=EXAMPLES, stateful_step_count=STEPS, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
