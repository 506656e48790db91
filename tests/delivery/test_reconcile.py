"""The nightly look at the provider's lists, against its stand-in."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.bootstrap import Services, make_suppression_lists
from service.delivery.reconcile import reconcile
from service.mail.sendgrid_suppressions import SendGridSuppressions
from service.settings import Transport
from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus, Suppression, SuppressionReason
from service.subscribers.suppression import is_suppressed
from tests.journeys.house import free_port
from tests.standins.sendgrid import SendGridStandin

KEY = "SG.only-for-tests"
READER = "reader0@example.test"


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    """The provider."""
    with SendGridStandin(api_key=KEY) as standin:
        yield standin


@pytest.fixture
def look(services: Services, standin: SendGridStandin) -> Callable[..., int]:
    """One night's look; gives how many addresses were taken over."""

    def once(key: str = KEY, url: str = standin.url) -> int:
        lists = SendGridSuppressions(key, url, read_seconds=1)
        return reconcile(services.database, lists, services.tokens, clock=services.clock)

    return once


def place(services: Services) -> tuple[SubscriptionStatus, bool]:
    """Where the first reader's subscription stands, and whether it may be sent to."""
    with services.database.read() as session:
        found = session.scalars(select(Subscription).join(Subscriber).where(Subscriber.email == READER)).one()
    return found.status, found.sendable


@pytest.mark.parametrize("name", ["bounces", "invalid_emails"])
def test_an_address_that_does_not_work_gets_no_more_mail(
    services: Services, standin: SendGridStandin, look: Callable[..., int], readers: list[int], name: str
) -> None:
    """The webhook was away that day."""
    standin.suppress(name, READER.upper())

    assert look() == 1
    assert place(services) == (SubscriptionStatus.CONFIRMED, False)


@pytest.mark.parametrize("name", ["spam_reports", "unsubscribes"])
def test_the_readers_own_word_ends_the_subscription(
    services: Services, standin: SendGridStandin, look: Callable[..., int], readers: list[int], name: str
) -> None:
    """Said to the provider, meant for us."""
    standin.suppress(name, READER)

    assert look() == 1
    assert place(services) == (SubscriptionStatus.UNSUBSCRIBED, False)


def test_a_block_is_no_suppression(
    services: Services, standin: SendGridStandin, look: Callable[..., int], readers: list[int]
) -> None:
    """The provider goes on trying."""
    standin.suppress("blocks", READER)

    assert look() == 0
    assert place(services) == (SubscriptionStatus.CONFIRMED, True)


def test_lists_are_read_to_their_end_and_the_next_night_adds_nothing(
    services: Services, standin: SendGridStandin, look: Callable[..., int]
) -> None:
    """Page by page; addresses we never had are remembered too, as hashes."""
    for number in range(501):
        standin.suppress("bounces", f"gone{number}@example.test", created=number)

    assert [look(), look()] == [501, 0]
    with services.database.read() as session:
        assert is_suppressed(session, services.tokens, "gone0@example.test", services.clock())
        assert {kept.reason for kept in session.scalars(select(Suppression))} == {SuppressionReason.HARD_BOUNCE}


def test_a_provider_that_does_not_answer_is_asked_again_tomorrow(
    standin: SendGridStandin, look: Callable[..., int]
) -> None:
    """A wrong key, or nobody there."""
    standin.suppress("bounces", READER)

    assert look(key="SG.wrong") == 0
    assert look(url=f"http://127.0.0.1:{free_port()}") == 0


def test_only_the_provider_has_lists(services: Services) -> None:
    """The outbox and SMTP keep none."""
    assert make_suppression_lists(services.settings) is None
    assert make_suppression_lists(replace(services.settings, mail_transport=Transport.SMTP)) is None
    lists = make_suppression_lists(replace(services.settings, mail_transport=Transport.SENDGRID, sendgrid_api_key=KEY))
    assert lists is not None
    lists.close()
