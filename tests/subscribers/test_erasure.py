"""Erasure and upkeep: what goes, what stays, and when."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.db import Base, Database
from service.subscribers.erasure import erase
from service.subscribers.errors import NothingHeld
from service.subscribers.model import Confirmation, SignUp, Subscriber, SubscriptionConsent, Suppression
from service.subscribers.preferences import pause
from service.subscribers.suppression import is_suppressed
from service.subscribers.upkeep import upkeep
from tests.cast import ADA, BEN, NOW
from tests.subscribers.readers import TOKENS, a_question, ada, ben, cleo, press, subscription

DAY = timedelta(days=1)


def rows(database: Database, table: type[Base]) -> int:
    """How many rows a table has."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_erasing_leaves_no_trace_of_the_reader(database: Database) -> None:
    """Subscriber, subscriptions, consents and questions go; no hash stays unless asked for."""
    press(database, BEN)
    with database.unit() as uow:
        a_question(uow, 1)
        erase(uow, TOKENS, 1, now=NOW)

    assert [rows(database, table) for table in (Subscriber, SubscriptionConsent, Confirmation, Suppression)] == [0] * 4


def test_erasing_with_never_again_keeps_the_hash(database: Database) -> None:
    """The only way to keep the promise."""
    place = ada(database)
    with database.unit() as uow:
        erase(uow, TOKENS, place, never_again=True, now=NOW)

    assert rows(database, Subscriber) == 0
    with database.read() as session:
        assert is_suppressed(session, TOKENS, ADA, NOW + 9999 * DAY)


def test_erasing_twice_says_that_nothing_is_held(database: Database) -> None:
    """The second press of the button."""
    place = ada(database)
    with database.unit() as uow:
        erase(uow, TOKENS, place, now=NOW)
    with pytest.raises(NothingHeld), database.unit() as uow:
        erase(uow, TOKENS, place, now=NOW)


def test_a_break_ends_by_itself(database: Database) -> None:
    """Not a minute early."""
    place = ada(database)
    with database.unit() as uow:
        pause(uow, place, NOW + DAY, now=NOW)
    for late, sendable in ((DAY - timedelta(minutes=1), False), (DAY, True)):
        with database.unit() as uow:
            upkeep(uow, now=NOW + late)

        assert subscription(database, place).sendable is sendable


def test_who_never_confirms_is_forgotten_after_two_weeks(database: Database) -> None:
    """Ben's newest link has been dead for a week; Ada and Cleo answered once, and stay."""
    places = [ada(database), cleo(database), ben(database)]
    with database.unit() as uow:
        for place in places:
            a_question(uow, place, NOW + DAY)
    for days, left in ((14, 3), (15, 2)):
        with database.unit() as uow:
            upkeep(uow, now=NOW + days * DAY)

        assert rows(database, Subscriber) == left


def test_who_was_imported_and_never_asked_is_kept(database: Database) -> None:
    """The editors have not decided yet."""
    ben(database)
    with database.unit() as uow:
        upkeep(uow, now=NOW + 400 * DAY)

    assert rows(database, Subscriber) == 1


def test_presses_of_the_button_are_forgotten_after_thirty_days(database: Database) -> None:
    """They are only there to count."""
    press(database, BEN)
    for days, left in ((29, 1), (30, 0)):
        with database.unit() as uow:
            upkeep(uow, now=NOW + days * DAY)

        assert rows(database, SignUp) == left
