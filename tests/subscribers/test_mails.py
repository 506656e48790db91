"""What we mail to readers, as it leaves the house."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.issues.model import Newsletter
from service.languages import LANGUAGES, direction
from service.mail.accessibility import faults
from service.mail.message import Address, Mailing
from service.mail.notices import due_notices, send_notice
from service.subscribers.actions import suppress, unsubscribe
from service.subscribers.confirming import confirm
from service.subscribers.model import Subscriber, Subscription, SuppressionReason, UnsubscribeRoute
from service.subscribers.phrases.table import phrases_in
from service.subscribers.reading import Reading, choose_reading
from service.subscribers.signing_up import sign_up
from tests.cast import ADA, BEN, MAL
from tests.conftest import Clock, Postbox
from tests.subscribers.readers import a_form, a_newsletter, ada, press

LINK = re.compile(r"http://localhost/confirm/([\w-]{43})")


@pytest.fixture(autouse=True)
def newsletter(services: Services) -> None:
    """There is a newsletter."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)


def send_all(services: Services) -> None:
    """What a worker does."""
    with services.database.read() as session:
        due = due_notices(session, services.clock())
    for notice in due:
        send_notice(services.database, services.mailer, services.head, services.composers, notice, clock=services.clock)


def sent_to(postbox: Postbox, email: str) -> list[Mailing]:
    """The mails somebody got."""
    return [mail for mail in postbox.mailings if mail.recipients[0].to.email == email]


def test_the_question_carries_a_link_that_confirms(services: Services, postbox: Postbox) -> None:
    """In both parts, and the same one."""
    press(services.database, MAL)
    send_all(services)

    mail = sent_to(postbox, MAL)[0]
    token = LINK.findall(mail.text)[0]
    assert set(LINK.findall(mail.text)) == set(LINK.findall(mail.html)) == {token}
    with services.database.unit() as uow:
        confirm(uow, services.tokens, token, now=services.clock())


def test_the_question_has_a_way_to_say_no_and_no_list_headers(services: Services, postbox: Postbox) -> None:
    """There is no subscription yet, so nothing may pretend that there is one to leave."""
    press(services.database, MAL)
    send_all(services)

    mail = sent_to(postbox, MAL)[0]
    assert "/not-me" in mail.text
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert not [name for name in mail.headers if name.startswith("List-")]


def test_the_question_repeats_nothing_that_a_stranger_typed(services: Services, postbox: Postbox) -> None:
    """Otherwise the form mails anybody's words to anybody."""
    press(services.database, MAL, name="You have won")
    send_all(services)

    mail = sent_to(postbox, MAL)[0]
    assert "You have won" not in mail.text + mail.html + str(mail.recipients[0].to)


def test_the_welcome_carries_both_ways_out(services: Services, postbox: Postbox) -> None:
    """One for people, one for mailboxes (RFC 8058), and the choices."""
    press(services.database, BEN, name="Ben")
    send_all(services)
    with services.database.unit() as uow:
        confirm(uow, services.tokens, LINK.findall(postbox.mailings[0].text)[0], now=services.clock())
    send_all(services)

    mail = sent_to(postbox, BEN)[1]
    assert mail.headers["List-Unsubscribe"] == f"<{services.links.unsubscribe(1)}>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for link in (services.links.unsubscribe(1), services.links.preferences(1)):
        assert link in mail.text
        assert link in mail.html
    assert "Hello Ben" in mail.text


def test_ada_is_told_that_she_is_on_the_list(services: Services, postbox: Postbox) -> None:
    """With the link to her choices."""
    place = ada(services.database)
    press(services.database, ADA)
    send_all(services)

    assert services.links.preferences(place) in sent_to(postbox, ADA)[0].text


def test_a_mail_that_nobody_needs_any_more_is_not_sent(services: Services, postbox: Postbox, clock: Clock) -> None:
    """Confirmed, left, suppressed or erased between the owing and the sending."""
    place = ada(services.database)
    press(services.database, ADA)
    press(services.database, BEN)
    with services.database.unit() as uow:
        unsubscribe(uow, place, UnsubscribeRoute.PAGE, now=clock())
        suppress(uow, BEN, SuppressionReason.COMPLAINT, tokens=services.tokens, now=clock())
    send_all(services)

    assert postbox.mailings == []


def test_a_mail_tried_twice_has_two_good_links(services: Services, postbox: Postbox, clock: Clock) -> None:
    """A worker that died after sending leaves a mail in the mailbox; its link must work."""
    press(services.database, MAL)
    send_all(services)
    press(services.database, MAL, clock.move(hours=24))
    send_all(services)

    for mail in sent_to(postbox, MAL):
        with services.database.unit() as uow:
            confirm(uow, services.tokens, LINK.findall(mail.text)[0], now=services.clock())


def test_a_held_mail_leaves_when_its_time_has_come(services: Services, postbox: Postbox, clock: Clock) -> None:
    """Nothing is lost behind the breaker."""
    with services.database.unit() as uow:
        sign_up(uow, services.tokens, a_form(MAL), now=clock(), hold=timedelta(hours=1))
    send_all(services)

    assert postbox.mailings == []

    clock.move(hours=1)
    send_all(services)

    assert len(postbox.mailings) == 1


def mails_in(services: Services, postbox: Postbox, **changed: str) -> list[Mailing]:
    """The question, the welcome, and the notice that an address is on the list, as one reader gets them."""
    press(services.database, BEN, name="Ben")
    with services.database.unit() as uow:
        for name, value in changed.items():
            setattr(uow.session.scalars(select(Subscriber)).one(), name, value)
    send_all(services)
    with services.database.unit() as uow:
        confirm(uow, services.tokens, LINK.findall(postbox.mailings[0].text)[0], now=services.clock())
    send_all(services)
    press(services.database, BEN)
    send_all(services)
    return sent_to(postbox, BEN)


@pytest.mark.parametrize("lang", [*LANGUAGES, "ar-EG"])
def test_readers_are_written_to_in_their_language(services: Services, postbox: Postbox, lang: str) -> None:
    """Both parts, the subject, and the direction; and everybody can read it."""
    say = phrases_in(lang)
    mails = mails_in(services, postbox, locale=lang)

    assert [mail.subject for mail in mails] == [say.confirm_subject, say.welcome_subject, say.already_subject]
    for mail, button in zip(mails, (say.confirm_button, say.welcome_button, say.already_button), strict=True):
        assert mail.lang == lang
        assert f'<html lang="{lang}" dir="{direction(lang)}"' in mail.html
        assert button in mail.html
        assert faults(mail.html, mail.text) == []
    assert say.confirm_time in mails[0].text
    assert say.greet("Ben") in mails[1].text
    assert say.unsubscribe in mails[2].text


@pytest.mark.parametrize(("locale", "paper", "lang"), [("de", "fr", "de"), ("pl", "fr", "fr"), ("pl", "sv", "en")])
def test_a_language_that_we_do_not_write_in(
    services: Services, postbox: Postbox, locale: str, paper: str, lang: str
) -> None:
    """Then the newsletter's, then English."""
    with services.database.unit() as uow:
        uow.session.scalars(select(Newsletter)).one().lang = paper

    assert {mail.lang for mail in mails_in(services, postbox, locale=locale)} == {lang}


def test_the_language_that_somebody_asked_for_comes_first(services: Services, postbox: Postbox) -> None:
    """Before the one that their address came with. The name of the newsletter says that it is in another."""
    place = ada(services.database)
    choose(services, place, Reading(lang="ar"))
    press(services.database, ADA)
    send_all(services)

    mail = sent_to(postbox, ADA)[0]
    assert (mail.lang, mail.subject) == ("ar", phrases_in("ar").already_subject)
    assert '<span lang="en-GB" dir="ltr">Storywell monthly</span>' in mail.html
    assert "تصلكم Storywell monthly" in mail.text


def test_discreet_readers_get_discreet_notices(services: Services, postbox: Postbox) -> None:
    """Sender, subject and the line beside it; the name of the newsletter is in neither part."""
    with services.database.unit() as uow:
        uow.session.scalars(select(Newsletter)).one().name = "Leukaemia monthly"
    place = ada(services.database)
    choose(services, place, Reading(discreet=True))
    press(services.database, ADA)
    send_all(services)

    mail = sent_to(postbox, ADA)[0]
    assert mail.sender == Address(services.head.sender.email, "Letters")
    assert "All is well: you get Your letter" in mail.text
    assert "Leukaemia" not in mail.subject + mail.text + mail.html


def choose(services: Services, place: int, reading: Reading) -> None:
    """A reader says how they would like to be written to."""
    with services.database.unit() as uow:
        reader = uow.session.get_one(Subscription, place).subscriber
        choose_reading(uow, services.tokens, reader, reading, now=services.clock())


def test_every_mail_can_be_read_by_everybody(services: Services, postbox: Postbox) -> None:
    """The accessibility rules find nothing."""
    ada(services.database)
    press(services.database, ADA)
    press(services.database, BEN)
    send_all(services)
    with services.database.unit() as uow:
        confirm(uow, services.tokens, LINK.findall(sent_to(postbox, BEN)[0].text)[0], now=services.clock())
    send_all(services)

    assert [faults(mail.html, mail.text) for mail in postbox.mailings] == [[], [], []]
