"""The provider's events a second: kept by the hook, applied in bulk, and applied one by one with the ORM beside it."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import create_engine, insert, select, text

from service.app import create_app
from service.bootstrap import Services, bootstrap
from service.cli.database import upgrade_database
from service.db import SilentDoorbell
from service.delivery.events import apply_post, waiting_posts
from service.delivery.model import Batch, Delivery, Event, Variant, delivery_number, of_number
from service.delivery.reports import read_reports
from service.settings import Settings
from service.subscribers.actions import suppress
from service.tokens import Purpose
from tests.journeys.content import a_newsletter, a_scheduled_issue
from tests.servers import postgresql
from tests.standins.sendgrid_webhook import Envelope, SigningKey, payload

DELIVERIES = 20_000
EVENTS_A_POST = 1000
ROUNDS = 5
POSTS_A_ROUND = 3
SIGNER = SigningKey()
SECRET = "a-secret-that-only-the-benchmark-knows-0123456789"


def events_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """Posts of 1,000 events (processed and delivered, a bounce in a hundred deliveries), interleaved, medians."""
    with postgresql() as server:
        for name in ("sqlite", "postgresql"):
            place = Path(tempfile.mkdtemp(dir=folder))
            services = _services(
                f"sqlite:///{place / 'bench.sqlite3'}" if name == "sqlite" else _database(server), place
            )
            yield from _figures(name, services)
            services.close()


def _figures(name: str, services: Services) -> Iterator[tuple[str, str]]:
    deliveries = _deliveries(services)
    client = create_app(services).test_client()
    kept, bulk, single = [], [], []
    for turn in range(ROUNDS):
        posts = [_post(services, deliveries, f"{turn}-{n}", at=7 * turn + n + 1) for n in range(POSTS_A_ROUND)]
        kept.append(_rate(POSTS_A_ROUND, partial(_keep, client, posts)))
        bulk.append(_rate(POSTS_A_ROUND, partial(_apply, services)))
        body = _post(services, deliveries, f"s{turn}", at=turn)
        single.append(_rate(1, partial(_one_by_one, services, body)))
    yield f"kept on {name}, events/s", f"{statistics.median(kept):,.0f}"
    yield f"applied on {name}, events/s", f"{statistics.median(bulk):,.0f}"
    yield f"one by one with the ORM on {name}, events/s", f"{statistics.median(single):,.0f}"
    yield f"applied / one by one on {name}", f"{statistics.median(bulk) / statistics.median(single):.1f}"


def _rate(posts: int, work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return posts * EVENTS_A_POST / (time.perf_counter() - began)


def _keep(client: FlaskClient, posts: list[bytes]) -> None:
    for body in posts:
        headers = Envelope("", SIGNER).headers(body)
        assert client.post("/hooks/sendgrid/events", data=body, headers=headers).status_code == 204


def _apply(services: Services) -> None:
    with services.database.read() as session:
        waiting = waiting_posts(session)
    for post in waiting:
        with services.database.unit() as uow:
            assert apply_post(uow, post, services.tokens, now=services.clock()) == EVENTS_A_POST


def _one_by_one(services: Services, body: bytes) -> None:
    """What a plain loop does, with one commit for the whole post, which is kind."""
    reports = read_reports(body, services.tokens, services.clock())
    with services.database.unit() as uow:
        for report in reports:
            if uow.session.scalar(select(Event).where(Event.provider_id == report.provider_id)) is not None:
                continue
            uow.session.add(
                Event(
                    provider_id=report.provider_id, kind=report.kind, delivery_id=report.delivery_id,
                    happened_at=report.happened_at, detail=report.detail,
                )
            )  # fmt: skip
            delivery = uow.session.get(Delivery, of_number(report.delivery_id or 0))
            if delivery is not None and delivery.status < report.status:
                delivery.status = report.status
            uow.session.flush()
            if report.suppresses is not None:
                suppress(uow, report.email, report.suppresses, tokens=services.tokens, now=services.clock())


def _post(services: Services, deliveries: list[int], mark: str, *, at: int) -> bytes:
    """Half a thousand deliveries, each processed and then delivered, or bounced."""
    first = at * EVENTS_A_POST // 2
    now = int(services.clock().timestamp())
    events = []
    for number, row in enumerate(deliveries[first : first + EVENTS_A_POST // 2]):
        token = services.tokens.seal(Purpose.DELIVERY, row)
        for kind in ("processed", "delivered" if number % 100 else "bounce"):
            events.append(
                {
                    "email": f"reader{row}@example.test", "timestamp": now, "event": kind, "delivery": token,
                    "sg_event_id": f"{mark}-{row}-{kind}", "sg_message_id": f"{'m' * 60}.{row}",
                    "category": ["issue-1"],
                    "smtp-id": f"<{row}@example.test>", "response": "250 2.0.0 OK", "reason": "550 5.1.1 unknown",
                }
            )  # fmt: skip
    return payload(events)


def _deliveries(services: Services) -> list[int]:
    issue_id = a_scheduled_issue(services, a_newsletter(services))
    now = services.clock()
    with services.database.unit() as uow:
        variant = Variant(issue_id=issue_id, key="default", lang="en", subject="News", text="", html="", created_at=now)
        uow.session.add(variant)
        uow.session.flush()
        batch = Batch(
            issue_id=issue_id,
            variant_id=variant.id,
            reader_key="default",
            first_subscriber=1,
            last_subscriber=DELIVERIES,
        )
        uow.session.add(batch)
        uow.session.flush()
        rows = [
            {"issue_id": issue_id, "subscriber_id": n, "batch_id": batch.id, "status": 0, "reason": ""}
            for n in range(1, DELIVERIES + 1)
        ]
        uow.session.execute(insert(Delivery), rows)
        return [delivery_number(issue_id, n) for n in range(1, DELIVERIES + 1)]


def _services(url: str, folder: Path) -> Services:
    settings = Settings(
        var=folder / "var", database_url=url, public_url="http://localhost", secret_keys=(SECRET,),
        sendgrid_webhook_key=SIGNER.public, log_level="ERROR",
    )  # fmt: skip
    upgrade_database(settings)
    return bootstrap(settings, doorbell=SilentDoorbell())


def _database(server: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bench_events"))
    engine.dispose()
    return engine.url.set(database="bench_events").render_as_string(hide_password=False)
