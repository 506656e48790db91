"""What the provider reports: kept raw, then applied. Order and repeats do not matter: a status is a maximum."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.delivery.model import Delivery, DeliveryStatus, Event, EventPost
from service.subscribers.actions import suppress
from service.subscribers.model import Subscriber, SuppressionReason
from service.tokens import BadToken, Purpose, Tokens

S = DeliveryStatus
STATUS: dict[str, DeliveryStatus] = {
    "deferred": S.DEFERRED,
    "processed": S.PROCESSED,
    "delivered": S.DELIVERED,
    "dropped": S.DROPPED,
    "blocked": S.SOFT_BOUNCED,
    "bounce": S.BOUNCED,
    "unsubscribe": S.UNSUBSCRIBED,
    "group_unsubscribe": S.UNSUBSCRIBED,
    "spamreport": S.COMPLAINED,
}
"""The provider's word -> ours. Words that are not here are kept and counted, and change nothing."""

SUPPRESSES: dict[str, SuppressionReason] = {
    "bounce": SuppressionReason.HARD_BOUNCE,
    "dropped": SuppressionReason.DROPPED,
    "spamreport": SuppressionReason.COMPLAINT,
    "unsubscribe": SuppressionReason.UNSUBSCRIBED_AT_PROVIDER,
    "group_unsubscribe": SuppressionReason.UNSUBSCRIBED_AT_PROVIDER,
}
DROPPED_FOR_THE_ADDRESS = ("bounced address", "spam reporting address", "unsubscribed address", "invalid")
"""Reasons of a drop that speak of the reader; the others (quota, spam content, a broken header) speak of us."""

_KEPT = ("reason", "status", "bounce_classification", "attempt", "type")
_LONGEST_DETAIL = 300


@dataclass(frozen=True)
class Report:
    """One event in our words. Everything but the kind and the provider's id may be missing in the wild."""

    provider_id: str
    kind: str
    delivery_id: int | None
    email: str
    happened_at: datetime
    detail: dict[str, Any]


def keep_post(uow: UnitOfWork, body: bytes, *, now: datetime) -> EventPost:
    """Keep a verified post before it is answered; a worker applies it after the commit."""
    post = EventPost(body=body, received_at=now)
    uow.session.add(post)
    uow.session.flush()
    uow.enqueue("delivery.apply_events", post.id)
    return post


def waiting_posts(session: Session, *, most: int = 200) -> list[int]:
    """Ids of posts that are not applied yet, oldest first."""
    query = select(EventPost.id).where(EventPost.applied_at.is_(None)).order_by(EventPost.id).limit(most)
    return list(session.scalars(query))


def apply_post(uow: UnitOfWork, post_id: int, tokens: Tokens, *, now: datetime) -> int:
    """Apply one post and forget its raw body, which holds addresses; gives how many events were new."""
    post = uow.session.get(EventPost, post_id, with_for_update=True)
    if post is None or post.applied_at is not None:
        return 0
    fresh = 0
    for reports in _parts(read_reports(post.body, tokens, now)):
        for report in _keep_new(uow.session, reports):
            _raise_status(uow.session, report)
            _suppress_reported(uow, report, tokens, now)
            fresh += 1
    uow.session.execute(delete(EventPost).where(EventPost.id == post_id))
    return fresh


def read_reports(body: bytes, tokens: Tokens, now: datetime) -> list[Report]:
    """The events of a post, once each; what is not an event with an id is passed over."""
    try:
        rows = json.loads(body)
    except ValueError:
        return []
    reports = [_report(row, tokens, now) for row in rows if _is_event(row)] if isinstance(rows, list) else []
    return list({report.provider_id: report for report in reports}.values())


def _parts(reports: Sequence[Report]) -> Iterable[Sequence[Report]]:
    """At most 1,000 at a time: a statement may hold 32,766 values in SQLite."""
    return (reports[start : start + 1000] for start in range(0, len(reports), 1000))


def _is_event(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("event"), str) and bool(row.get("sg_event_id"))


def _report(row: dict[str, Any], tokens: Tokens, now: datetime) -> Report:
    kind = row["event"]
    if kind == "bounce" and row.get("type") == "blocked":
        kind = "blocked"
    return Report(
        provider_id=str(row["sg_event_id"]),
        kind=kind[:64],
        delivery_id=_delivery(row.get("delivery"), tokens),
        email=str(row.get("email") or ""),
        happened_at=_instant(row.get("timestamp"), now),
        detail={key: str(row[key])[:_LONGEST_DETAIL] for key in _KEPT if row.get(key) is not None},
    )


def _delivery(token: object, tokens: Tokens) -> int | None:
    try:
        return tokens.open(Purpose.DELIVERY, token) if isinstance(token, str) else None
    except BadToken:
        return None


def _instant(value: object, now: datetime) -> datetime:
    try:
        return min(datetime.fromtimestamp(int(value), UTC), now)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError, OSError):
        return now


def _keep_new(session: Session, reports: Sequence[Report]) -> list[Report]:
    """Insert the events that are not here yet, by the provider's id, and give just those."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = [
        {
            "provider_id": r.provider_id, "kind": r.kind, "delivery_id": r.delivery_id,
            "happened_at": r.happened_at, "detail": {k: _without_address(v, r.email) for k, v in r.detail.items()},
        }
        for r in reports
    ]  # fmt: skip
    inserted = session.scalars(
        dialect.insert(Event)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["provider_id"])
        .returning(Event.provider_id)
    )
    new = set(inserted)
    return [report for report in reports if report.provider_id in new]


def _without_address(words: str, email: str) -> str:
    return words.replace(email, "<address>") if email else words


def _raise_status(session: Session, report: Report) -> None:
    status = STATUS.get(report.kind)
    if status is None or report.delivery_id is None:
        return
    session.execute(
        update(Delivery)
        .where(Delivery.id == report.delivery_id, Delivery.status < status)
        .values(status=status, reason=_without_address(report.detail.get("reason", ""), report.email))
        .execution_options(synchronize_session=False)
    )


def _suppress_reported(uow: UnitOfWork, report: Report, tokens: Tokens, now: datetime) -> None:
    reason = SUPPRESSES.get(report.kind)
    if reason is None or (report.kind == "dropped" and not _names_the_address(report)):
        return
    for email in _addresses(uow.session, report):
        suppress(uow, email, reason, tokens=tokens, now=now)


def _names_the_address(report: Report) -> bool:
    return str(report.detail.get("reason", "")).lower().startswith(DROPPED_FOR_THE_ADDRESS)


def _addresses(session: Session, report: Report) -> Iterable[str]:
    """The address as we hold it, by the delivery; or as the provider wrote it, when it lost our id."""
    if report.delivery_id is not None:
        query = select(Subscriber.email).join(Delivery, Delivery.subscriber_id == Subscriber.id)
        ours = session.scalar(query.where(Delivery.id == report.delivery_id))
        if ours:
            return [ours]
    return [report.email] if "@" in report.email else []
