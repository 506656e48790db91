"""The ledger as one look at it shows, and whether anything is still to come of it."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.delivery.model import Batch, BatchStatus, EventPost
from service.issues.model import Issue, IssueState

IN_WORK = (BatchStatus.HELD, BatchStatus.READY, BatchStatus.CLAIMED, BatchStatus.POSTING)


@dataclass(frozen=True)
class Look:
    """The ledger at one moment."""

    state: IssueState
    batches: Counter[BatchStatus]
    posts: int
    """Posts of events that are kept and not applied."""
    calls: bool
    """Something should not leave that the provider holds."""
    ahead: bool
    """The provider holds it until its time, so nothing may stay in doubt."""

    @property
    def share(self) -> float:
        """How many of the batches have been taken up."""
        waiting = self.batches[BatchStatus.READY] + self.batches[BatchStatus.HELD]
        return 1 - waiting / self.batches.total() if self.batches else 0.0

    @property
    def settled(self) -> object:
        """What does not come back while nothing gets on: refusals for now and new attempts leave it as it is."""
        return [self.batches[status] for status in BatchStatus if status not in IN_WORK], self._open

    @property
    def _open(self) -> int:
        return sum(self.batches[status] for status in IN_WORK)

    @property
    def is_in_work(self) -> bool:
        """Something is still to be handed over."""
        return self._open > 0

    @property
    def is_quiet(self) -> bool:
        """Nothing is in work, and nothing waits to be."""
        if not self.batches or self._open or self.posts or self.calls:
            return False
        if self.ahead:
            return self.state is IssueState.SENDING and not self.batches[BatchStatus.UNKNOWN]
        return self.state is IssueState.SENT or (
            self.state is IssueState.SENDING and self.batches[BatchStatus.UNKNOWN] > 0
        )

    @classmethod
    def at(cls, session: Session, issue_id: int, *, calls: bool, ahead: bool) -> "Look":
        """Look now."""
        counts = select(Batch.status, func.count()).where(Batch.issue_id == issue_id).group_by(Batch.status)
        return cls(
            state=session.scalars(select(Issue.state).where(Issue.id == issue_id)).one(),
            batches=Counter({row[0]: row[1] for row in session.execute(counts)}),
            posts=session.scalar(select(func.count(EventPost.id))) or 0,
            calls=calls,
            ahead=ahead,
        )
