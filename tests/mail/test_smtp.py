"""Mail through a real mail server, in its good and bad hours."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from ssl import SSLContext

import pytest

from service.mail.message import Mailer, Mailing, OutcomeUnknown, Recipient, Rejected, TryLater
from service.mail.smtp import SmtpMailer
from tests.cast import ADA, NOW
from tests.standins.smtp import DROP, SILENCE, At, SmtpStandin, Tls

HASTE_SECONDS = 3.0


class Hours:
    """A clock that is moved by hand."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hours() -> Hours:
    """The mailer's clock."""
    return Hours()


@pytest.fixture
def mailer(smtp: SmtpStandin, hours: Hours) -> Iterator[SmtpMailer]:
    """A mailer for the plain server."""
    with closing(SmtpMailer(smtp.url, clock=hours)) as mailer:
        yield mailer


@pytest.fixture
def hasty(smtp: SmtpStandin, hours: Hours) -> Iterator[SmtpMailer]:
    """One that waits for no reply longer than a slow machine needs for a good one."""
    with closing(SmtpMailer(smtp.url, clock=hours, reply_seconds=HASTE_SECONDS)) as mailer:
        yield mailer


def hand_over(mailing: Mailing, url: str, trust: SSLContext | None = None) -> None:
    """One hand-over on a mailer of its own."""
    with closing(SmtpMailer(url, clock=lambda: NOW, context=trust)) as mailer:
        mailer.hand_over(mailing)


def test_message_arrives_as_it_was_composed(smtp: SmtpStandin, mailer: Mailer, mailing: Mailing) -> None:
    """Envelope, headers, and lines that begin with a dot."""
    receipt = mailer.hand_over(mailing)

    [received] = smtp.messages()
    assert (received.sender, received.recipients) == ("news@mail.example.org", [ADA])
    assert received.message["Subject"] == mailing.subject
    assert "\n.\n.dots\n" in received.part("plain")
    assert receipt.message_id == "250 2.0.0 taken as 000001"
    assert not receipt.rejected


def test_connection_is_kept(smtp: SmtpStandin, mailer: Mailer, mailing: Mailing) -> None:
    """Signing in once is enough for many messages."""
    for _ in range(3):
        mailer.hand_over(mailing)

    assert len(smtp.messages()) == 3
    assert smtp.connections == 1


def test_old_connection_is_not_trusted(smtp: SmtpStandin, mailer: Mailer, mailing: Mailing, hours: Hours) -> None:
    """Servers hang up after a while; so do we, before they do."""
    mailer.hand_over(mailing)
    hours.now += timedelta(minutes=2)
    mailer.hand_over(mailing)

    assert smtp.connections == 2


def test_connection_the_server_left_is_replaced(smtp: SmtpStandin, mailer: Mailer, mailing: Mailing) -> None:
    """The next message finds out and goes over a new one."""
    smtp.answer_next(DROP, at=At.SENDER)
    with pytest.raises(TryLater):
        mailer.hand_over(mailing)

    mailer.hand_over(mailing)

    assert len(smtp.messages()) == 1
    assert smtp.connections == 2


def test_recipient_refused_for_good_is_rejected(smtp: SmtpStandin, mailer: Mailer, mailing: Mailing) -> None:
    """With the server's own words, and the connection serves the next."""
    smtp.answer_next("550 5.1.1 no such person", at=At.RECIPIENT)

    assert mailer.hand_over(mailing).rejected == {"d-ada": "550 5.1.1 no such person"}
    assert not mailer.hand_over(mailing).rejected
    assert (len(smtp.messages()), smtp.connections) == (1, 1)


def test_text_refused_for_good_is_rejected(smtp: SmtpStandin, mailer: Mailer, mailing: Mailing) -> None:
    """After the whole message was heard."""
    smtp.answer_next("554 5.7.1 we do not like it")

    assert mailer.hand_over(mailing).rejected == {"d-ada": "554 5.7.1 we do not like it"}
    assert smtp.messages() == []


def test_sender_refused_for_good_rejects_the_mailing(smtp: SmtpStandin, mailer: Mailer, mailing: Mailing) -> None:
    """Nobody's mail would leave from that address."""
    smtp.answer_next("550 5.7.60 not your address", at=At.SENDER)

    with pytest.raises(Rejected, match="not your address"):
        mailer.hand_over(mailing)


@pytest.mark.parametrize("point", [At.SENDER, At.RECIPIENT, At.GO_ON, At.TEXT])
@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted, come back", "421 4.3.2 shutting down"])
def test_temporary_refusal_means_later(
    point: At, answer: str, smtp: SmtpStandin, mailer: Mailer, mailing: Mailing
) -> None:
    """Greylisting is normal life, and the next attempt goes through."""
    smtp.answer_next(answer, at=point)
    with pytest.raises(TryLater, match=answer):
        mailer.hand_over(mailing)

    mailer.hand_over(mailing)

    assert len(smtp.messages()) == 1


@pytest.mark.parametrize("point", [At.SENDER, At.RECIPIENT])
def test_connection_lost_before_the_message_means_later(
    point: At, smtp: SmtpStandin, mailer: Mailer, mailing: Mailing
) -> None:
    """Nothing had been said that could be taken."""
    smtp.answer_next(DROP, at=point)

    with pytest.raises(TryLater):
        mailer.hand_over(mailing)


@pytest.mark.parametrize("answer", [DROP, SILENCE])
def test_reply_to_the_message_lost_is_unknown(answer: str, smtp: SmtpStandin, hasty: Mailer, mailing: Mailing) -> None:
    """The message was written to its end, and only the server knows what became of it."""
    smtp.answer_next(answer, at=At.TEXT)

    with pytest.raises(OutcomeUnknown):
        hasty.hand_over(mailing)


def test_no_server_means_later(mailing: Mailing) -> None:
    """Connection refused."""
    with SmtpStandin() as gone:
        url = gone.url

    with pytest.raises(TryLater, match="no connection"):
        hand_over(mailing, url)


def test_one_hand_over_holds_one_message(mailer: Mailer, mailing: Mailing, ada: Recipient) -> None:
    """So that its outcome is never half of this and half of that."""
    with pytest.raises(Rejected):
        mailer.hand_over(replace(mailing, recipients=[ada, ada]))


@pytest.mark.parametrize("tls", [Tls.OFFERED, Tls.REQUIRED, Tls.FROM_THE_START])
def test_encrypted_and_signed_in(tls: Tls, mailing: Mailing) -> None:
    """User and password may hold any character."""
    with SmtpStandin(tls=tls, auth=("news@example.org", "p@ss/w:rd%")) as smtp:
        hand_over(mailing, smtp.url, smtp.trusting())

        assert [received.encrypted for received in smtp.messages()] == [True]


@pytest.mark.parametrize("tls", [Tls.OFFERED, Tls.FROM_THE_START])
def test_certificate_of_a_stranger_is_not_trusted(tls: Tls, mailing: Mailing) -> None:
    """Nothing is said to a server that cannot show who it is."""
    with SmtpStandin(tls=tls) as smtp, pytest.raises(TryLater, match="certificate"):
        hand_over(mailing, smtp.url)


def test_missing_encryption_is_not_put_up_with(smtp: SmtpStandin, mailing: Mailing) -> None:
    """Required is what SMTP_URL means when it does not say."""
    with pytest.raises(TryLater, match="STARTTLS"):
        hand_over(mailing, smtp.url.partition("?")[0])


def test_password_is_never_said_in_the_clear(mailing: Mailing) -> None:
    """Somebody in between may have taken the offer of encryption out."""
    with SmtpStandin(auth=("u", "p")) as smtp, pytest.raises(TryLater, match="in the clear"):
        hand_over(mailing, smtp.url.replace("starttls=no", "starttls=if-offered"))


@pytest.mark.parametrize("change", [lambda url: url.replace("right", "wrong"), lambda url: url.replace("u:right@", "")])
def test_sign_in_refused_means_later(change: Callable[[str], str], mailing: Mailing) -> None:
    """A wrong password says nothing about the mail: an operator mends it and nobody is missed."""
    with SmtpStandin(auth=("u", "right")) as smtp, pytest.raises(TryLater) as refusal:
        hand_over(mailing, change(smtp.url))

    assert "wrong" not in refusal.value.reason
