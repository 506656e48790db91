"""The mailbox of reports, in a real conversation with an IMAP server."""

import pytest

from service.mail.bounce_mailbox import BounceMailbox, MailboxAway
from tests.standins.imap import ImapStandin

REPORT = b"Subject: Undelivered\r\n\r\nIt came back.\r\n"


@pytest.mark.parametrize("tls", [True, False], ids=["imaps", "starttls"])
def test_mails_are_read_in_order_and_marked_one_by_one(tls: bool) -> None:
    """Reading marks nothing; user, password and folder may hold any character."""
    with ImapStandin(REPORT, REPORT + b"2", tls=tls, folder="Bounces & more") as server:
        mailbox = BounceMailbox(server.url, context=server.trusting())
        first, second = mailbox.waiting()

        assert (first.size, mailbox.read(second)) == (len(REPORT), REPORT + b"2")
        assert [mail.flags for mail in server.mails] == [set(), set()]
        mailbox.done(first)
        mailbox.set_aside(second)
        assert [mail.flags for mail in server.mails] == [{"\\Seen"}, {"\\Flagged"}]
        assert list(mailbox.waiting()) == []
        mailbox.close()


@pytest.mark.parametrize("change", [("p%40ss", "wrong"), ("INBOX", "Elsewhere")])
def test_refused_mailbox_is_away(change: tuple[str, str]) -> None:
    """And the password stays out of the message."""
    with ImapStandin() as server, pytest.raises(MailboxAway) as refusal:
        BounceMailbox(server.url.replace(*change), context=server.trusting())

    assert "w/rd" not in str(refusal.value)


def test_server_that_nobody_vouches_for_never_hears_the_password() -> None:
    """Its certificate is its own."""
    with ImapStandin() as server:
        with pytest.raises(MailboxAway, match="certificate"):
            BounceMailbox(server.url)

        assert server.heard == []


def test_no_server_is_away() -> None:
    """Connection refused."""
    with ImapStandin() as gone:
        url = gone.url

    with pytest.raises(MailboxAway):
        BounceMailbox(url)
