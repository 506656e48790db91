"""How the databases find a batch's people: by the partial index and by keys, never by looking at the whole list."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.model import Delivery
from service.delivery.start import start
from service.mail.bulk import BulkMailer
from tests.conftest import Postbox

READERS = 3000


@pytest.fixture
def many(services: Services, newsletter: object) -> None:
    """So many readers that looking at all of them would be noticed, and a database that has counted them."""
    numbers = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count)"
    people = (
        "INSERT INTO subscribers (email, email_key, name, locale, zone, suppressed, created_at) "
        "SELECT 'r' || n || '@example.test', 'r' || n || '@example.test', '', 'en-GB', 'UTC', false, "
        "CURRENT_TIMESTAMP FROM s"
    )
    rows = (
        "INSERT INTO subscriptions (newsletter_id, subscriber_id, status, sendable, created_at) "
        "SELECT (SELECT max(id) FROM newsletters), id, 'confirmed', true, created_at FROM subscribers"
    )
    with services.database.unit() as uow:
        uow.session.execute(text(people.replace("SELECT", f"{numbers} SELECT", 1)), {"count": READERS})
        uow.session.execute(text(rows))
    with services.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def test_batch_is_read_and_written_by_keys(
    services: Services, many: None, issue_id: int, drain_with: Callable[[BulkMailer], Drain]
) -> None:
    """Every statement of the hot path that names a person, explained as it was run."""
    plans: list[str] = []

    def explain(connection, cursor, statement, parameters, context, executemany) -> None:  # type: ignore[no-untyped-def]
        names_people = "deliveries" in statement or "subscriptions" in statement
        if not names_people or statement.startswith("EXPLAIN"):
            return
        how = "EXPLAIN QUERY PLAN " if services.database.is_sqlite else "EXPLAIN "
        look = connection.connection.driver_connection.cursor()
        look.execute(how + statement, parameters)
        plans.extend(str(row[-1]) for row in look.fetchall())

    with services.database.unit() as uow:
        start(uow, issue_id, services.head, batch_size=100, slots=1, now=services.clock())
    event.listen(services.database.engine, "before_cursor_execute", explain)
    drain_with(Postbox()).run(issue_id)
    event.remove(services.database.engine, "before_cursor_execute", explain)

    assert plans
    whole = "SCAN " if services.database.is_sqlite else "Seq Scan"
    assert not [line for line in plans if whole in line and "CONSTANT" not in line and "VIRTUAL" not in line]
    # With a single newsletter every index on the subscriber serves PostgreSQL equally well.
    index = "ix_subscriptions_sendable" if services.database.is_sqlite else "ix_subscriptions_"
    assert any(index in line for line in plans)
    assert not any("TEMP B-TREE" in line for line in plans)


def test_delivery_has_no_index_but_its_key() -> None:
    """One for each reader of each issue for years: every further index is paid for a million times."""
    assert Delivery.__table__.indexes == set()  # type: ignore[attr-defined]
    assert [column.name for column in Delivery.__table__.primary_key] == ["issue_id", "subscriber_id"]
