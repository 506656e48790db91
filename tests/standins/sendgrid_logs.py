"""The Email Logs API: search by the few documented fields, and one message in full (OpenAPI, tsg_logs_v3).

Custom args cannot be searched for; they are only in a message's detail. What has not left yet is not listed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from operator import ge, gt, le, lt
from typing import Any

from tests.standins.sendgrid_answers import Answer, Json, Request, json_answer, problem, refusal
from tests.standins.sendgrid_events import compose, sg_message_id
from tests.standins.sendgrid_ledger import Acceptance, Recipient
from tests.standins.sendgrid_messages import message_for
from tests.standins.sendgrid_provider import Provider
from tests.standins.sendgrid_schedule import Fate

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {">": gt, "<": lt, ">=": ge, "<=": le}
QUOTED = r"""(?:"([^"]*)"|'([^']*)')"""
EQUALITY = re.compile(rf"(sg_message_id|subject|to_email|reason)\s*=\s*{QUOTED}")
MEMBERSHIP = re.compile(r"(status|categories)\s+IN\s*\(([^)]*)\)")
MOMENT = re.compile(rf"sg_message_id_created_at\s*(>=|<=|>|<)\s*TIMESTAMP\s*{QUOTED}")
Condition = Callable[[Json], bool]


def search(provider: Provider, request: Request) -> Answer:
    """POST /v3/logs: `query` of conditions joined by AND, `limit` 1 to 1000 (default 10)."""
    try:
        asked = json.loads(request.body)
        conditions = [condition(part) for part in re.split(r"\s+AND\s+", asked.get("query", "")) if part]
    except (ValueError, AttributeError) as unreadable:
        return refusal(400, problem(f"invalid query: {unreadable}", "query", documented=False))
    limit = asked.get("limit", 10)
    if not isinstance(limit, int) or not 1 <= limit <= 1000:
        return refusal(400, problem("limit must be between 1 and 1000", "limit", documented=False))
    matching = (row for row in rows(provider) if all(holds(row) for holds in conditions))
    return json_answer(200, {"messages": list(islice(matching, limit))})


def detail(provider: Provider, request: Request) -> Answer:
    """GET /v3/logs/{sg_message_id}: the message with its custom args and events."""
    wanted = request.path.rsplit("/", 1)[-1]
    for acceptance, place, recipient in departed(provider):
        if sg_message_id(acceptance, place) == wanted:
            events = [
                compose(kind, acceptance, place, recipient, provider.now()) for kind in ("processed", "delivered")
            ]
            row = summary(acceptance, place, recipient)
            return json_answer(200, {**row, "custom_args": recipient.custom_args, "events": events})
    return refusal(404)


def rows(provider: Provider) -> Iterator[Json]:
    for acceptance, place, recipient in departed(provider):
        yield summary(acceptance, place, recipient)


def departed(provider: Provider) -> Iterator[tuple[Acceptance, int, Recipient]]:
    """Every copy that has left, newest request first."""
    now = provider.now()
    for acceptance in reversed(provider.ledger.acceptances()):
        for place, recipient in enumerate(acceptance.recipients()):
            if provider.batches.fate(acceptance.batch_id, recipient.release, now) is Fate.SENT:
                yield acceptance, place, recipient


def summary(acceptance: Acceptance, place: int, recipient: Recipient) -> Json:
    message = message_for(acceptance, recipient, Fate.SENT)
    return {
        "sg_message_id": sg_message_id(acceptance, place),
        "sg_message_id_created_at": datetime.fromtimestamp(acceptance.accepted_at, UTC).isoformat(),
        "from_email": acceptance.body["from"]["email"] if acceptance.body else "",
        "to_email": recipient.address,
        "subject": message.subject,
        "status": "delivered",
        "categories": acceptance.categories,
    }


def condition(text: str) -> Condition:
    """One condition of a query. Raises ValueError for a field or operator that is not documented."""
    text = text.strip()
    if found := EQUALITY.fullmatch(text):
        field, value = found[1], found[2] or found[3] or ""
        return lambda row: row.get(field) == value
    if found := MEMBERSHIP.fullmatch(text):
        field, values = found[1], {a or b for a, b in re.findall(QUOTED, found[2])}
        return lambda row: bool(values & {row[field]} if field == "status" else values.intersection(row[field]))
    if found := MOMENT.fullmatch(text):
        compare, moment = COMPARISONS[found[1]], datetime.fromisoformat(found[2] or found[3])
        return lambda row: compare(datetime.fromisoformat(row["sg_message_id_created_at"]), moment)
    raise ValueError(text)
