"""The endpoints of SendGrid's v3 API that Storywell uses: a table of method, path, scope and function."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.standins import sendgrid_logs
from tests.standins.sendgrid_answers import Answer, Json, Request, json_answer, problem, refusal
from tests.standins.sendgrid_faults import MAIL_SEND
from tests.standins.sendgrid_provider import Provider

MAX_ERASURES = 5000
MAX_ERASURE_BYTES = 256 * 1024
MAX_PAGE = 500
Endpoint = Callable[[Provider, Request], Answer]


class Route(NamedTuple):
    """One row of the table; `*` in `path` stands for one segment, `scope` None for any valid key."""

    method: str
    path: str
    scope: str | None
    endpoint: Endpoint

    def covers(self, path: str) -> bool:
        return re.fullmatch(re.escape(self.path).replace(r"\*", "[^/]+"), path) is not None


def serve(provider: Provider, request: Request) -> Answer:
    """Judge one request as the API does: key, route, scope, rate, rules. Every answer tells the rate (A2)."""
    admitted, rate = provider.rate.admit()
    return (_judged(provider, request) if admitted else refusal(429)).with_headers(rate)


def _judged(provider: Provider, request: Request) -> Answer:
    credentials = request.headers.get("Authorization")
    if not credentials:
        return refusal(401, problem("authorization required"))
    if credentials != f"Bearer {provider.account.api_key}":
        return refusal(401)
    covering = [route for route in ROUTES if route.covers(request.path)]
    if not covering:
        return refusal(404)
    route = next((route for route in covering if route.method == request.method), None)
    if route is None:
        return refusal(405)
    if route.scope and route.scope not in provider.account.scopes:
        return refusal(403)
    return route.endpoint(provider, request)


def send_mail(provider: Provider, request: Request) -> Answer:
    """POST /v3/mail/send."""
    return provider.send(request)


def create_batch(provider: Provider, request: Request) -> Answer:
    """POST /v3/mail/batch."""
    return json_answer(201, {"batch_id": provider.batches.create()})


def check_batch(provider: Provider, request: Request) -> Answer:
    """GET /v3/mail/batch/{batch_id}: 400 for an unknown one (OpenAPI)."""
    batch_id = _last_segment(request)
    if batch_id not in provider.batches:
        return wrong("invalid batch id")
    return json_answer(200, {"batch_id": batch_id})


def change_schedule(provider: Provider, request: Request) -> Answer:
    """POST /v3/user/scheduled_sends: the first cancel or pause of a batch, in time (A1)."""
    asked = _json_object(request)
    batch = provider.batches.get(asked.get("batch_id", ""))
    status, limit = asked.get("status"), provider.account.cancel_limit
    if batch is None:
        return wrong("invalid batch id", "batch_id")
    if status not in ("cancel", "pause"):
        return wrong("status must be pause or cancel", "status")
    if batch.status():
        return wrong("a status change already exists for this batch id, use PATCH", "batch_id")
    if limit is not None and len(provider.batches.standing()) >= limit:
        return wrong("the maximum number of cancellations and pauses is reached")
    if batch.too_late(provider.now()) and provider.account.late_cancel == "refuse":
        return wrong("the scheduled send is less than 10 minutes away", "batch_id")
    provider.batches.change(asked["batch_id"], status, provider.now())
    return json_answer(201, {"batch_id": asked["batch_id"], "status": status})


def list_schedule(provider: Provider, request: Request) -> Answer:
    """GET /v3/user/scheduled_sends: what is paused or cancelled."""
    return json_answer(200, provider.batches.standing())


def show_schedule(provider: Provider, request: Request) -> Answer:
    """GET /v3/user/scheduled_sends/{batch_id}: an array, empty without pause or cancel (OpenAPI)."""
    wanted = _last_segment(request)
    return json_answer(200, [entry for entry in provider.batches.standing() if entry["batch_id"] == wanted])


def rechange_schedule(provider: Provider, request: Request) -> Answer:
    """PATCH /v3/user/scheduled_sends/{batch_id}: the second and later changes (A1)."""
    batch_id, status = _last_segment(request), _json_object(request).get("status")
    batch = provider.batches.get(batch_id)
    if batch is None or not batch.status():
        return refusal(404)
    if status not in ("cancel", "pause"):
        return wrong("status must be pause or cancel", "status")
    provider.batches.change(batch_id, status, provider.now())
    return Answer(204)


def release_schedule(provider: Provider, request: Request) -> Answer:
    """DELETE /v3/user/scheduled_sends/{batch_id}: let it go after all."""
    batch_id = _last_segment(request)
    batch = provider.batches.get(batch_id)
    if batch is None or not batch.status():
        return refusal(404)
    provider.batches.change(batch_id, None, provider.now())
    return Answer(204)


def scopes(provider: Provider, request: Request) -> Answer:
    """GET /v3/scopes: those of the key that asks (A3)."""
    return json_answer(200, {"scopes": sorted(provider.account.scopes)})


def suppressed(provider: Provider, request: Request) -> Answer:
    """GET /v3/suppression/{list}, and /v3/asm/suppressions/global for the unsubscribed (A6)."""
    name = _last_segment(request)
    name = "unsubscribes" if name == "global" else name
    if name not in provider.suppressions.lists:
        return refusal(404)
    numbers = {key: value for key, value in request.query.items() if key != "email"}
    if not all(value.isdigit() for value in numbers.values()) or int(numbers.get("limit", 0)) > MAX_PAGE:
        return wrong("limit must be at most 500 and all numbers whole", "limit")
    return json_answer(200, provider.suppressions.rows(name, dict(request.query)))


def search_logs(provider: Provider, request: Request) -> Answer:
    """POST /v3/logs; 403 without the plan (A3, A6)."""
    return sendgrid_logs.search(provider, request) if provider.account.logs else refusal(403)


def show_log(provider: Provider, request: Request) -> Answer:
    """GET /v3/logs/{sg_message_id}; 403 without the plan."""
    return sendgrid_logs.detail(provider, request) if provider.account.logs else refusal(403)


def erase(provider: Provider, request: Request) -> Answer:
    """POST /v3/recipients/erasejob: at most 5000 addresses and 256 KB (A3)."""
    addresses = _json_object(request).get("email_addresses")
    if not isinstance(addresses, list) or not 1 <= len(addresses) <= MAX_ERASURES:
        return wrong("between 1 and 5000 addresses are required", "email_addresses")
    if len(request.body) > MAX_ERASURE_BYTES:
        return refusal(413, problem("content too large"))
    provider.erased.extend(addresses)
    return json_answer(202, {"job_id": str(uuid.uuid4())})


def wrong(message: str, field: str | None = None) -> Answer:
    """A 400 outside mail/send, where `help` leads nowhere."""
    return refusal(400, problem(message, field, documented=False))


def _last_segment(request: Request) -> str:
    return request.path.rsplit("/", 1)[-1]


def _json_object(request: Request) -> Json:
    """The body, or an empty object when it is none."""
    try:
        document: Any = json.loads(request.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


ROUTES = (
    Route("POST", MAIL_SEND, "mail.send", send_mail),
    Route("POST", "/v3/mail/batch", "mail.batch.create", create_batch),
    Route("GET", "/v3/mail/batch/*", "mail.batch.read", check_batch),
    Route("POST", "/v3/user/scheduled_sends", "user.scheduled_sends.create", change_schedule),
    Route("GET", "/v3/user/scheduled_sends", "user.scheduled_sends.read", list_schedule),
    Route("GET", "/v3/user/scheduled_sends/*", "user.scheduled_sends.read", show_schedule),
    Route("PATCH", "/v3/user/scheduled_sends/*", "user.scheduled_sends.update", rechange_schedule),
    Route("DELETE", "/v3/user/scheduled_sends/*", "user.scheduled_sends.delete", release_schedule),
    Route("GET", "/v3/scopes", None, scopes),
    Route("GET", "/v3/suppression/*", "suppression.read", suppressed),
    Route("GET", "/v3/asm/suppressions/global", "suppression.read", suppressed),
    Route("POST", "/v3/logs", "messages.read", search_logs),
    Route("GET", "/v3/logs/*", "messages.read", show_log),
    Route("POST", "/v3/recipients/erasejob", "recipients.erasejob.create", erase),
)
