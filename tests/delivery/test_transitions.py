"""The table of a batch's life: no way back to the start once something may have left."""

from service.delivery.model import BatchStatus as B
from service.delivery.transitions import OPEN, TRANSITIONS


def reachable(start: B, *, without: frozenset[str] = frozenset()) -> set[B]:
    """Every status that can follow `start`."""
    found, edge = {start}, [start]
    while edge:
        here = edge.pop()
        for step, (sources, target) in TRANSITIONS.items():
            if step not in without and here in sources and target not in found:
                found.add(target)
                edge.append(target)
    return found


def test_every_status_is_reachable() -> None:
    """Nothing in the table is dead."""
    assert reachable(B.READY) == set(B)


def test_only_a_person_can_send_an_unknown_batch_again() -> None:
    """No machine makes unknown ready."""
    assert B.READY not in reachable(B.UNKNOWN, without=frozenset({"resend"}))


def test_what_was_handed_over_stays_so() -> None:
    """There is no step out of handed over, rejected or cancelled."""
    for final in set(B) - OPEN:
        assert reachable(final) == {final}


def test_posting_can_only_follow_a_claim() -> None:
    """Nothing leaves without a claim and an intent."""
    assert [sources for sources, target in TRANSITIONS.values() if target is B.POSTING] == [frozenset({B.CLAIMED})]
