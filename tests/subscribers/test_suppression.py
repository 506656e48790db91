"""The list of addresses that must not be written to: hashes only, found under every key, the longest one wins."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service.db import Database
from service.subscribers.model import Suppression, SuppressionReason
from service.subscribers.suppression import is_suppressed, keep_suppressions, suppressed_among
from service.tokens import Tokens
from tests.cast import ADA, BEN, MAL, NOW
from tests.subscribers.readers import TOKENS

OLD, NEW = b"o" * 32, b"n" * 32
REASONS = SuppressionReason
YEAR = timedelta(days=365)


def test_the_list_holds_no_address(database: Database) -> None:
    """Only a keyed hash, which cannot be turned back without the key."""
    with database.unit() as uow:
        keep_suppressions(uow.session, TOKENS, [(MAL, REASONS.NOT_ME)], now=NOW, until=None)
        kept = uow.session.scalars(select(Suppression.address_hash)).one()

    assert len(kept) == 32
    assert not set(kept) - set("0123456789abcdef")


def test_an_address_is_found_however_it_is_written_and_after_a_change_of_keys(database: Database) -> None:
    """The new key signs; the old one still finds."""
    with database.unit() as uow:
        keep_suppressions(uow.session, Tokens((OLD,)), [(MAL, REASONS.COMPLAINT)], now=NOW, until=None)

        assert is_suppressed(uow.session, Tokens((NEW, OLD)), f" {MAL.upper()}", NOW)
        assert not is_suppressed(uow.session, Tokens((NEW,)), MAL, NOW)


def test_many_addresses_are_asked_for_at_once(database: Database) -> None:
    """Imports ask for a thousand."""
    with database.unit() as uow:
        keep_suppressions(uow.session, TOKENS, [(BEN, REASONS.DROPPED)], now=NOW, until=None)

        assert suppressed_among(uow.session, TOKENS, [ADA, BEN, MAL], NOW) == {BEN}
        assert suppressed_among(uow.session, TOKENS, [], NOW) == set()


@pytest.mark.parametrize(
    ("first", "second", "lasts"),
    [(None, NOW + YEAR, None), (NOW + YEAR, None, None), (NOW + YEAR, NOW, NOW + YEAR), (NOW, NOW + YEAR, NOW + YEAR)],
)
def test_the_longer_suppression_wins(
    database: Database, first: datetime | None, second: datetime | None, lasts: datetime | None
) -> None:
    """Whatever comes second."""
    with database.unit() as uow:
        keep_suppressions(uow.session, TOKENS, [(MAL, REASONS.NOT_ME)], now=NOW, until=first)
        keep_suppressions(uow.session, TOKENS, [(MAL, REASONS.NOT_ME)], now=NOW, until=second)

        assert uow.session.scalars(select(Suppression.until)).one() == lasts


def test_two_who_speak_of_the_same_people_at_once(database: Database) -> None:
    """The second waits for the first, and neither loses anybody."""
    there, done = threading.Event(), threading.Event()

    def second() -> None:
        there.wait(30)
        with database.unit() as uow:
            keep_suppressions(
                uow.session, TOKENS, [(ADA, REASONS.DROPPED), (MAL, REASONS.DROPPED)], now=NOW, until=None
            )
        done.set()

    thread = threading.Thread(target=second)
    thread.start()
    with database.unit() as uow:
        keep_suppressions(uow.session, TOKENS, [(MAL, REASONS.NOT_ME)], now=NOW, until=None)
        uow.session.flush()
        there.set()
        assert not done.wait(0.3)
    thread.join(60)

    with database.read() as session:
        assert suppressed_among(session, TOKENS, [ADA, BEN, MAL], NOW) == {ADA, MAL}
        assert sorted(session.scalars(select(Suppression.reason))) == [REASONS.DROPPED, REASONS.NOT_ME]
