"""The mailbox that reports come to, by IMAP (RFC 3501): read without marking, marked when a report was applied.

A mail that was applied is `\\Seen`. One that is no report is `\\Flagged`: it stays unread for a person to look at, and
is not read again. One whose turn was interrupted is neither, and comes again.
"""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ssl import SSLContext, create_default_context
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

SECONDS = 30.0
IMAP_PORT, IMAPS_PORT = 143, 993
MOST_AT_ONCE = 500
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxAway(Exception):
    """The mailbox cannot be read now; the message says why, in one line, without the password."""


@dataclass(frozen=True)
class Waiting:
    """A mail that nobody has looked at."""

    uid: str
    size: int
    """Bytes."""


class BounceMailbox:
    """A folder on an IMAP server. Every method raises MailboxAway."""

    def __init__(self, url: str, *, context: SSLContext | None = None) -> None:
        """`url` is BOUNCE_MAILBOX. Connects and opens the folder."""
        parts = urlsplit(url)
        context = context or create_default_context()
        with _translated():
            self._imap = _connect(parts, context)
            try:
                if parts.scheme != "imaps":
                    self._imap.starttls(context)
                self._imap.login(unquote(parts.username or ""), unquote(parts.password or ""))
                self._ask("select", self._imap.select(_quoted(unquote(parts.path.strip("/")) or "INBOX")))
            except BaseException:
                self._imap.shutdown()
                raise

    def waiting(self) -> Iterator[Waiting]:
        """Mails that are neither seen nor flagged, oldest first; a few hundred at most."""
        with _translated():
            [uids] = self._ask("search", self._imap.uid("SEARCH", "UNSEEN", "UNFLAGGED"))
        for uid in (uids or b"").decode().split()[:MOST_AT_ONCE]:
            with _translated():
                answer = self._ask("fetch", self._imap.uid("FETCH", uid, "(RFC822.SIZE)"))
            size = _SIZE.search(b" ".join(part for part in answer if isinstance(part, bytes)))
            if size:
                yield Waiting(uid, int(size[1]))

    def read(self, mail: Waiting) -> bytes:
        """The whole mail."""
        with _translated():
            answer = self._ask("fetch", self._imap.uid("FETCH", mail.uid, "(BODY.PEEK[])"))
        return next((bytes(part[1]) for part in answer if isinstance(part, tuple)), b"")

    def done(self, mail: Waiting) -> None:
        """It was applied."""
        with _translated():
            self._ask("store", self._imap.uid("STORE", mail.uid, "+FLAGS.SILENT", r"(\Seen)"))

    def set_aside(self, mail: Waiting) -> None:
        """It is for a person to look at."""
        with _translated():
            self._ask("store", self._imap.uid("STORE", mail.uid, "+FLAGS.SILENT", r"(\Flagged)"))

    def close(self) -> None:
        """Say goodbye."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()

    @staticmethod
    def _ask(command: str, answer: tuple[str, list[Any]]) -> list[Any]:
        status, data = answer
        if status != "OK":
            raise MailboxAway(f"the mail server refuses {command}")
        return data


def _connect(parts: SplitResult, context: SSLContext) -> imaplib.IMAP4:
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port or IMAPS_PORT, ssl_context=context, timeout=SECONDS)
    return imaplib.IMAP4(host, port or IMAP_PORT, timeout=SECONDS)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (imaplib.IMAP4.error, OSError) as error:
        words = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error).encode()
        raise MailboxAway(" ".join(words.decode("utf-8", "replace").split())[:200]) from None


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
