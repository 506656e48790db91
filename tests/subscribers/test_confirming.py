"""The answers to "is this you?": yes, a new link please, and no."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.db import Database
from service.subscribers.actions import suppress, unsubscribe
from service.subscribers.confirming import confirm, not_me, send_confirmation_again
from service.subscribers.errors import AddressSuppressed, ConfirmationSpent
from service.subscribers.model import Confirmation, Subscriber, SuppressionReason, UnsubscribeRoute
from service.subscribers.suppression import is_suppressed
from service.tokens import BadToken
from tests.cast import BEN, CLEO, NOW
from tests.subscribers.readers import TOKENS, a_question, ben, cleo, owed, press, subscription

LATER = NOW + timedelta(hours=1)


def test_yes_puts_ben_on_the_list_and_owes_a_welcome(database: Database) -> None:
    """From now on he may be sent to."""
    place = ben(database)
    with database.unit() as uow:
        confirm(uow, TOKENS, a_question(uow, place), now=LATER)

    assert subscription(database, place).sendable
    assert subscription(database, place).confirmed_at == LATER
    assert owed(database) == [("welcome", place)]


def test_yes_twice_is_yes_once(database: Database) -> None:
    """A second press, or a second mail's link, is answered kindly and changes nothing."""
    place = ben(database)
    with database.unit() as uow:
        links = [a_question(uow, place), a_question(uow, place)]
    for link in (links[0], links[0], links[1]):
        with database.unit() as uow:
            confirm(uow, TOKENS, link, now=LATER)

    assert owed(database) == [("welcome", place)]


def test_many_presses_at_the_same_moment_are_one(database: Database) -> None:
    """One welcome, on however many connections."""
    place = ben(database)
    with database.unit() as uow:
        token = a_question(uow, place)

    def press_once(_: int) -> None:
        with database.unit() as uow:
            confirm(uow, TOKENS, token, now=LATER)

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(press_once, range(8)))

    assert owed(database) == [("welcome", place)]


def test_only_the_hash_of_a_link_is_kept(database: Database) -> None:
    """Whoever reads the database cannot confirm for others."""
    place = ben(database)
    with database.unit() as uow:
        token = a_question(uow, place)

        assert uow.session.scalars(select(Confirmation.token_hash)).one() == TOKENS.fresh_hash(token)


@pytest.mark.parametrize("days", [7, 8, 400])
def test_a_link_lasts_seven_days(database: Database, days: int) -> None:
    """Not a moment longer."""
    place = ben(database)
    with database.unit() as uow:
        token = a_question(uow, place)
    with pytest.raises(ConfirmationSpent), database.unit() as uow:
        confirm(uow, TOKENS, token, now=NOW + timedelta(days=days))

    assert subscription(database, place).status == "pending"


def test_an_old_link_does_not_undo_an_unsubscription(database: Database) -> None:
    """Used or not, every link from before is spent once Cleo has left."""
    place = ben(database)
    with database.unit() as uow:
        used, unused = a_question(uow, place), a_question(uow, place)
        confirm(uow, TOKENS, used, now=NOW)
        unsubscribe(uow, place, UnsubscribeRoute.ONE_CLICK, now=NOW)
    for link in (used, unused):
        with pytest.raises(ConfirmationSpent), database.unit() as uow:
            confirm(uow, TOKENS, link, now=LATER)

    assert not subscription(database, place).sendable


def test_who_left_comes_back_with_a_new_link(database: Database) -> None:
    """The same way in as for everybody."""
    place = cleo(database)
    press(database, CLEO, LATER)
    with database.unit() as uow:
        confirm(uow, TOKENS, a_question(uow, place, LATER), now=LATER)

    assert subscription(database, place).sendable


def test_suppression_wins_over_a_good_link(database: Database) -> None:
    """Nothing a reader presses makes us write to an address that bounced."""
    place = ben(database)
    with database.unit() as uow:
        token = a_question(uow, place)
        suppress(uow, BEN, SuppressionReason.HARD_BOUNCE, tokens=TOKENS, now=NOW)
    with pytest.raises(AddressSuppressed), database.unit() as uow:
        confirm(uow, TOKENS, token, now=LATER)

    assert owed(database) == []


def test_an_unknown_link_does_nothing(database: Database) -> None:
    """Mal cannot guess one, nor use a sealed one."""
    place = ben(database)
    for token in ("", "x" * 43, TOKENS.fresh()[0]):
        for answer in (confirm, send_confirmation_again, not_me):
            with pytest.raises(BadToken), database.unit() as uow:
                answer(uow, TOKENS, token, now=NOW)

    assert subscription(database, place).status == "pending"


def test_an_old_link_brings_a_new_one_without_typing(database: Database) -> None:
    """Whoever has the link has the mailbox, so the daily limit of the form does not count; ten minutes do."""
    press(database, BEN)
    with database.unit() as uow:
        token = a_question(uow, 1)
    for minutes in (20, 25, 31):
        with database.unit() as uow:
            send_confirmation_again(uow, TOKENS, token, now=NOW + timedelta(minutes=minutes))

    assert len(owed(database)) == 3


def test_asking_for_a_new_link_when_confirmed_sends_nothing(database: Database) -> None:
    """The page says that all is well."""
    place = ben(database)
    with database.unit() as uow:
        token = a_question(uow, place)
        confirm(uow, TOKENS, token, now=NOW)
        send_confirmation_again(uow, TOKENS, token, now=LATER)

    assert owed(database) == [("welcome", place)]


def test_not_me_forgets_the_address_and_refuses_it_for_a_year(database: Database) -> None:
    """Somebody who never asked for us leaves nothing but a hash."""
    place = ben(database)
    with database.unit() as uow:
        not_me(uow, TOKENS, a_question(uow, place), now=NOW)

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0
        assert is_suppressed(session, TOKENS, BEN, NOW + timedelta(days=364))
        assert not is_suppressed(session, TOKENS, BEN, NOW + timedelta(days=365))


def test_not_me_from_a_reader_ends_what_was_confirmed(database: Database) -> None:
    """Who once was on the list keeps the proof of it, off the list."""
    place = cleo(database)
    with database.unit() as uow:
        token = a_question(uow, place)
        confirm(uow, TOKENS, token, now=NOW)
        not_me(uow, TOKENS, token, now=LATER)

    assert subscription(database, place).unsubscribed_by == UnsubscribeRoute.NOT_ME
    assert subscription(database, place).subscriber.suppressed
