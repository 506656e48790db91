"""Every choice changes what is sent."""

from contextlib import suppress as suppress_error
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.db import Database
from service.subscribers.actions import suppress
from service.subscribers.errors import AddressSuppressed, BadPause, NothingHeld
from service.subscribers.model import Subscriber, SubscriptionConsent, SuppressionReason
from service.subscribers.pauses import in_months, on_day
from service.subscribers.preferences import Choices, pause, resume, save_preferences
from service.subscribers.queries import read_preferences
from tests.cast import ADA, NOW
from tests.subscribers.readers import MONTHLY, TOKENS, a_newsletter, ada, subscription

DAY = timedelta(days=1)


def choose(database: Database, place: int, *, name: str = "", plain: bool = False, on: set[int] | None = None) -> None:
    """Save the form of the preference page."""
    choices = Choices(name=name, plain_text_only=plain, newsletters=on)
    with database.unit() as uow:
        save_preferences(uow, TOKENS, place, choices, "Storywell", now=NOW)


def test_name_and_plain_text_are_kept(database: Database) -> None:
    """Delivery reads both."""
    place = ada(database)
    choose(database, place, name="Ada L", plain=True)

    reader = subscription(database, place).subscriber
    assert (reader.name, reader.plain_text_only) == ("Ada L", True)


def test_newsletters_are_switched_on_and_off(database: Database) -> None:
    """With the words that stood beside the switch as proof."""
    place = ada(database)
    with database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly")
    choose(database, place, on={weekly})

    assert not subscription(database, place).sendable
    with database.read() as session:
        assert read_preferences(session, place, NOW).chosen == {weekly}
        proof = session.query(SubscriptionConsent).one()
        assert (proof.source, proof.wording.startswith("Storywell may")) == ("preferences", True)


def test_a_form_that_did_not_ask_for_newsletters_switches_none_off(database: Database) -> None:
    """With a single newsletter there is nothing to switch."""
    place = ada(database)
    choose(database, place, on=None)

    assert subscription(database, place).sendable


def test_a_switch_for_an_unknown_or_ended_newsletter_does_nothing(database: Database) -> None:
    """Mal may post any number."""
    place = ada(database)
    with database.unit() as uow:
        ended = a_newsletter(uow.session, "ended", active=False)
    choose(database, place, on={MONTHLY, ended, 4711})

    with database.read() as session:
        assert read_preferences(session, place, NOW).chosen == {MONTHLY}


def test_a_suppressed_reader_cannot_switch_anything_on(database: Database) -> None:
    """Suppression wins over everything."""
    place = ada(database)
    with database.unit() as uow:
        suppress(uow, ADA, SuppressionReason.COMPLAINT, tokens=TOKENS, now=NOW)
    with pytest.raises(AddressSuppressed):
        choose(database, place, on={MONTHLY})

    assert not subscription(database, place).sendable


def test_a_break_stops_the_mail_and_ends_on_request(database: Database) -> None:
    """Quiet at once, and back at once."""
    place = ada(database)
    with database.unit() as uow:
        pause(uow, place, NOW + 30 * DAY, now=NOW)

    assert not subscription(database, place).sendable

    with database.unit() as uow:
        resume(uow, place, now=NOW + DAY)

    assert subscription(database, place).sendable


@pytest.mark.parametrize("days", [-1, 0, 732])
def test_a_break_ends_in_the_next_two_years(database: Database, days: int) -> None:
    """Longer than that is an unsubscription."""
    place = ada(database)
    with pytest.raises(BadPause), database.unit() as uow:
        pause(uow, place, NOW + days * DAY, now=NOW)

    assert subscription(database, place).sendable


def test_nothing_can_be_chosen_after_an_erasure(database: Database) -> None:
    """The link is ours, and leads to nothing."""
    with pytest.raises(NothingHeld), database.unit() as uow:
        resume(uow, 4711, now=NOW)
    with pytest.raises(NothingHeld), database.unit() as uow:
        pause(uow, 4711, NOW + DAY, now=NOW)
    with pytest.raises(NothingHeld):
        choose(database, 4711)


def test_the_id_of_an_erased_reader_is_never_used_again(database: Database) -> None:
    """Links last for ever, so Ada's old link must not open the page of whoever comes next."""
    place = ada(database)
    with database.unit() as uow:
        uow.session.delete(uow.session.query(Subscriber).one())

    assert ada(database) != place


def test_a_break_ends_at_midnight_where_the_reader_lives() -> None:
    """Until Monday is Monday, in summer and in winter."""
    assert on_day("2026-07-01", "Europe/London") == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert on_day("2026-12-01", "America/Toronto") == datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert in_months(1, "Europe/London", now=datetime(2026, 1, 31, 12, tzinfo=UTC)) == datetime(2026, 2, 28, tzinfo=UTC)


@given(st.text())
def test_only_a_day_is_a_day(words: str) -> None:
    """Anything else is BadPause, never another error."""
    with suppress_error(BadPause):
        assert on_day(words, "Europe/London").hour == 0
