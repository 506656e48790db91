"""How an issue goes on from here: what the provider still holds, what was called back, and who waits for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.delivery.audience import waiting
from service.delivery.canary import verdict_at
from service.delivery.model import Batch, BatchStatus, Recall, RecallState
from service.delivery.ramp import FULL, share_of_today
from service.issues.model import Issue


@dataclass(frozen=True)
class Outlook:
    """Counts of people, and instants. Everybody who waits or is ahead is counted in IssueStatus too."""

    ahead: int
    """The provider has it for them and holds it until its time; they have not got it yet."""
    next_at: datetime | None
    """When the first of those who wait or are ahead get it, as far as that is known."""
    last_at: datetime | None
    """And the last."""
    called_back: int
    """Copies that the provider throws away for us. What became of their readers since, the other counts say."""
    being_called_back: int
    """Copies that we are asking back, or that wait until the provider has room for more calls."""
    not_called_back: int
    """Copies that could not be called back, or of which that is in doubt."""
    why_not: Sequence[str]
    """What the provider said to that."""
    held: int
    """They wait until the canary has shown that all is well."""
    verdict_at: datetime | None
    """When they go on by themselves, if nothing happens; empty while the first ones are on their way."""
    share_of_today: int | None
    """The most people of this day on the ramp; empty when there is no limit."""
    tomorrow: int
    """They go on a later day, because the share of this one is used up."""
    paused_because: str


def outlook(session: Session, issue_id: int, ramp: Sequence[int], now: datetime) -> Outlook:
    """Look ahead. Raises NoResultFound when there is no issue with this id."""
    issue = session.get_one(Issue, issue_id)
    given = (Batch.provider_batch != "", Batch.status == BatchStatus.HANDED_OVER, Batch.send_at > now)
    coming = select(func.min(Batch.send_at), func.max(Batch.send_at)).where(
        Batch.issue_id == issue_id, Batch.send_at > now, Batch.status.not_in({BatchStatus.CALLED_BACK})
    )
    next_at, last_at = session.execute(coming).one()
    recalls, reasons = _recalls(session, issue_id)
    held = waiting(session, issue, Batch.status == BatchStatus.HELD)
    return Outlook(
        ahead=session.scalar(select(func.sum(Batch.recipients)).where(Batch.issue_id == issue_id, *given)) or 0,
        next_at=next_at,
        last_at=last_at,
        called_back=recalls.get(RecallState.CALLED_BACK, 0),
        being_called_back=recalls.get(RecallState.ASKED, 0),
        not_called_back=recalls.get(RecallState.NOT_POSSIBLE, 0) + recalls.get(RecallState.DOUBTFUL, 0),
        why_not=reasons,
        held=held,
        verdict_at=verdict_at(session, issue, now) if held else None,
        share_of_today=share_of_today(session, ramp, now),
        tomorrow=waiting(session, issue, Batch.not_before > now, Batch.reason.startswith(FULL)),
        paused_because=issue.held_because,
    )


def _recalls(session: Session, issue_id: int) -> tuple[dict[RecallState, int], list[str]]:
    rows = session.execute(
        select(Recall.state, Recall.reason, func.sum(Recall.people))
        .where(Recall.issue_id == issue_id)
        .group_by(Recall.state, Recall.reason)
    ).all()
    counts: dict[RecallState, int] = {}
    for state, _, people in rows:
        counts[state] = counts.get(state, 0) + int(people)
    return counts, sorted({reason for _, reason, _ in rows if reason})
