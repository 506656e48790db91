"""For whoever runs the service: is it alive, is it ready, how is it doing.

These three are for the inside of the network. /healthz and /readyz say nothing that is worth hiding; /metrics answers
404 to a request that a proxy passed on, so that a scraper beside the service sees it and the public never does.
"""

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from redis import Redis, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.web.access import operator
from service.web.frame import services
from service.web.metrics import measure_requests

METRICS = "storywell_metrics"

REDIS_WAIT = 1
"""Seconds."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@operator
def healthz() -> ResponseReturnValue:
    """The process answers; nothing else is touched."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@operator
def readyz() -> ResponseReturnValue:
    """Whether requests can be served, which needs the database. Without Redis pages still work and mail waits."""
    state = {"database": _database(), "redis": _redis()}
    return jsonify(state), 200 if state["database"] == "ok" else 503


def _database() -> str:
    try:
        with services().database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "away"
    return "ok"


def _redis() -> str:
    try:
        address = services().settings.redis
        with Redis.from_url(address, socket_timeout=REDIS_WAIT, socket_connect_timeout=REDIS_WAIT) as redis:
            redis.ping()
    except RedisError:
        return "away"
    return "ok"


@blueprint.get("/metrics")
@operator
def metrics() -> ResponseReturnValue:
    """The figures in the text format of Prometheus."""
    if {"X-Forwarded-For", "Forwarded"} & set(request.headers.keys()):
        abort(404)
    return Response(generate_latest(current_app.extensions[METRICS]), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def register(app: Flask) -> None:
    """Hang the three addresses on the app and begin to count."""
    app.extensions[METRICS] = measure_requests(app, lambda: app.extensions["storywell"].database)
    app.register_blueprint(blueprint)
