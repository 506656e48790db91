"""What pages and the desk ask."""

from datetime import date, timedelta

import pytest

from service.db import Database
from service.subscribers.actions import unsubscribe
from service.subscribers.errors import NoSuchNewsletter, NothingHeld
from service.subscribers.figures import Counts, Week, counts, growth
from service.subscribers.holdings import holdings
from service.subscribers.model import UnsubscribeRoute
from service.subscribers.newsletters import open_newsletter
from service.subscribers.preferences import pause
from service.subscribers.queries import read_place, read_preferences, read_question
from service.tokens import BadToken
from tests.cast import ADA, BEN, NOW
from tests.subscribers.readers import MONTHLY, TOKENS, a_newsletter, a_question, ada, ben, cleo, press

DAY = timedelta(days=1)


def test_a_link_is_open_then_answered_or_spent(database: Database) -> None:
    """What the page behind it shows."""
    waiting, there = ben(database), ada(database)
    with database.unit() as uow:
        bens, adas = a_question(uow, waiting), a_question(uow, there)

        assert read_question(uow.session, TOKENS, bens, NOW).state == "open"
        assert read_question(uow.session, TOKENS, bens, NOW + 7 * DAY).state == "spent"
        assert read_question(uow.session, TOKENS, adas, NOW + 7 * DAY).state == "answered"
        with pytest.raises(BadToken):
            read_question(uow.session, TOKENS, "mal", NOW)


def test_the_unsubscribe_page_shows_a_mask(database: Database) -> None:
    """And nothing at all after an erasure."""
    place = ada(database)
    with database.read() as session:
        shown = read_place(session, place, NOW)
        gone = read_place(session, 4711, NOW)

    assert shown is not None
    assert (shown.masked_email, shown.newsletter, shown.on_the_list) == ("a•••@example.test", "Storywell monthly", True)
    assert gone is None


def test_the_preference_page_shows_the_day_on_which_a_break_ends(database: Database) -> None:
    """On the reader's own calendar; a break that is over is not shown."""
    place = ada(database)
    with database.unit() as uow:
        pause(uow, place, NOW.replace(day=30, hour=23), now=NOW)

        assert read_preferences(uow.session, place, NOW).paused_until == date(2026, 7, 1)
        assert read_preferences(uow.session, place, NOW + 30 * DAY).paused_until is None
        with pytest.raises(NothingHeld):
            read_preferences(uow.session, 4711, NOW)


def test_what_we_hold_is_complete_and_plain(database: Database) -> None:
    """Address, choices, subscriptions and the words that were agreed to."""
    press(database, BEN, name="Ben")
    with database.read() as session:
        held = holdings(session, 1)

    assert (held["email"], held["name"]) == (BEN, "Ben")
    assert held["subscriptions"][0]["newsletter"] == "Storywell monthly"
    assert held["subscriptions"][0]["agreed_to"][0]["place"] == "footer /"


def test_readers_are_counted_by_status(database: Database) -> None:
    """For one newsletter or for all."""
    place = ada(database)
    ben(database)
    cleo(database)
    with database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly")
        pause(uow, place, NOW + DAY, now=NOW)

        assert counts(uow.session, NOW) == Counts(pending=1, confirmed=1, unsubscribed=1, sendable=0, paused=1)
        assert counts(uow.session, NOW, MONTHLY).pending == 1
        assert counts(uow.session, NOW, weekly) == Counts(0, 0, 0, 0, 0)


def test_growth_is_counted_by_week(database: Database) -> None:
    """The last week ends with today."""
    place = ada(database)
    with database.unit() as uow:
        unsubscribe(uow, place, UnsubscribeRoute.PAGE, now=NOW + 8 * DAY)

        weeks = growth(uow.session, NOW + 8 * DAY, weeks=3)

    assert weeks == [Week(date(2026, 5, 29), 0, 0), Week(date(2026, 6, 5), 1, 0), Week(date(2026, 6, 12), 0, 1)]


def test_the_first_active_newsletter_is_the_one_meant(database: Database) -> None:
    """Unless a slug names another; ended ones cannot be named."""
    with database.unit() as uow:
        a_newsletter(uow.session, "weekly", "Storywell weekly")
        a_newsletter(uow.session, "ended", active=False)

        assert open_newsletter(uow.session).slug == "monthly"
        assert open_newsletter(uow.session, "weekly").name == "Storywell weekly"
        with pytest.raises(NoSuchNewsletter):
            open_newsletter(uow.session, "ended")


def test_nothing_is_held_about_nobody(database: Database) -> None:
    """After an erasure there is no document."""
    with pytest.raises(NothingHeld), database.read() as session:
        holdings(session, 4711)


def test_ada_is_not_ben(database: Database) -> None:
    """A link shows its own reader only."""
    place = ada(database)
    ben(database)
    with database.read() as session:
        assert ADA in str(holdings(session, place))
        assert BEN not in str(holdings(session, place))
