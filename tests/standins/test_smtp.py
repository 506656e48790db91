"""The mail server of the tests keeps to the manners it was given."""

import smtplib
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.standins.smtp import DROP, At, Manners, SmtpStandin

PEOPLE = ("news@example.org", "ada@example.test")
TEXT = "Subject: hello\r\n\r\nhello\r\n"


def write(server: SmtpStandin, to: str = PEOPLE[1]) -> None:
    """One message over a connection of its own."""
    with smtplib.SMTP("127.0.0.1", server.port, timeout=60) as client:
        client.sendmail(PEOPLE[0], to, TEXT)


@pytest.mark.parametrize("offered", [True, False])
def test_pipelining_is_offered_or_not(offered: bool) -> None:
    """And one message's text may be followed by the next one's commands."""
    with SmtpStandin(Manners(pipelining=offered)) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        client.ehlo()

        assert client.has_extn("pipelining") is offered
    with SmtpStandin() as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        opening = b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n"
        client.sendall(b"EHLO x\r\n" + opening + b"one\r\n.\r\n" + opening + b"two\r\n.\r\nQUIT\r\n")
        with client.makefile("rb") as replies:
            codes = [line[:3] for line in replies if line[3:4] != b"-"]

        assert codes == [b"220", b"250", *[b"250", b"250", b"354", b"250"] * 2, b"221"]
        assert len(server.messages()) == 2


def test_greylisting_puts_each_person_off_once() -> None:
    """By address."""
    with SmtpStandin(Manners(greylists=True)) as server:
        for to in PEOPLE:
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                write(server, to)
            write(server, to)

        assert len(server.messages()) == 2


def test_connections_and_messages_are_limited() -> None:
    """421 at the door, and 421 after enough."""
    with SmtpStandin(Manners(most_connections=1, most_messages=1)) as server:
        with smtplib.SMTP("127.0.0.1", server.port) as client:
            with pytest.raises(smtplib.SMTPConnectError, match="421"):
                smtplib.SMTP("127.0.0.1", server.port)
            client.sendmail(*PEOPLE, TEXT)
            with pytest.raises(smtplib.SMTPSenderRefused, match="421"):
                client.sendmail(*PEOPLE, TEXT)

        assert len(server.messages()) == 1


def test_dying_in_the_middle_takes_nothing() -> None:
    """The text has begun and not ended."""
    with SmtpStandin() as server:
        server.answer_next(DROP, at=At.MIDDLE)
        with closing(smtplib.SMTP("127.0.0.1", server.port)) as client:
            client.ehlo()
            client.mail(PEOPLE[0])
            client.rcpt(PEOPLE[1])
            client.docmd("DATA")
            client.send("Subject: hello\r\n")
            with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
                client.getreply()

        assert server.messages() == []


def test_eager_server_lets_nobodys_text_come(tmp_path: Path) -> None:
    """As a process of its own, with every manner as an option."""
    options = ["--port", "0", "--eager", "--no-pipelining", "--folder", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.standins.smtp", *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = int(process.stdout.readline().partition("?")[0].rpartition(":")[2])
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail(PEOPLE[0])
        assert client.docmd("DATA")[0] == 354
        client.send(".\r\n")
        assert client.getreply()[0] == 554
        client.rset()
        client.sendmail(*PEOPLE, TEXT)
    process.terminate()
    process.communicate(timeout=60)

    assert len(list(tmp_path.glob("*.eml"))) == 1
