"""The outbox transport: every mail becomes a file that a person can open, and nothing leaves the machine."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from secrets import token_hex

from service.mail.bulk import Circular, Prepared, SpelledOut
from service.mail.message import Mailing, Receipt, Recipient, Rejected, TryLater
from service.mail.mime import compose, message_id

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.eml")


class NoSuchLetter(LookupError):
    """The outbox has no letter of that name."""


class OutboxMailer:
    """Writes each recipient's message as `<delivery>.eml`, so handing the same delivery over twice leaves one file.

    A file appears whole or not at all; its modification time is the time of the hand-over.
    """

    largest = 1000

    def __init__(self, folder: Path, *, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Write the messages. Raises TryLater when the folder cannot be written."""
        now = self._clock()
        rejected: dict[str, str] = {}
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for recipient in mailing.recipients:
                try:
                    self._keep(mailing, recipient, now)
                except Rejected as refusal:
                    rejected[recipient.delivery] = refusal.reason
        except OSError as error:
            raise TryLater(f"the outbox cannot be written: {error.strerror}") from error
        return Receipt(f"outbox-{token_hex(8)}", rejected)

    def prepare(self, circular: Circular) -> Prepared:
        """Nothing to compile: a person reads these files, so they may take their time."""
        return SpelledOut(circular, self.hand_over)

    def close(self) -> None:
        """Nothing is kept open."""

    def _keep(self, mailing: Mailing, recipient: Recipient, now: datetime) -> None:
        message_id(mailing, recipient)  # refuses an id that could leave the folder
        place = self._folder / f"{recipient.delivery}.eml"
        if place.exists():
            return
        draft = self._folder / f".{recipient.delivery}.{token_hex(4)}"
        draft.write_bytes(compose(mailing, recipient, now=now).as_bytes())
        nanoseconds = int(now.timestamp() * 1_000_000) * 1000
        os.utime(draft, ns=(nanoseconds, nanoseconds))
        draft.replace(place)


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the outbox."""

    name: str
    subject: str
    to: str
    date: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it was handed over."""

    name: str
    subject: str
    to: str
    sender: str
    date: datetime
    headers: list[tuple[str, str]]
    text: str
    html: str


def letters(folder: Path, *, limit: int = 200) -> list[Summary]:
    """The newest `limit` letters, newest first; none when there is no outbox yet."""
    newest = sorted(_files(folder), key=lambda entry: (-entry.stat().st_mtime_ns, entry.name))[:limit]
    return [_summary(entry) for entry in newest]


def letter(folder: Path, name: str) -> Letter:
    """One letter by the name of its summary. Raises NoSuchLetter, also for a name that points elsewhere."""
    if not _NAME.fullmatch(name):
        raise NoSuchLetter(name)
    try:
        message = _parse((folder / name).read_bytes())
    except FileNotFoundError as error:
        raise NoSuchLetter(name) from error
    return Letter(
        name=name,
        subject=str(message["Subject"]),
        to=str(message["To"]),
        sender=str(message["From"]),
        date=message["Date"].datetime,
        headers=[(header, str(value)) for header, value in message.items()],
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    if folder.is_dir():
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if _NAME.fullmatch(entry.name))


def _summary(entry: os.DirEntry[str]) -> Summary:
    with Path(entry.path).open("rb") as file:
        message = _parse(b"".join(iter(file.readline, b"\r\n")))
    return Summary(entry.name, str(message["Subject"]), str(message["To"]), message["Date"].datetime)


def _parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body else ""
