"""What somebody chooses before an issue leaves: each reader's own clock, and some readers before the others."""

from dataclasses import dataclass
from datetime import datetime

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.errors import NotPossibleNow
from service.issues.locking import issue_to_change
from service.issues.transitions import OPEN

MOST_PERCENT, MOST_MINUTES = 50, 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """The choices. `canary_percent` 0 means that everybody gets it at once."""

    local_time: bool
    canary_percent: int
    canary_minutes: int

    def errors(self) -> dict[str, str]:
        """What is wrong with them, by field."""
        wrong = {}
        if not 0 <= self.canary_percent <= MOST_PERCENT:
            wrong["canary_percent"] = f"Choose a number from 1 to {MOST_PERCENT}."
        if not 1 <= self.canary_minutes <= MOST_MINUTES:
            wrong["canary_minutes"] = f"Choose a number from 1 to {MOST_MINUTES}."
        return wrong


def choose_way_out(uow: UnitOfWork, issue_id: int, choice: WayOut, editor: Editor | None, *, now: datetime) -> None:
    """Keep the choices for an issue that has not begun to leave. Raises NotPossibleNow for one that has."""
    issue = issue_to_change(uow, issue_id)
    if issue.state not in OPEN:
        raise NotPossibleNow(f"Issue {issue.id} is {issue.state}.")
    issue.local_time = choice.local_time
    issue.canary_percent, issue.canary_minutes = choice.canary_percent, choice.canary_minutes
    note(uow, editor, "chose_way_out", f"issue:{issue.id}", now=now)
