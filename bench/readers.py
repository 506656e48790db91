"""A large audience, made by the database itself: a million readers in seconds."""

from sqlalchemy import text

from service.bootstrap import Services

_NUMBERS = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count)",
    "postgresql": "WITH s(n) AS (SELECT generate_series(1, :count))",
}
_SUBSCRIBERS = """
INSERT INTO subscribers (email, email_key, name, locale, zone, suppressed, created_at)
{numbers} SELECT 'reader' || n || '@example.test', 'reader' || n || '@example.test', 'Reader ' || n, 'en-GB',
'Europe/London', false, :now FROM s ORDER BY n
"""
_SUBSCRIPTIONS = """
INSERT INTO subscriptions (newsletter_id, subscriber_id, status, sendable, created_at, confirmed_at)
SELECT :newsletter, id, 'confirmed', true, created_at, created_at FROM subscribers ORDER BY id
"""


def many_readers(services: Services, newsletter_id: int, count: int) -> None:
    """So many confirmed readers with names, into an empty list."""
    dialect = services.database.engine.dialect.name
    insert = _SUBSCRIBERS.format(numbers=_NUMBERS[dialect])
    if dialect == "sqlite":
        numbers, rest = _NUMBERS[dialect], _SUBSCRIBERS.partition("{numbers}")
        insert = f"{numbers} {rest[0]} {rest[2]}"
    now = services.clock()
    stamp = now.replace(tzinfo=None).isoformat(" ") if dialect == "sqlite" else now
    with services.database.unit() as uow:
        uow.session.execute(text(insert), {"count": count, "now": stamp})
        uow.session.execute(text(_SUBSCRIPTIONS), {"newsletter": newsletter_id})
    with services.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if dialect == "sqlite" else "VACUUM ANALYZE"))
