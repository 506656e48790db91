"""Every choice changes what is sent."""

import io
from contextlib import suppress as suppress_error
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.db import Database, UnitOfWork
from service.subscribers.actions import suppress, unsubscribe_all
from service.subscribers.consents import ABOUT_HEALTH
from service.subscribers.errors import AddressSuppressed, BadPause, NothingHeld
from service.subscribers.exporting import export_subscribers
from service.subscribers.holdings import holdings
from service.subscribers.model import (
    UNTIL_I_SAY,
    Cadence,
    Subscriber,
    Subscription,
    SubscriptionConsent,
    SuppressionReason,
    UnsubscribeRoute,
)
from service.subscribers.pauses import in_months, on_day
from service.subscribers.preferences import Choices, pause, resume, save_preferences
from service.subscribers.queries import read_preferences
from service.subscribers.reading import Reading
from service.subscribers.upkeep import upkeep
from tests.cast import ADA, NOW
from tests.subscribers.readers import MONTHLY, TOKENS, a_newsletter, ada, subscription

DAY = timedelta(days=1)


NO_DEATH = Reading(avoid=frozenset({"death"}))


def choose(database: Database, place: int, *, on: set[int] | None = None, now: datetime = NOW, **said: object) -> None:
    """Save the form of the preference page."""
    choices = Choices(name=said.pop("name", ""), newsletters=on, **said)  # type: ignore[arg-type]
    with database.unit() as uow:
        save_preferences(uow, TOKENS, place, choices, "Storywell", now=now)


def subscription_of(uow: UnitOfWork, place: int) -> Subscriber:
    """The reader behind a subscription."""
    return uow.session.get_one(Subscription, place).subscriber


def how(database: Database, place: int) -> Reading:
    """How the reader behind a subscription reads."""
    with database.read() as session:
        return read_preferences(session, place, NOW).reading


def agreed(database: Database) -> list[str]:
    """On what ground each consent stands."""
    with database.read() as session:
        return [proof.basis for proof in session.query(SubscriptionConsent).order_by(SubscriptionConsent.id)]


def test_name_and_reading_are_kept(database: Database) -> None:
    """Delivery reads both."""
    place = ada(database)
    choose(database, place, name="Ada L", reading=Reading(plain_text=True))

    assert subscription(database, place).subscriber.name == "Ada L"
    assert how(database, place) == Reading(plain_text=True)


def test_what_the_form_did_not_ask_stays(database: Database) -> None:
    """A form with the name alone forgets nothing."""
    place = ada(database)
    choose(database, place, reading=NO_DEATH, cadences={MONTHLY: Cadence.BIG_NEWS})
    choose(database, place, name="Ada L")

    assert how(database, place) == NO_DEATH
    assert subscription(database, place).cadence is Cadence.BIG_NEWS


def test_each_newsletter_has_a_cadence_of_its_own(database: Database) -> None:
    """Also one that is switched on by the same form; others are nobody's business."""
    place = ada(database)
    with database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly")
    choose(database, place, on={MONTHLY, weekly}, cadences={weekly: Cadence.QUARTERLY, 4711: Cadence.BIG_NEWS})

    with database.read() as session:
        cadences = read_preferences(session, place, NOW).cadences
    assert cadences == {MONTHLY: Cadence.EACH, weekly: Cadence.QUARTERLY}


def test_leaving_something_out_is_agreed_to(database: Database) -> None:
    """Once for each thing that is added: not for saving again, nor for taking it off the list."""
    place = ada(database)
    choose(database, place, reading=Reading(discreet=True))
    assert agreed(database) == []

    for reading, proofs in ((NO_DEATH, 1), (NO_DEATH, 1), (Reading(), 1), (NO_DEATH, 2)):
        choose(database, place, reading=reading)

        assert agreed(database) == [ABOUT_HEALTH] * proofs


def test_the_agreement_does_not_say_what_is_left_out(database: Database) -> None:
    """And neither the export nor anybody at the desk learns that there is one."""
    place = ada(database)
    choose(database, place, reading=NO_DEATH)

    out = io.StringIO()
    with database.read() as session:
        words = session.query(SubscriptionConsent).one().wording
        export_subscribers(session, MONTHLY, out)
    assert words.startswith("Storywell keeps what I tick here encrypted")
    assert "death" not in words.lower()
    assert "encrypted" not in out.getvalue()


def test_unsubscribing_from_everything_wipes_the_choices(database: Database) -> None:
    """And only that: with one newsletter left, they are still needed."""
    place = ada(database)
    with database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly")
    choose(database, place, on={MONTHLY, weekly}, reading=NO_DEATH)
    choose(database, place, on={weekly})
    assert how(database, place) == NO_DEATH

    with database.unit() as uow:
        unsubscribe_all(uow, place, UnsubscribeRoute.PAGE, now=NOW)

    assert subscription(database, place).subscriber.reading == ""


def test_who_left_everything_by_this_form_chooses_nothing(database: Database) -> None:
    """The switches count before the rest of the form, and without a newsletter no consent is asked for."""
    place = ada(database)
    choose(database, place, on=set(), reading=NO_DEATH)

    assert (how(database, place), agreed(database)) == (Reading(), [])


def test_who_changes_newsletters_keeps_what_the_form_says(database: Database) -> None:
    """Off one and on another, with the choices beside them."""
    place = ada(database)
    with database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly")
    choose(database, place, on={weekly}, reading=NO_DEATH)

    assert how(database, place) == NO_DEATH


def test_newsletters_are_switched_on_and_off(database: Database) -> None:
    """With the words that stood beside the switch as proof."""
    place = ada(database)
    with database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly")
    choose(database, place, on={weekly})

    assert not subscription(database, place).sendable
    with database.read() as session:
        assert read_preferences(session, place, NOW).cadences.keys() == {weekly}
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
        assert read_preferences(session, place, NOW).cadences.keys() == {MONTHLY}


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


def test_a_break_may_last_until_its_reader_says(database: Database) -> None:
    """No clock ends it; its page says so in words."""
    place = ada(database)
    with database.unit() as uow:
        pause(uow, place, UNTIL_I_SAY, now=NOW)
        upkeep(uow, now=NOW + 9999 * DAY)

    assert not subscription(database, place).sendable
    with database.read() as session:
        page = read_preferences(session, place, NOW)
        assert (page.paused, page.paused_until) == (True, None)
        assert holdings(session, place)["break"]["until"] == "until you say"


def test_a_break_remembers_when_it_began_and_ended(database: Database) -> None:
    """So that the next issue can offer what was missed, once; another end does not make another break."""
    place = ada(database)
    with database.unit() as uow:
        pause(uow, place, NOW + 30 * DAY, now=NOW)
        pause(uow, place, UNTIL_I_SAY, now=NOW + DAY)
        running = subscription_of(uow, place)
        assert (running.rested_from, running.rested_until) == (NOW, None)

        resume(uow, place, now=NOW + 9 * DAY)
        resume(uow, place, now=NOW + 10 * DAY)

    reader = subscription(database, place).subscriber
    assert (reader.rested_from, reader.rested_until) == (NOW, NOW + 9 * DAY)


def test_a_break_that_time_ends_is_remembered_as_well(database: Database) -> None:
    """From the moment on at which mail may come again."""
    place = ada(database)
    with database.unit() as uow:
        pause(uow, place, NOW + DAY, now=NOW)
        upkeep(uow, now=NOW + DAY + timedelta(minutes=1))

    assert subscription(database, place).subscriber.rested_until == NOW + DAY + timedelta(minutes=1)


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
