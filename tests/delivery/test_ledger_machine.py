"""Any order of claims, replies, deaths, events, decisions and stops: nobody missed, nobody twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus
from service.delivery.standing import BOUNCED, STANDS, Standing
from service.delivery.status import issue_status
from service.delivery.transitions import OPEN
from service.issues.model import Issue, IssueState
from service.subscribers.reading import STANDARD, Reading
from tests.delivery.machine import Machine, run_machine
from tests.delivery.world import BY_NAME, HANDS

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KINDS = ["processed", "deferred", "delivered", "bounce", "dropped", "blocked", "unsubscribe", "spamreport"]
READINGS = [STANDARD, Reading(plain_text=True), Reading(large_text=True, avoid=frozenset({"death"}))]
HEARD = ["lost", "taken", "taken", "bad", "busy", *sorted(BY_NAME)]
WHIMS = (
    ["works"] * 6 + ["works on"] * 4 + ["sweeps"] * 3 + ["decides"] * 2 + ["reports"] * 2
    + ["dies", "loses its proof", "time passes", "is held or goes on", "leaves or comes back"]
    + ["chooses otherwise"] * 2 + ["writes to the rest"]
)  # fmt: skip


class LedgerMachine(Machine):
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
        yes=st.booleans(),
        kind=st.sampled_from(KINDS),
    )
    def something_happens(self, what: str, n: int, who: int, heard: str, yes: bool, kind: str) -> None:
        """One rule with many branches, because hypothesis would leave whole rules out of most runs."""
        happen: dict[str, Callable[[], None]] = {
            "works": lambda: self.works(n, heard, yes),
            "works on": lambda: self.works_on(n, heard, yes, 2 + who % 3),
            "dies": lambda: self.dies(n),
            "loses its proof": lambda: self.loses_its_proof(n),
            "time passes": lambda: self.time_passes((5, 130, 1300)[n]),
            "sweeps": self.sweeps,
            "reports": lambda: self.reports(who, kind, yes),
            "is held or goes on": lambda: self.holds_or_goes_on(("resume", "stop", "pause")[n]),
            "leaves or comes back": lambda: self.leaves_or_comes_back(who, yes),
            "chooses otherwise": lambda: self.chooses_otherwise(who, READINGS[n]),
            "decides": lambda: self.decides(yes),
            "writes to the rest": self.writes_to_the_rest,
        }
        happen[what]()

    @invariant()
    def the_ledger_tells_the_truth(self) -> None:
        """Handed over means the transport took it, finished means everyone is accounted for, the counts add up."""
        with self.database.read() as session:
            state = session.get_one(Issue, self.issue_id).state
            found = session.execute(
                select(Delivery, STANDS[Standing.HANDED_OVER]).join(Batch, Batch.id == Delivery.batch_id)
            )
            rows = [(one.number, one.subscriber_id, one.status, handed_over) for one, handed_over in found]
            batches = dict(session.execute(select(Batch.id, Batch.status)).all())
            counts = issue_status(session, self.issue_id)
        for delivery, _, _, handed_over in rows:
            assert not handed_over or delivery in self.proofs
        self._nothing_went_back({row[0]: row[2] for row in rows}, batches)
        reached = {row[1] for row in rows}
        if state is IssueState.SENT:
            assert not OPEN & set(batches.values())
            assert reached | self.left >= self.audience
        assert counts.recipients == counts.handed_over + counts.unknown + counts.not_sent
        assert len(rows) <= counts.recipients
        assert counts.handed_over == sum(bool(row[3]) or row[2] in BOUNCED for row in rows)
        assert counts.delivered + counts.bounced + counts.complained <= counts.handed_over

    def _nothing_went_back(self, deliveries: dict[int, DeliveryStatus], batches: dict[int, BatchStatus]) -> None:
        assert all(deliveries[key] >= was for key, was in self.raised.items() if key in deliveries)
        assert all(batches[key] is was for key, was in self.settled.items())
        assert all(key in deliveries for key, was in self.raised.items() if was > DeliveryStatus.BATCH)
        self.raised = deliveries
        self.settled = {key: status for key, status in batches.items() if status not in OPEN}


def test_the_ledger_survives_any_order_of_everything(services: Services, started: int, tmp_path: Path) -> None:
    """Forty steps at a time, drawn by hypothesis; after each run everything calms down, and the issue is sent."""
    run_machine(LedgerMachine, services, started, tmp_path)
