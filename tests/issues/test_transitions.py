"""The life of an issue, as one table."""

import pytest

from service.issues.errors import NotPossibleNow
from service.issues.model import IssueState
from service.issues.transitions import GOING, OPEN, TRANSITIONS, Move, after


def test_every_move_stands_in_the_table() -> None:
    """Nothing can be done that the table does not know."""
    assert set(TRANSITIONS) == set(Move)


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", IssueState)
def test_a_move_leads_where_the_table_says_and_is_refused_elsewhere(state: IssueState, move: Move) -> None:
    """The whole square, each refusal beside each permission."""
    if state in TRANSITIONS[move]:
        assert after(state, move) is TRANSITIONS[move][state]
    else:
        with pytest.raises(NotPossibleNow, match=move.value):
            after(state, move)


@pytest.mark.parametrize("state", sorted(IssueState))
def test_only_what_was_scheduled_can_begin_to_leave(state: IssueState) -> None:
    """And only what was approved can be scheduled."""
    assert (state in TRANSITIONS[Move.BEGIN]) == (state is IssueState.SCHEDULED)
    approved = {IssueState.APPROVED, IssueState.SCHEDULED, IssueState.PREFLIGHT}
    assert TRANSITIONS[Move.SCHEDULE].get(state) in {None, IssueState.SCHEDULED}
    assert (state in TRANSITIONS[Move.SCHEDULE]) <= (state in approved)


def test_an_edit_takes_an_approval_away() -> None:
    """What was approved is not what would be sent."""
    assert after(IssueState.APPROVED, Move.EDIT) is IssueState.IN_REVIEW
    assert after(IssueState.SCHEDULED, Move.EDIT) is IssueState.IN_REVIEW


def test_nothing_can_be_edited_once_it_leaves() -> None:
    """A mail cannot be called back."""
    assert not set(TRANSITIONS[Move.EDIT]) & (GOING | {IssueState.SENT, IssueState.STOPPED, IssueState.CANCELLED})
    assert not OPEN & GOING
