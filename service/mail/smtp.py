"""The SMTP transport: one message a hand-over, on a connection that is kept.

What is certain and what is not: until the last byte of a message is written, the server has not taken it. Once it is
written, only the server's reply tells, so a connection lost at that point is an unknown outcome.
"""

import re
from collections.abc import Callable
from datetime import datetime
from smtplib import SMTP, SMTPException
from ssl import SSLContext

from service.mail.message import Mailing, OutcomeUnknown, Receipt, Rejected, TryLater
from service.mail.mime import compose, plain
from service.mail.smtp_server import REPLY_SECONDS, Connections, Server, said, words_of

_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)
_SIGN_IN_AGAIN = frozenset({530, 534, 535, 538})
"""Replies about how we signed in (RFC 4954): the server said nothing about the mail, and an operator can mend it."""


class SmtpMailer:
    """Hands mail to the server of SMTP_URL.

    `largest` is 1, so a hand-over has one outcome and no partial progress: taken, refused, try later, or unknown.
    """

    largest = 1

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        context: SSLContext | None = None,
        reply_seconds: float = REPLY_SECONDS,
    ) -> None:
        """Opens nothing yet. `context` replaces the system's trust in certificates. Raises BadSetting for `url`."""
        self._clock = clock
        self._connections = Connections(Server.parse(url), clock=clock, context=context, reply_seconds=reply_seconds)

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Give one message to the server; its reply is the receipt's id. What it refuses for good is in `rejected`."""
        if len(mailing.recipients) != self.largest:
            raise Rejected(f"one hand-over by SMTP holds one message, not {len(mailing.recipients)}")
        recipient = mailing.recipients[0]
        sender, to = plain(mailing.sender), plain(recipient.to)
        body = compose(mailing, recipient, now=self._clock()).as_bytes()
        with self._connections.one() as connection:
            _expect(_ask(connection, lambda: connection.mail(sender)), 250)
            try:
                _expect(_ask(connection, lambda: connection.rcpt(to)), 250, 251, 252)
                _expect(_ask(connection, lambda: connection.docmd("DATA")), 354)
                _write(connection, body)
                return Receipt(_verdict(connection))
            except Rejected as refusal:
                return Receipt("", {recipient.delivery: refusal.reason})

    def close(self) -> None:
        """Let go of idle connections."""
        self._connections.close()


def _ask(connection: SMTP, command: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    """The reply to a command that comes before the message. Losing the connection here loses nothing else."""
    try:
        return command()
    except (OSError, SMTPException) as error:
        connection.close()
        raise TryLater(f"the connection to the mail server was lost: {words_of(error)}") from error


def _expect(reply: tuple[int, bytes], *good: int) -> None:
    code, words = reply
    if code in good:
        return
    if 500 <= code < 600 and code not in _SIGN_IN_AGAIN:
        raise Rejected(said(code, words))
    raise TryLater(said(code, words))


def _write(connection: SMTP, body: bytes) -> None:
    """Write the message and its end. When this fails the end was not written, so the server cannot have taken it."""
    try:
        connection.send(_LINE_WITH_DOT.sub(b"..", body) + b".\r\n")
    except OSError as error:
        connection.close()
        raise TryLater(f"the connection was lost while the message was written: {words_of(error)}") from error


def _verdict(connection: SMTP) -> str:
    """The server's reply to the whole message. Raises OutcomeUnknown when there is none, or none that can be read."""
    try:
        code, words = connection.getreply()
    except (OSError, SMTPException) as error:
        connection.close()
        raise OutcomeUnknown(f"the mail server did not say whether it took the message: {words_of(error)}") from error
    if not 200 <= code < 600 or 300 <= code < 400:
        connection.close()
        raise OutcomeUnknown(f"the mail server's reply cannot be read: {said(code, words)}")
    if code >= 400:
        _expect((code, words))
    return said(code, words)
