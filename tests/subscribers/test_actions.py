"""What ends the mail, and what lets it begin again."""

from datetime import timedelta

import pytest

from service.db import Database
from service.subscribers.actions import RETURN_WITHIN, come_back, suppress, unsubscribe, unsubscribe_all
from service.subscribers.errors import AddressSuppressed, NothingHeld, TooLateToReturn
from service.subscribers.model import Subscription, SuppressionReason, UnsubscribeRoute
from service.subscribers.wording import RETURN
from tests.cast import ADA, CLEO, MAL, NOW
from tests.subscribers.readers import TOKENS, a_newsletter, ada, ben, cleo, subscription

REASONS = SuppressionReason
LATER = NOW + timedelta(days=1)


def test_unsubscribing_takes_effect_at_the_commit(database: Database) -> None:
    """The next batch reads `sendable`."""
    place = ada(database)
    with database.unit() as uow:
        unsubscribe(uow, place, UnsubscribeRoute.ONE_CLICK, now=LATER)

    left = subscription(database, place)
    assert (left.status, left.sendable) == ("unsubscribed", False)
    assert (left.unsubscribed_by, left.unsubscribed_at) == (UnsubscribeRoute.ONE_CLICK, LATER)


def test_unsubscribing_twice_or_from_nothing_is_fine(database: Database) -> None:
    """A mailbox may press whenever it likes, also long after an erasure."""
    place = ada(database)
    with database.unit() as uow:
        for subscription_id in (place, place, 4711):
            unsubscribe(uow, subscription_id, UnsubscribeRoute.ONE_CLICK, now=LATER)

    assert subscription(database, place).status == "unsubscribed"


def test_unsubscribing_from_one_newsletter_leaves_the_other(database: Database) -> None:
    """And there is a way to leave all of them."""
    monthly, weekly = _two(database)
    with database.unit() as uow:
        unsubscribe(uow, monthly, UnsubscribeRoute.PAGE, now=LATER)

    assert subscription(database, weekly).sendable

    with database.unit() as uow:
        unsubscribe_all(uow, monthly, UnsubscribeRoute.PREFERENCES, now=LATER)

    assert not subscription(database, weekly).sendable


def test_an_unsubscription_can_be_undone_for_thirty_days(database: Database) -> None:
    """Pressed by mistake, put back with one button."""
    place = cleo(database)
    with database.unit() as uow:
        come_back(uow, TOKENS, place, RETURN, now=NOW + RETURN_WITHIN)

    assert subscription(database, place).sendable


def test_later_a_forwarded_mail_cannot_put_anybody_back(database: Database) -> None:
    """The way back is then the sign-up form, which asks the mailbox."""
    for place in (cleo(database), ben(database)):
        with pytest.raises(TooLateToReturn), database.unit() as uow:
            come_back(uow, TOKENS, place, RETURN, now=NOW + RETURN_WITHIN + timedelta(seconds=1))


def test_nobody_comes_back_from_a_suppression_or_an_erasure(database: Database) -> None:
    """Suppression wins over everything."""
    place = cleo(database)
    with database.unit() as uow:
        suppress(uow, CLEO, REASONS.COMPLAINT, tokens=TOKENS, now=NOW)
    for subscription_id, error in ((place, AddressSuppressed), (4711, NothingHeld)):
        with pytest.raises(error), database.unit() as uow:
            come_back(uow, TOKENS, subscription_id, RETURN, now=LATER)

    assert not subscription(database, place).sendable


@pytest.mark.parametrize("reason", [REASONS.COMPLAINT, REASONS.NOT_ME, REASONS.UNSUBSCRIBED_AT_PROVIDER])
def test_what_the_reader_says_to_the_provider_unsubscribes(database: Database, reason: SuppressionReason) -> None:
    """A complaint is a reader's word, and ends every subscription."""
    place = ada(database)
    with database.unit() as uow:
        suppress(uow, ADA.upper(), reason, tokens=TOKENS, now=LATER)

    assert subscription(database, place).status == "unsubscribed"


@pytest.mark.parametrize("reason", [REASONS.HARD_BOUNCE, REASONS.DROPPED])
def test_a_bounce_stops_the_mail_and_keeps_the_choice(database: Database, reason: SuppressionReason) -> None:
    """Ada did not leave; her mailbox did."""
    place = ada(database)
    with database.unit() as uow:
        suppress(uow, ADA, reason, tokens=TOKENS, now=LATER)

    assert (subscription(database, place).status, subscription(database, place).sendable) == ("confirmed", False)


def test_an_address_we_do_not_hold_can_be_suppressed(database: Database) -> None:
    """A provider reports late, after an erasure."""
    with database.unit() as uow:
        suppress(uow, MAL, REASONS.HARD_BOUNCE, tokens=TOKENS, now=NOW)
        suppress(uow, MAL, REASONS.HARD_BOUNCE, tokens=TOKENS, now=LATER)


def _two(database: Database) -> tuple[int, int]:
    """Ada's subscriptions to two newsletters."""
    monthly = ada(database)
    with database.unit() as uow:
        weekly = a_newsletter(uow.session, "weekly")
        reader = uow.session.get_one(Subscription, monthly).subscriber
        second = Subscription(newsletter_id=weekly, subscriber=reader, created_at=NOW)
        uow.session.add(second)
        uow.session.flush()
        second.start(NOW)
    return monthly, second.id
