"""Groups of people through real mail servers: each message has an outcome of its own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.mail.message import Misconfigured, TryLater
from tests.mail.groups import CIRCULAR, a_group, a_mailer, hand_over
from tests.standins.smtp import DROP, SILENCE, At, Manners, SmtpStandin, Tls

LARGE = replace(CIRCULAR, text="A long story.\n" * 400_000)
"""More than the buffers between two processes hold."""


@pytest.fixture(params=[True, False], ids=["pipelined", "one by one"])
def smtp(request: pytest.FixtureRequest) -> Iterator[SmtpStandin]:
    """A server that offers PIPELINING, and one that does not."""
    with SmtpStandin(Manners(pipelining=request.param)) as server:
        yield server


def arrived(*servers: SmtpStandin) -> list[str]:
    """Who has a message, with the greeting in it."""
    messages = [message for server in servers for message in server.messages()]
    for message in messages:
        number = message.recipients[0].removeprefix("reader").partition("@")[0]
        assert message.part("plain") == f"Dear reader {number}\n\nThe list.\n.dots\n"
    return sorted(message.recipients[0] for message in messages)


def test_everybody_gets_their_own_message_once(smtp: SmtpStandin) -> None:
    """Over one connection."""
    group = a_group(100)

    receipt = hand_over(smtp.url, group)

    assert arrived(smtp) == sorted(group.addresses)
    assert (receipt.rejected, receipt.deferred, receipt.unknown) == ({}, {}, {})
    assert receipt.message_id == "250 2.0.0 taken as 000100"
    assert smtp.connections == 1


@pytest.mark.parametrize("eager", [True, False], ids=["354 all the same", "503"])
def test_refused_person_does_not_spoil_the_others(smtp: SmtpStandin, eager: bool) -> None:
    """First, in the middle, last, and two in a row; the server may say 354 to them all the same (RFC 2920, 3.1)."""
    smtp.behave(Manners(pipelining=smtp.manners.pipelining, eager=eager))
    for number in (0, 4, 5, 9):
        smtp.refuse(f"reader{number}@example.test")

    receipt = hand_over(smtp.url, a_group(10))

    assert set(receipt.rejected) == {"d0", "d4", "d5", "d9"}
    assert receipt.rejected["d4"] == "550 5.1.1 nobody of that name lives here"
    assert arrived(smtp) == [f"reader{n}@example.test" for n in (1, 2, 3, 6, 7, 8)]
    assert smtp.connections == 1


@pytest.mark.parametrize("point", [At.RECIPIENT, At.GO_ON, At.TEXT])
def test_refusal_is_about_one_message(smtp: SmtpStandin, point: At) -> None:
    """For now or for good, wherever it is said."""
    smtp.answer_next("451 4.2.1 not now", at=point)
    smtp.answer_next("554 5.6.0 not this one", at=point)

    receipt = hand_over(smtp.url, a_group(5))

    assert {key: put_off.reason for key, put_off in receipt.deferred.items()} == {"d0": "451 4.2.1 not now"}
    assert receipt.rejected == {"d1": "554 5.6.0 not this one"}
    assert arrived(smtp) == [f"reader{n}@example.test" for n in (2, 3, 4)]


def test_greylisting_is_normal_life(smtp: SmtpStandin) -> None:
    """Everybody is put off once and taken the second time."""
    smtp.behave(replace(smtp.manners, greylists=True))

    first, second = hand_over(smtp.url, a_group(5)), hand_over(smtp.url, a_group(5))

    assert (len(first.deferred), len(second.deferred)) == (5, 0)
    assert len(arrived(smtp)) == 5


@pytest.mark.parametrize("lost", [DROP, SILENCE])
def test_lost_reply_leaves_exactly_one_person_unknown(smtp: SmtpStandin, lost: str) -> None:
    """The message whose reply it was; the others go over a new connection."""
    with a_mailer(smtp.url, reply_seconds=3.0) as mailer:
        prepared = mailer.prepare(CIRCULAR)
        prepared.hand_over(a_group(1))
        smtp.answer_next(lost, at=At.TEXT)

        receipt = prepared.hand_over(a_group(10))

    assert set(receipt.unknown) == {"d0"}
    assert (receipt.rejected, receipt.deferred) == ({}, {})
    assert len(arrived(smtp)) == 10


def test_letter_that_a_server_cannot_bear_goes_last(smtp: SmtpStandin) -> None:
    """The server hangs up over one person, each time; everybody behind is taken, and that one is put off alone."""
    smtp.refuse("reader3@example.test", DROP)

    receipt = hand_over(smtp.url, a_group(6))

    assert set(receipt.deferred) == {"d3"}
    assert (receipt.rejected, receipt.unknown) == ({}, {})
    assert arrived(smtp) == [f"reader{n}@example.test" for n in (0, 1, 2, 4, 5)]


def test_letters_that_a_server_cannot_bear_keep_nobody_from_being_first(smtp: SmtpStandin) -> None:
    """They stand before all others, so nobody is taken; the next attempts begin with somebody else."""
    smtp.refuse("reader0@example.test", DROP)
    smtp.refuse("reader1@example.test", DROP)
    for attempt in (1, 2):
        with pytest.raises(TryLater), a_mailer(smtp.url) as mailer:
            mailer.prepare(CIRCULAR).hand_over(replace(a_group(4), attempt=attempt))

    with a_mailer(smtp.url) as mailer:
        receipt = mailer.prepare(CIRCULAR).hand_over(replace(a_group(4), attempt=3))

    assert set(receipt.deferred) == {"d0", "d1"}
    assert arrived(smtp) == ["reader2@example.test", "reader3@example.test"]


def test_server_that_dies_in_the_middle_of_a_message_has_not_taken_it(smtp: SmtpStandin) -> None:
    """Its end never left, so it is sent again at once, and arrives once."""
    smtp.answer_next(DROP, at=At.MIDDLE)
    with a_mailer(smtp.url) as mailer:
        prepared = mailer.prepare(LARGE)
        with pytest.raises(TryLater):
            prepared.hand_over(a_group(2))

        receipt = prepared.hand_over(a_group(2))

    assert (receipt.unknown, receipt.deferred) == ({}, {})
    assert [message.recipients[0] for message in smtp.messages()] == ["reader0@example.test", "reader1@example.test"]


def test_refused_sender_is_for_a_person_to_mend(smtp: SmtpStandin) -> None:
    """Nobody's mail would leave from that address."""
    smtp.answer_next("550 5.7.60 not your address", at=At.SENDER)

    with pytest.raises(Misconfigured, match="not your address"):
        hand_over(smtp.url, a_group(3))


def test_sender_refused_half_way_keeps_what_was_taken(smtp: SmtpStandin) -> None:
    """The next group will say that the sender is refused."""
    with a_mailer(smtp.url) as mailer:
        prepared = mailer.prepare(CIRCULAR)
        prepared.hand_over(a_group(2))
        smtp.refuse("reader0@example.test")
        smtp.answer_next("", at=At.SENDER)
        smtp.answer_next("550 5.7.60 not your address", at=At.SENDER)

        receipt = prepared.hand_over(a_group(3))

    assert set(receipt.rejected) == {"d0"}
    assert set(receipt.deferred) == {"d1", "d2"}


def test_group_refused_for_who_we_are_is_not_its_readers_fault(smtp: SmtpStandin) -> None:
    """A server that blocks us refuses every message for good, and nobody is struck from the list for it."""
    smtp.answer_next("554 5.7.1 your address is blocked", at=At.RECIPIENT, times=20)

    with pytest.raises(Misconfigured, match="blocked"):
        hand_over(smtp.url, a_group(20))


def test_address_that_is_none_is_rejected_and_nobody_else(smtp: SmtpStandin) -> None:
    """The server never hears of it."""
    group = a_group(3)

    receipt = hand_over(smtp.url, replace(group, addresses=["reader0@example.test", "no\r\nRCPT TO:<mal@x>", "x@"]))

    assert set(receipt.rejected) == {"d1", "d2"}
    assert arrived(smtp) == ["reader0@example.test"]


def test_connection_that_has_carried_enough_is_replaced(smtp: SmtpStandin) -> None:
    """421 after a few messages is how some servers are; nobody is put off for it."""
    smtp.behave(replace(smtp.manners, most_messages=3))

    receipt = hand_over(smtp.url, a_group(10))

    assert not receipt.deferred
    assert len(arrived(smtp)) == 10
    assert smtp.connections == 4


@pytest.mark.parametrize("tls", [Tls.REQUIRED, Tls.FROM_THE_START])
def test_group_goes_encrypted(tls: Tls) -> None:
    """With sign-in, pipelined."""
    with SmtpStandin(tls=tls, auth=("news", "s3cret")) as smtp, a_mailer(smtp.url, context=smtp.trusting()) as mailer:
        mailer.prepare(CIRCULAR).hand_over(a_group(20))

        assert all(message.encrypted for message in smtp.messages())
        assert len(arrived(smtp)) == 20


def test_dying_server_gives_its_share_to_the_others() -> None:
    """It takes some, hangs up, and refuses connections; nobody is missed, nobody has two, nobody is put off."""
    with SmtpStandin() as well, SmtpStandin() as dying:
        dying.behave(Manners(most_messages=2, most_connections=1))
        with a_mailer(f"{dying.url}&weight=10,{well.url}") as mailer:
            prepared = mailer.prepare(CIRCULAR)
            receipts = [prepared.hand_over(a_group(10, batch_id=n)) for n in range(3)]

        assert not any(receipt.deferred or receipt.unknown or receipt.rejected for receipt in receipts)
        assert len(arrived(well, dying)) == 30
        assert dying.messages()


def test_no_server_at_all_means_later() -> None:
    """With the reason of the first."""
    with SmtpStandin() as one, SmtpStandin() as two:
        urls = f"{one.url} {two.url}"

    with pytest.raises(TryLater, match="no connection"):
        hand_over(urls, a_group(3))
