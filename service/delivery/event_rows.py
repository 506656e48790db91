"""Many rows in one statement: they travel as one JSON text, and the database takes them apart."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import DateTime, SmallInteger, TypeEngine

from service.delivery.model import Delivery, Event, of_number
from service.delivery.reports import Report

EVENT_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "provider_id": Text(),
    "kind": Text(),
    "delivery_id": BigInteger(),
    "happened_at": DateTime(timezone=True),
    "detail": JSONB(),
}
STATUS_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "issue_id": Integer(),
    "subscriber_id": BigInteger(),
    "status": SmallInteger(),
    "reason": Text(),
}


def keep_new(session: Session, reports: Sequence[Report]) -> list[Report]:
    """Insert the events that are not here yet, by the provider's id, and give just those.

    In the order of their ids, so that two posts with the same events do not wait for each other in a circle.
    """
    listed = _listed(session, EVENT_COLUMNS, [_event(r) for r in sorted(reports, key=lambda r: r.provider_id)])
    rows = select(*listed.c).where(true())  # SQLite reads ON CONFLICT after a bare FROM as the ON of a join
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Event).from_select(list(EVENT_COLUMNS), rows).on_conflict_do_nothing()
    new = set(session.scalars(statement.returning(Event.provider_id)))
    return [report for report in reports if report.provider_id in new]


def raise_statuses(session: Session, reports: Iterable[Report]) -> None:
    """Raise each delivery to the highest of its reports, where that is higher than what it has."""
    telling = (report for report in reports if report.delivery_id is not None and report.status)
    highest = {report.delivery_id or 0: report for report in sorted(telling, key=lambda report: report.status)}
    if not highest:
        return
    listed = _listed(session, STATUS_COLUMNS, [_status(number, report) for number, report in highest.items()])
    # Locked in the order of their key, so that two posts about the same deliveries do not wait in a circle.
    higher = (
        select(listed)
        .join(Delivery, _same(listed))
        .where(Delivery.status < listed.c.status)
        .order_by(Delivery.issue_id, Delivery.subscriber_id)
        .with_for_update(of=Delivery)
        .subquery("higher")
    )
    session.execute(
        update(Delivery)
        .where(_same(higher))
        .values(status=higher.c.status, reason=higher.c.reason)
        .execution_options(synchronize_session=False)
    )


def _same(listed: FromClause) -> ColumnElement[bool]:
    return and_(Delivery.issue_id == listed.c.issue_id, Delivery.subscriber_id == listed.c.subscriber_id)


def _status(number: int, report: Report) -> dict[str, Any]:
    issue_id, subscriber_id = of_number(number)
    return {
        "issue_id": issue_id,
        "subscriber_id": subscriber_id,
        "status": int(report.status),
        "reason": report.detail.get("reason", ""),
    }


def _event(report: Report) -> dict[str, Any]:
    return {
        "provider_id": report.provider_id,
        "kind": report.kind,
        "delivery_id": report.delivery_id,
        "happened_at": _stored(report.happened_at),
        "detail": report.detail,
    }


def _stored(instant: datetime) -> str:
    """As SQLite keeps an instant, and with an offset that only PostgreSQL reads: see `_listed`."""
    return instant.astimezone(UTC).isoformat(" ", "microseconds")


def _listed(session: Session, columns: Mapping[str, TypeEngine[Any]], rows: list[dict[str, Any]]) -> FromClause:
    """`rows` as a table of a statement. The one place where the two databases differ."""
    text = orjson.dumps(rows).decode()
    if session.get_bind().dialect.name != "sqlite":
        table = func.jsonb_to_recordset(cast(literal(text, Text()), JSONB()))
        named = [column(name, kind) for name, kind in columns.items()]
        return table.table_valued(*named).render_derived("listed", with_types=True)
    each = func.json_each(text).table_valued("value")
    values = [
        (func.substr(value, 1, 26) if isinstance(kind, DateTime) else value).label(name)
        for name, kind in columns.items()
        for value in [func.json_extract(each.c.value, f"$.{name}")]
    ]
    return select(*values).subquery("listed")
