"""Ahead of time, in any order: lost answers, copies that arrive late, calls, stops: nobody missed, nobody twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.model import Batch, BatchStatus, Delivery
from service.delivery.standing import STANDS, Standing
from service.delivery.status import issue_status
from service.delivery.transitions import OPEN
from service.issues.model import Issue, IssueState
from tests.delivery.machine import Machine, run_machine
from tests.delivery.world import HANDS
from tests.delivery.world_ahead import AheadWorld

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KINDS = ["processed", "delivered", "bounce", "spamreport"]
HEARD = ["lost", "lost", "taken", "taken", "bad", "busy", "refused by name"]
MOODS = ["well", "well", "away", "reply lost", "full", "slow", "refuses"]
WHIMS = (
    ["works"] * 6 + ["works on"] * 5 + ["calls back"] * 4 + ["sweeps"] * 2 + ["is held or goes on"] * 3
    + ["dies", "loses its proof", "time passes", "reports", "decides", "leaves or comes back"]
)  # fmt: skip


class AheadMachine(AheadWorld, Machine):
    """The world, with everybody's whims."""

    def check_invariants_here(self) -> None:
        """The ledger tells the truth to the end."""
        super().check_invariants_here()
        self.the_ledger_tells_the_truth()

    @rule(
        what=st.sampled_from(WHIMS),
        n=st.integers(0, HANDS - 1),
        who=st.integers(0, 7),
        heard=st.sampled_from(HEARD),
        mood=st.sampled_from(MOODS),
        yes=st.booleans(),
        kind=st.sampled_from(KINDS),
    )
    def something_happens(self, what: str, n: int, who: int, heard: str, mood: str, yes: bool, kind: str) -> None:
        """One rule with many branches, because hypothesis would leave whole rules out of most runs."""
        happen: dict[str, Callable[[], None]] = {
            "works": lambda: self.works(n, heard, yes),
            "works on": lambda: self.works_on(n, heard, yes, 2 + who % 3),
            "calls back": lambda: self.calls_back(mood),
            "sweeps": self.sweeps,
            "is held or goes on": lambda: self.holds_or_goes_on(("resume", "stop", "stop")[n]),
            "dies": lambda: self.dies(n),
            "loses its proof": lambda: self.loses_its_proof(n),
            "time passes": lambda: self.time_passes((130, 600, 1300)[n]),
            "reports": lambda: self.reports(who, kind, yes),
            "decides": lambda: self.decides(yes),
            "leaves or comes back": lambda: self.leaves_or_comes_back(who, yes),
        }
        happen[what]()

    @invariant()
    def the_ledger_tells_the_truth(self) -> None:
        """Handed over means that a copy goes out, finished means everyone is accounted for, nothing goes back."""
        doubt = self.in_doubt()
        with self.database.read() as session:
            state = session.get_one(Issue, self.issue_id).state
            found = session.execute(
                select(Delivery, STANDS[Standing.HANDED_OVER]).join(Batch, Batch.id == Delivery.batch_id)
            ).all()  # fmt: skip
            batches: dict[int, BatchStatus] = dict(session.execute(select(Batch.id, Batch.status)).all())
            counts = issue_status(session, self.issue_id)
        for one, handed_over in found:
            assert not handed_over or one.batch_id in doubt or one.number in self.proofs
        settled = self.forgives(self.settled, batches)
        assert all(batches[key] is was for key, was in settled.items())
        self.settled = {key: status for key, status in batches.items() if status not in OPEN}
        assert counts.recipients == counts.handed_over + counts.unknown + counts.not_sent
        if state is IssueState.SENT:
            assert not OPEN & set(batches.values())
            assert {one.subscriber_id for one, _ in found} | self.left >= self.audience


def test_ahead_of_time_survives_any_order_of_everything(services: Services, started: int, tmp_path: Path) -> None:
    """Forty steps at a time, drawn by hypothesis; after each run everything calms down, and the issue is sent."""
    run_machine(AheadMachine, services, started, tmp_path, phases=(Phase.generate,))
