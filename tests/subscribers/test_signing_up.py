"""Sign-up: what is stored and what is owed, for every kind of address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.db import Database
from service.mail.model import Notice
from service.subscribers.actions import suppress
from service.subscribers.model import SignUp, Subscriber, Subscription, SubscriptionConsent, SuppressionReason
from service.subscribers.signing_up import sign_up
from service.subscribers.wording import SIGN_UP
from tests.cast import ADA, BEN, CLEO, MAL, NOW
from tests.conftest import Chime
from tests.subscribers.readers import TOKENS, a_form, ada, ben, cleo, owed, press, subscription

DAY = timedelta(days=1)


def test_a_new_address_is_pending_and_asked(database: Database) -> None:
    """Nobody is on the list because somebody typed an address."""
    press(database, MAL)

    assert owed(database) == [("confirm_subscription", 1)]
    assert subscription(database, 1).status == "pending"
    assert not subscription(database, 1).sendable


def test_the_mail_is_rung_for_after_the_commit(database: Database, chime: Chime) -> None:
    """The worker is told which notice to look at, and no address."""
    press(database, MAL)

    assert chime.rung == [("mail.send_notice", 1)]


def test_the_consent_is_kept_word_for_word(database: Database) -> None:
    """The words, their version and language, the place, and the time."""
    press(database, MAL)

    with database.read() as session:
        proof = session.scalars(select(SubscriptionConsent)).one()
        kept = (proof.wording, proof.wording_version, proof.lang, proof.source, proof.basis, proof.given_at)
    assert kept == (SIGN_UP[-1].text, SIGN_UP[-1].version, "en", "footer /", "consent", NOW)


def test_a_pending_address_is_asked_again_a_day_later(database: Database) -> None:
    """The first mail may have been lost; there is still one subscription."""
    press(database, MAL)
    press(database, MAL.upper(), NOW + DAY)

    assert owed(database) == [("confirm_subscription", 1), ("confirm_subscription", 1)]


def test_a_confirmed_address_is_told_so(database: Database) -> None:
    """Ada stays confirmed and gets the link to her choices."""
    place = ada(database)
    press(database, ADA)

    assert owed(database) == [("already_subscribed", place)]
    assert subscription(database, place).sendable


def test_an_unsubscribed_address_is_asked_and_stays_off_the_list(database: Database) -> None:
    """A stranger who types Cleo's address cannot put her back."""
    place = cleo(database)
    press(database, CLEO, NOW + DAY)

    assert owed(database) == [("confirm_subscription", place)]
    assert subscription(database, place).status == "unsubscribed"


@pytest.mark.parametrize("reason", SuppressionReason)
def test_a_suppressed_address_is_neither_stored_nor_written_to(database: Database, reason: SuppressionReason) -> None:
    """Suppression wins over everything."""
    with database.unit() as uow:
        suppress(uow, MAL, reason, tokens=TOKENS, now=NOW)
    press(database, MAL)

    assert owed(database) == []
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


def test_a_suppression_that_has_run_out_stops_nothing(database: Database) -> None:
    """A year after "not me" the form works again."""
    place = ben(database)
    with database.unit() as uow:
        suppress(uow, BEN, SuppressionReason.NOT_ME, tokens=TOKENS, now=NOW, until=NOW + 365 * DAY)
    press(database, BEN, NOW + 365 * DAY)

    assert owed(database) == [("confirm_subscription", place)]
    assert not subscription(database, place).subscriber.suppressed


def test_every_press_leaves_one_row_whatever_the_address_is(database: Database) -> None:
    """So every answer waits for one commit, and its time tells nothing."""
    ada(database)
    with database.unit() as uow:
        suppress(uow, BEN, SuppressionReason.COMPLAINT, tokens=TOKENS, now=NOW)
    for email in (ADA, BEN, MAL):
        press(database, email)

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SignUp)) == 3


def test_a_stranger_cannot_rename_a_confirmed_reader(database: Database) -> None:
    """A name that comes with a form is taken only while nobody has confirmed."""
    for place, email, name in ((ada(database), ADA, "Ada"), (ben(database), BEN, "Mal")):
        press(database, email, name="Mal")

        assert subscription(database, place).subscriber.name == name


def test_a_held_mail_is_owed_for_later(database: Database) -> None:
    """Behind the breaker nothing is lost; it waits."""
    with database.unit() as uow:
        sign_up(uow, TOKENS, a_form(MAL), now=NOW, hold=timedelta(hours=2))

    with database.read() as session:
        assert session.scalars(select(Notice.due_at)).one() == NOW + timedelta(hours=2)


def test_many_at_the_same_moment_make_one_subscription_and_one_mail(database: Database) -> None:
    """A double press, on two connections."""
    with ThreadPoolExecutor(4) as hands:
        list(hands.map(lambda _: press(database, MAL), range(8)))

    assert owed(database) == [("confirm_subscription", 1)]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscription)) == 1
