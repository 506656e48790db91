"""What the mail provider tells us: verified over the raw bytes, kept, answered; a worker applies it afterwards."""

from datetime import timedelta

from flask import Blueprint, Response, abort, request

from service.delivery.events import keep_post
from service.delivery.replies import count_reply
from service.issues.leaving import counted_if_left
from service.mail.sendgrid_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify
from service.subscribers.actions import unsubscribe
from service.subscribers.model import UnsubscribeRoute
from service.tokens import Purpose
from service.web.access import provider
from service.web.frame import now, services
from service.web.inbound import FIELDS, head_of, tokens_addressed
from service.web.limits import Limit, limits
from service.web.multipart import read_fields

LARGEST_POST = 8 * 1024 * 1024
"""Bytes. The provider posts at 768 KB; a flood of more than this is refused before it is read."""

LARGEST_MAIL = 30 * 1024 * 1024
"""Bytes. No larger mail comes through the provider's Inbound Parse."""

REPLIES = Limit("replies", 600, timedelta(hours=1))
"""From everywhere: this address has no signature, so that whoever finds it out could count replies up."""

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


@hooks.post("/sendgrid/inbound")
@provider
def sendgrid_inbound() -> Response:
    """Take mailto unsubscribes: the token in the address is the key. Of any other mail it is counted which issue it
    answers; then it is forgotten.

    Mails from machines (RFC 3834) count as well: it is a mailbox that presses the button for its reader.
    """
    request.max_content_length = LARGEST_MAIL
    fields = read_fields(request.stream, request.mimetype_params.get("boundary", ""), FIELDS)
    addressed = tokens_addressed(fields)
    subscriptions = services().tokens.open_many(Purpose.SUBSCRIPTION, addressed)
    with services().database.unit() as uow:
        for subscription, token in sorted((row, token) for token, row in subscriptions.items()):
            with counted_if_left(uow, subscription, addressed[token], now=now()):
                unsubscribe(uow, subscription, UnsubscribeRoute.MAILTO, now=now())
        if not subscriptions and limits().count(REPLIES) <= REPLIES.most:
            count_reply(uow, head_of(fields), now=now())
    return Response(status=200)
