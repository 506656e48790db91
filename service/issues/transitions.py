"""What may follow what in the life of an issue: one table, walked by tests and asked by every action."""

from enum import StrEnum

from service.issues.errors import NotPossibleNow
from service.issues.model import IssueState as S


class Move(StrEnum):
    """What somebody, or the delivery engine, does with an issue."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    HOLD = "hold"
    BEGIN = "begin"
    FINISH = "finish"
    REPORT = "report"
    REACH_REST = "reach_rest"
    PAUSE = "pause"
    STOP = "stop"
    RESUME = "resume"
    REOPEN = "reopen"
    CANCEL = "cancel"
    CORRECT = "correct"


TRANSITIONS: dict[Move, dict[S, S]] = {
    Move.EDIT: {
        S.DRAFT: S.DRAFT,
        S.IN_REVIEW: S.IN_REVIEW,
        S.APPROVED: S.IN_REVIEW,
        S.SCHEDULED: S.IN_REVIEW,
        S.PREFLIGHT: S.IN_REVIEW,
    },
    Move.SUBMIT: {S.DRAFT: S.IN_REVIEW},
    Move.APPROVE: {S.DRAFT: S.APPROVED, S.IN_REVIEW: S.APPROVED},
    Move.SCHEDULE: {S.APPROVED: S.SCHEDULED, S.SCHEDULED: S.SCHEDULED, S.PREFLIGHT: S.SCHEDULED},
    Move.UNSCHEDULE: {S.SCHEDULED: S.APPROVED, S.PREFLIGHT: S.APPROVED},
    Move.HOLD: {S.SCHEDULED: S.PREFLIGHT},
    Move.BEGIN: {S.SCHEDULED: S.SENDING},
    Move.FINISH: {S.SENDING: S.SENT},
    Move.REPORT: {S.SENT: S.REPORTED},
    Move.REACH_REST: {S.SENDING: S.SENDING, S.SENT: S.SENDING},
    Move.PAUSE: {S.SENDING: S.PAUSED},
    Move.STOP: {S.SCHEDULED: S.STOPPED, S.SENDING: S.STOPPED, S.PAUSED: S.STOPPED},
    Move.RESUME: {S.PAUSED: S.SENDING, S.STOPPED: S.SENDING},
    Move.REOPEN: {S.STOPPED: S.IN_REVIEW},
    Move.CANCEL: {
        S.DRAFT: S.CANCELLED,
        S.IN_REVIEW: S.CANCELLED,
        S.APPROVED: S.CANCELLED,
        S.PAUSED: S.CANCELLED,
        S.STOPPED: S.CANCELLED,
    },
    Move.CORRECT: {
        S.SENT: S.CORRECTED,
        S.REPORTED: S.CORRECTED,
        S.STOPPED: S.CORRECTED,
        S.CANCELLED: S.CORRECTED,
        S.CORRECTED: S.CORRECTED,
    },
}
"""move -> (the state it may start from -> the state it leads to). An edit takes approval and schedule away.

`resume` is for an issue that had begun to leave, `reopen` for one that was stopped before that. `correct` is for one
that some readers have; nobody gets it any more after that."""

ENGINE = frozenset({Move.HOLD, Move.BEGIN, Move.FINISH, Move.REPORT, Move.REACH_REST, Move.PAUSE, Move.CORRECT})
"""Moves that only the delivery engine makes; `correct` when the correction begins to leave."""

OPEN = frozenset({S.IDEA, S.DRAFT, S.IN_REVIEW, S.APPROVED, S.SCHEDULED, S.PREFLIGHT})
"""Nothing of it has left the house, and it may still go out."""

GOING = frozenset({S.SENDING, S.PAUSED})
"""Some readers have it, and others are still to get it."""


def possible(state: S, *, started: bool) -> frozenset[Move]:
    """The moves that somebody at the desk may make now; `started` says whether anything has left the house."""
    allowed = {move for move, sources in TRANSITIONS.items() if state in sources}
    return frozenset(allowed - ENGINE - {Move.REOPEN if started else Move.RESUME})


def after(state: S, move: Move) -> S:
    """The state that `move` leads to from `state`. Raises NotPossibleNow."""
    target = TRANSITIONS[move].get(state)
    if target is None:
        raise NotPossibleNow(f"You cannot {move} an issue that is {state.replace('_', ' ')}.")
    return target
