"""What operators ask: alive, ready, how many."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.bootstrap import Services
from service.db import Database, SilentDoorbell
from service.mail.model import Notice, NoticeStatus
from tests.cast import ADA, NOW
from tests.subscribers.readers import a_newsletter, ada, ben


def nowhere(services: Services) -> Services:
    """The same services over a database that does not answer."""
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1", SilentDoorbell())
    return replace(services, database=database)


def without_redis(services: Services) -> Services:
    """The same services over a Redis that does not answer."""
    return replace(services, settings=replace(services.settings, redis_url="redis://127.0.0.1:1"))


def test_a_living_process_says_ok(services: Services) -> None:
    """Whether or not anything else answers: a restart would not mend a database."""
    answer = create_app(nowhere(without_redis(services))).test_client().get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_ready_when_both_answer(client: FlaskClient) -> None:
    """Each is named."""
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (200, {"database": "ok", "redis": "ok"})


def test_not_ready_without_the_database(services: Services) -> None:
    """No request can be served."""
    answer = create_app(nowhere(services)).test_client().get("/readyz")

    assert (answer.status_code, answer.json) == (503, {"database": "away", "redis": "ok"})


def test_ready_without_redis(services: Services) -> None:
    """Pages work and mail waits in the database; the operator is told."""
    answer = create_app(without_redis(services)).test_client().get("/readyz")

    assert (answer.status_code, answer.json) == (200, {"database": "ok", "redis": "away"})


def test_requests_are_counted_by_route_and_status(services: Services) -> None:
    """Under the rule, not under the path: a path may hold a token."""
    client = create_app(services).test_client()
    client.get("/healthz")
    client.get("/desk/enter/a-token-in-a-path")
    client.get("/no/such/page/a-strangers-words")
    page = client.get("/metrics").text

    assert 'storywell_requests_total{method="GET",route="/healthz",status="200"} 1.0' in page
    assert 'route="/desk/enter/<token>",status="410"' in page
    assert 'route="unmatched",status="404"' in page
    assert "a-token-in-a-path" not in page
    assert "a-strangers-words" not in page


def test_an_invented_method_is_not_a_label(client: FlaskClient) -> None:
    """Labels are a short list, or a stranger could fill the memory with them."""
    client.open("/healthz", method="INVENTED")

    assert "INVENTED" not in client.get("/metrics").text


def test_the_databases_figures_are_those_of_the_moment(client: FlaskClient, services: Services) -> None:
    """Mails by status and subscriptions by newsletter and status, and nobody's address."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
        uow.session.add(Notice(template="x", subject_id=1, status=NoticeStatus.FAILED, due_at=NOW, created_at=NOW))
    ada(services.database)
    ben(services.database)

    page = client.get("/metrics").text

    assert 'storywell_notices{status="failed"} 1.0' in page
    assert 'storywell_subscriptions{newsletter="monthly",status="confirmed"} 1.0' in page
    assert 'storywell_subscriptions{newsletter="monthly",status="pending"} 1.0' in page
    assert "storywell_database_up 1.0" in page
    assert ADA not in page


def test_the_figures_of_the_process_need_no_database(services: Services) -> None:
    """An operator wants them most when the database is away."""
    answer = create_app(nowhere(services)).test_client().get("/metrics")

    assert answer.status_code == 200
    assert "storywell_database_up 0.0" in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_the_figures_stay_inside(client: FlaskClient, header: str) -> None:
    """A request that a proxy passed on comes from outside."""
    assert client.get("/metrics", headers={header: "203.0.113.9"}).status_code == 404
