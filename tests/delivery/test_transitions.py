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
    """Nothing in the table is dead; a batch begins as ready, or as held behind a canary."""
    assert reachable(B.HELD) == set(B)
    assert reachable(B.READY) == set(B) - {B.HELD}


def test_only_a_person_or_a_certain_refusal_sends_an_unknown_batch_again() -> None:
    """No machine makes unknown ready, unless the transport itself has said that it took nothing."""
    assert B.READY not in reachable(B.UNKNOWN, without=frozenset({"resend", "refused_for_now"}))


def test_what_was_handed_over_stays_so() -> None:
    """There is no step out of rejected, cancelled or called back; and out of handed over only calling back."""
    called = frozenset({"called_back", "doubted"})
    for final in set(B) - OPEN:
        assert reachable(final, without=called) == {final}
    for final in set(B) - OPEN - {B.HANDED_OVER}:
        assert reachable(final) == {final}


def test_a_batch_that_was_called_back_never_leaves_again() -> None:
    """Its readers have another one, so a late answer finds nothing to change."""
    assert B.CALLED_BACK not in OPEN
    assert TRANSITIONS["called_back"][0] == {B.POSTING, B.UNKNOWN, B.HANDED_OVER}


def test_posting_can_only_follow_a_claim() -> None:
    """Nothing leaves without a claim and an intent."""
    assert [sources for sources, target in TRANSITIONS.values() if target is B.POSTING] == [frozenset({B.CLAIMED})]
