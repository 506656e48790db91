"""Storing the rows of an import in bulk: staged in a temporary table, then a few statements, whatever their number.

What an import does to the tables stands here alone, and import_stage.py holds what differs between the databases.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Insert, Table, and_, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.db import UtcDateTime
from service.subscribers.import_rows import Row
from service.subscribers.import_stage import is_sqlite, stage, staged, words
from service.subscribers.model import Subscriber, Subscription, SubscriptionConsent, SubscriptionStatus, Suppression
from service.subscribers.newsletters import NewsletterName
from service.tokens import Purpose, Tokens

_subscribers: Table = Subscriber.__table__  # type: ignore[assignment]
_subscriptions: Table = Subscription.__table__  # type: ignore[assignment]
_consents: Table = SubscriptionConsent.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a chunk of rows."""

    confirmed: int
    pending: int
    already_there: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class Staged:
    """A chunk that waits in the temporary tables: its lines, its people, and those who must not be written to."""

    lines: int
    people: int
    suppressed: int


def bring(session: Session, tokens: Tokens, rows: Sequence[Row], newsletter: NewsletterName, now: datetime) -> Staged:
    """Stage the people of a chunk, sorted as the index that they go into; of two lines with one address the first."""
    first = {row.key: row for row in reversed(rows)}
    refused = _suppressed(session, tokens, first, now)
    people = [first[key] for key in sorted(first.keys() - refused)]
    stage(session.connection(), people, newsletter.lang)
    return Staged(len(rows), len(people), len(refused))


def put_on_the_list(session: Session, staging: Staged, newsletter: NewsletterName, now: datetime) -> Stored:
    """Make subscribers, subscriptions and consents of who is staged, in the transaction that staged them.

    Who is there already, or has left, stays as they are. The database works here, and Python waits.
    """
    connection = session.connection()
    added = connection.execute(_new_subscribers(connection, now)).rowcount
    if added < staging.people:
        _recognise(connection, newsletter.id, now)
    connection.execute(_new_subscriptions(newsletter.id, now))
    connection.execute(_new_consents())
    tally = select(staged.c.status, func.count()).group_by(staged.c.status)
    standing = {status: int(number) for status, number in connection.execute(tally)}
    confirmed, pending = (standing.get(one, 0) for one in (SubscriptionStatus.CONFIRMED, SubscriptionStatus.PENDING))
    there = staging.lines - staging.suppressed - confirmed - pending
    return Stored(confirmed, pending, there, staging.suppressed)


def pending_places(session: Session) -> Sequence[Subscription]:
    """The subscriptions of the chunk stored last that wait for a confirmation."""
    stored = select(staged.c.place).where(staged.c.status == SubscriptionStatus.PENDING)
    return session.scalars(select(Subscription).where(Subscription.id.in_(stored)).order_by(Subscription.id)).all()


def _suppressed(session: Session, tokens: Tokens, keys: Collection[str], now: datetime) -> set[str]:
    """Those of the keys whose addresses must not be written to. Hashes millions only where there is one to compare."""
    lasting = or_(Suppression.until.is_(None), Suppression.until > now)
    if not session.scalar(select(sa.exists().where(lasting))):
        return set()
    hashes = {hashed: key for key in keys for hashed in tokens.keyed_hashes(Purpose.SUPPRESSION, key)}
    found = session.scalars(select(Suppression.address_hash).where(lasting, _among(session, hashes)))
    return {hashes[one] for one in found}


def _among(session: Session, hashes: Iterable[str]) -> ColumnElement[bool]:
    """Any number of hashes as one parameter."""
    text_of_all = literal(json.dumps(list(hashes)), sa.Text())
    each = (
        func.json_each(text_of_all)
        if is_sqlite(session.connection())
        else func.json_array_elements_text(sa.cast(text_of_all, sa.JSON()))
    )
    return Suppression.address_hash.in_(select(each.table_valued("value").c.value))


def _new_subscribers(connection: Connection, now: datetime) -> Insert:
    """Everybody whose address is new. Who signed up a moment ago, on another connection, is not."""
    dialect = sqlite if is_sqlite(connection) else postgresql
    people = select(
        staged.c.new_reader, staged.c.email, staged.c.email_key, staged.c.name, staged.c.locale, _instant(now)
    ).where(sa.text("true"))  # SQLite needs a WHERE before ON CONFLICT
    names = ["id", "email", "email_key", "name", "locale", "created_at"]
    everybody: sqlite.Insert | postgresql.Insert = dialect.insert(_subscribers).from_select(names, people)
    return everybody.on_conflict_do_nothing(index_elements=["email_key"]).execution_options(preserve_rowcount=True)


def _recognise(connection: Connection, newsletter_id: int, now: datetime) -> None:
    """Find the subscribers among the staged people, held as they are, and unstage who has been on the list before."""
    theirs = and_(_subscribers.c.email_key == staged.c.email_key, _subscribers.c.id != staged.c.new_reader)
    connection.execute(select(_subscribers.c.id).where(theirs).with_for_update(key_share=True, of=_subscribers)).all()
    paused = and_(_subscribers.c.paused_until.is_not(None), _subscribers.c.paused_until > _instant(now))
    known = {"known_reader": _subscribers.c.id, "quiet": or_(_subscribers.c.suppressed, paused)}
    connection.execute(sa.update(staged).where(theirs).values(known))
    subscribed = sa.exists().where(
        _subscriptions.c.newsletter_id == newsletter_id, _subscriptions.c.subscriber_id == staged.c.known_reader
    )
    connection.execute(sa.delete(staged).where(staged.c.known_reader.is_not(None), subscribed))


def _new_subscriptions(newsletter_id: int, now: datetime) -> Insert:
    """A subscription for everybody staged. With proof it is confirmed since they agreed; `sendable` as in `refresh`."""
    confirmed = staged.c.status == SubscriptionStatus.CONFIRMED
    places = select(
        staged.c.place, literal(newsletter_id), func.coalesce(staged.c.known_reader, staged.c.new_reader),
        staged.c.status, and_(confirmed, staged.c.quiet.is_not(True)), _instant(now),
        sa.case((confirmed, staged.c.given_at)),
    )  # fmt: skip
    names = ["id", "newsletter_id", "subscriber_id", "status", "sendable", "created_at", "confirmed_at"]
    return sa.insert(_subscriptions).from_select(names, places)


def _new_consents() -> Insert:
    """The proofs of those who brought one."""
    proofs = select(staged.c.place, words.c.text, words.c.version, words.c.lang, words.c.source, words.c.basis,
                    staged.c.given_at).join(words, words.c.number == staged.c.words)  # fmt: skip
    names = ["subscription_id", "wording", "wording_version", "lang", "source", "basis", "given_at"]
    return sa.insert(_consents).from_select(names, proofs)


def _instant(now: datetime) -> ColumnElement[datetime]:
    return literal(now, UtcDateTime())
