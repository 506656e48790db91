"""Figures for Prometheus: requests as they are answered, and what the database says when it is asked. No personal data.

Request figures are those of one process: run one process an address and scrape each (docs/running.md).
"""

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from service.db import Database
from service.delivery.model import Batch, BatchStatus
from service.issues.model import Newsletter
from service.mail.model import Notice, NoticeStatus
from service.subscribers.model import Subscription, SubscriptionStatus

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds."""

UNMATCHED = "unmatched"
"""The route of a request that no rule answers: its path is a stranger's words, and there is no end of them."""

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""All others are one label."""


def measure_requests(app: Flask, database: Callable[[], Database]) -> CollectorRegistry:
    """Count and time every request of `app`; the registry to print holds those figures and the database's."""
    registry = CollectorRegistry()
    answered = Counter("storywell_requests", "Requests answered.", ["route", "method", "status"], registry=registry)
    seconds = Histogram(
        "storywell_request_seconds", "Time from request to answer.", ["route"], buckets=BUCKETS, registry=registry
    )
    registry.register(DatabaseFigures(database))

    @app.before_request
    def start_watch() -> None:
        g.started = perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else UNMATCHED
        method = request.method if request.method in METHODS else "other"
        answered.labels(route, method, response.status_code).inc()
        seconds.labels(route).observe(perf_counter() - g.get("started", perf_counter()))
        return response

    return registry


class DatabaseFigures(Collector):
    """Rows counted at the moment somebody asks."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures, or only that the database does not answer."""
        up = GaugeMetricFamily("storywell_database_up", "1 when the database answered this scrape.")
        try:
            figures = self._figures()
        except SQLAlchemyError:
            figures = []
        up.add_metric([], 1 if figures else 0)
        yield up
        yield from figures

    def _figures(self) -> list[GaugeMetricFamily]:
        with self._database().read() as session:
            return [
                _gauge("storywell_notices", "Transactional mails by status.", ["status"], session.execute(_notices())),
                _gauge("storywell_batches", "Batches of issues by status.", ["status"], session.execute(_batches())),
                _gauge(
                    "storywell_subscriptions",
                    "Subscriptions by newsletter and status.",
                    ["newsletter", "status"],
                    session.execute(_subscriptions()),
                ),
            ]


def _notices() -> Select[NoticeStatus, int]:
    return select(Notice.status, func.count()).group_by(Notice.status)


def _batches() -> Select[BatchStatus, int]:
    return select(Batch.status, func.count()).group_by(Batch.status)


def _subscriptions() -> Select[str, SubscriptionStatus, int]:
    return (
        select(Newsletter.slug, Subscription.status, func.count())
        .join(Newsletter, Subscription.newsletter_id == Newsletter.id)
        .group_by(Newsletter.slug, Subscription.status)
    )


def _gauge(name: str, words: str, labels: list[str], rows: Iterable[Iterable[object]]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, words, labels=labels)
    for *values, count in rows:
        gauge.add_metric([str(value) for value in values], float(str(count)))
    return gauge
