"""What the mail provider tells us: verified over the raw bytes, kept, answered; a worker applies it afterwards."""

from flask import Blueprint, Response, abort, request

from service.delivery.events import keep_post
from service.mail.sendgrid_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify
from service.web.access import provider
from service.web.frame import now, services

LARGEST_POST = 8 * 1024 * 1024
"""Bytes. The provider posts at 768 KB; a flood of more than this is refused before it is read."""

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


@hooks.post("/sendgrid/events")
@provider
def sendgrid_events() -> Response:
    """Keep a signed batch of events. 401 for a wrong signature; an old timestamp is fine, retries carry them."""
    request.max_content_length = LARGEST_POST
    body = request.get_data(cache=False)
    signature = request.headers.get(SIGNATURE_HEADER, "")
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    keys = services().settings.sendgrid_webhook_key
    if not keys or not verify(keys, signature, timestamp, body):
        abort(401)
    with services().database.unit() as uow:
        keep_post(uow, body, now=now())
    return Response(status=204)
