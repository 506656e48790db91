"""The steps before a hand-over: claim, and intend (docs/adr/0003). What comes after it is in `records`.

Both take several batches in one transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import NamedTuple, cast

from sqlalchemy import (
    Executable,
    Table,
    and_,
    bindparam,
    func,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from service.delivery.addressing import Person, Readers, write_deliveries
from service.delivery.audience import Copy, shown_in, told_before
from service.delivery.content import still_allowed
from service.delivery.correcting import Wrong, wrong_of
from service.delivery.crowds import Crowd
from service.delivery.errors import ContentChanged, LostBatch
from service.delivery.model import MOST_ATTEMPTS, Batch, BatchStatus, Variant
from service.delivery.transitions import TRANSITIONS
from service.issues.model import Issue, IssueState

LEASE = timedelta(minutes=2)
NONE: Mapping[int, str] = MappingProxyType({})


class Hold(NamedTuple):
    """A batch that a worker has claimed."""

    id: int
    issue_id: int
    variant_id: int
    reader_key: str
    first_subscriber: int
    last_subscriber: int
    attempt: int
    """How often it was posted so far."""
    send_at: datetime | None
    zones: list[str]

    def is_ahead(self, now: datetime) -> bool:
        """Whether its time is yet to come, so that the provider is to hold it until then."""
        return self.send_at is not None and self.send_at > now


_BATCHES = cast(Table, Batch.__table__)
"""The table itself: a statement for the class costs the session a third of a millisecond."""
_HELD = [getattr(Batch, name) for name in Hold._fields]


def last_time(session: Session, issue_id: int) -> datetime | None:
    """When the last readers of an issue are to get it; None when nothing of it waits for a time."""
    return session.scalar(select(func.max(Batch.send_at)).where(Batch.issue_id == issue_id))


def claim(
    session: Session, issue_id: int, worker: str, *, most: int = 1, ahead: bool = False, now: datetime
) -> list[Hold]:
    """Lease the next ready batches of an issue that is being sent; none when there is none for now.

    With `ahead` also such as are for the provider to hold until their time.
    """
    parameters = {"issue": issue_id, "most": most, "now": now, "me": worker, "until": now + LEASE}
    session.flush()  # the statements below go past the session, and must see what it has changed
    claimed = session.connection().execute(_claim(ahead), parameters)
    return sorted((Hold(*row) for row in claimed), key=lambda hold: hold.id)


@cache
def _claim(ahead: bool) -> Executable:
    now = bindparam("now", type_=Batch.not_before.type)
    its_time_has_come = true() if ahead else (Batch.send_at.is_(None)) | (Batch.send_at <= now)
    ready = (
        select(Batch.id)
        .join(Issue, and_(Issue.id == Batch.issue_id, Issue.state == IssueState.SENDING))
        .where(Batch.issue_id == bindparam("issue"), Batch.status == BatchStatus.READY, Batch.attempt < MOST_ATTEMPTS)
        .where((Batch.not_before.is_(None)) | (Batch.not_before <= now), its_time_has_come)
        .order_by(Batch.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=Batch)
        .cte("ready")
        .prefix_with("MATERIALIZED")  # a plan that ran it twice would lock, and leave, a second helping
    )
    return (
        update(_BATCHES)
        .where(Batch.id.in_(select(ready.c.id)), Batch.status == BatchStatus.READY)
        .values(status=BatchStatus.CLAIMED, worker=bindparam("me"), lease_until=bindparam("until"))
        .returning(*_HELD)
    )


def release(session: Session, holds: Collection[Hold], worker: str) -> None:
    """Put claimed batches back, untouched."""
    for hold in holds:
        step(session, "release", hold.id, worker, worker="", lease_until=None)


def intend(
    session: Session,
    holds: Sequence[Hold],
    worker: str,
    *,
    provider_batches: Mapping[int, str] = NONE,
    untouched: bool = False,
    now: datetime,
) -> list[list[Person]]:
    """Write down what is about to happen, durable before the first byte: the deliveries, and each batch as `posting`.

    `holds` are batches of one issue; `provider_batches` has the ids under which some of them are given ahead of time.
    Fenced by status, worker and the state of the issue. Gives for each of them every reader who may be written to at
    this moment and has no delivery yet. `untouched` says that nobody in them has one, which is the rule and costs
    half as much; it is an IntegrityError when somebody has. Raises LostBatch when a batch is no longer this
    worker's or the issue was stopped, ContentChanged when a story in one was taken back; both before a row is written.
    """
    issue_id = holds[0].issue_id
    state, newsletter_id, corrects = session.connection().execute(_state(), {"issue": issue_id}).one()
    if state is not IssueState.SENDING:
        raise LostBatch(f"issue {issue_id} is {state}")
    copies = _check_content(session, {hold.variant_id for hold in holds}, now)
    tellings = told_before(session, issue_id, copies.values())
    wrong = wrong_of(session, issue_id) if corrects is not None else None
    found = []
    for hold in holds:
        kind = Readers.of(copies[hold.variant_id], tellings, zoned=bool(hold.zones), correcting=wrong is not None)
        whom = _parameters(hold, newsletter_id, wrong)
        people = write_deliveries(session, kind, whom, untouched=untouched)
        given_as = provider_batches.get(hold.id, "")
        values = {"attempt": hold.attempt + 1, "recipients": len(people), "provider_batch": given_as}
        step(session, "intend", hold.id, worker, posted_at=now, lease_until=now + LEASE, **values)
        found.append(people)
    return found


def step(session: Session, name: str, batch_id: int, worker_now: str, /, **values: object) -> None:
    """Take one step of TRANSITIONS, fenced by status and worker: exactly one row changes, or LostBatch is raised."""
    parameters = {"this": batch_id, "holder": worker_now, **{f"new_{key}": value for key, value in values.items()}}
    changed = session.connection().execute(_step(name, tuple(values)), parameters)
    if changed.rowcount != 1:
        raise LostBatch(f"batch {batch_id} cannot {name}")


@cache
def _step(name: str, columns: tuple[str, ...]) -> Executable:
    sources, target = TRANSITIONS[name]
    values = {key: bindparam(f"new_{key}", type_=getattr(Batch, key).type) for key in columns}
    mine = (Batch.id == bindparam("this"), Batch.status.in_(sources), Batch.worker == bindparam("holder"))
    return update(_BATCHES).where(*mine).values(status=target, **values)


@cache
def _state() -> Executable:
    return (
        select(Issue.state, Issue.newsletter_id, Issue.corrects_id)
        .where(Issue.id == bindparam("issue"))
        .with_for_update(read=True)
    )


@cache
def _variants() -> Executable:
    return select(Variant.id, Variant.key, Variant.stories, Variant.crowds).where(
        Variant.id.in_(bindparam("used", expanding=True))
    )


def _check_content(session: Session, used: Collection[int], now: datetime) -> dict[int, Copy]:
    """The copies in use, by variant; ContentChanged when one of them shows what may not be shown any more."""
    rows = session.connection().execute(_variants(), {"used": sorted(used)}).all()
    shown = {tuple((story["id"], story["hash"]) for story in stories) for _, _, stories, _ in rows}
    if not all(still_allowed(session, stories, now) for stories in shown):
        raise ContentChanged
    stories_of = shown_in(session, used) if any(shown) else {}
    return {row: Copy(key, row, tuple(map(Crowd.of, crowds)), stories_of.get(row, ())) for row, key, _, crowds in rows}


def _parameters(hold: Hold, newsletter_id: int, wrong: Wrong | None) -> dict[str, object]:
    """The readers of a batch; of a correction, those alone who have the `wrong` copy."""
    return {
        "issue": hold.issue_id, "newsletter": newsletter_id, "batch": hold.id,
        "first": hold.first_subscriber, "last": hold.last_subscriber, **({"zones": hold.zones} if hold.zones else {}),
        **({"corrected": wrong.issues, "copies": wrong.copies} if wrong is not None else {}),
    }  # fmt: skip
