"""What a worker did with each message of a group, on this machine's disk while it does it.

A group of a hundred is intended in the database at once; which of its messages a mail server took is told here, one
write(2) a message, before and after the bytes that cannot be called back. Writes survive kill -9, because the kernel
holds them, so nothing waits for the disk (fsync). They may not survive a power cut: `home` changes with every start of
the machine, and after one the silence of a journal proves nothing any more.

Whoever writes a journal holds a lock on it (flock), and so does whoever settles it. A worker that is stopped keeps its
lock, and a worker that comes too late finds the word `settled` and sends nothing.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.mail.message import TryLater

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
AT_ONCE = 100
"""Journals that are locked while the ledger is asked about them."""
_SETTLED = b"settled\n"
_NAME = re.compile(r"(\d+)\.(\d+)\.(.+)")

Place = tuple[int, int, str]
"""(batch id, attempt, worker): what a journal is named after."""


@dataclass(frozen=True)
class Proof:
    """What a journal says of the deliveries of its group."""

    told: Mapping[str, tuple[str, str]]
    """Delivery -> the last thing that was done with it (`sent`, `accepted`, `rejected`, `deferred`), and why."""
    complete: bool
    """Whoever it does not name certainly was not sent. Not so when the machine has been down since."""


class Journal:
    """The open journal of one group. Each method raises TryLater when the disk does not take it."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._waiting = b""

    def sent(self, delivery: str) -> None:
        """The message is about to leave: from here on only the server knows."""
        self._waiting += f"sent {delivery}\n".encode()
        self.flush()

    def told(self, verdict: str, delivery: str, words: str) -> None:
        """The server has spoken: `accepted`, `rejected` or `deferred`. Written by `flush`, or with the next `sent`."""
        self._waiting += f"{verdict} {delivery} {' '.join(words.split())}\n".encode()

    def flush(self) -> None:
        """Write what is waiting, before anything else is waited for."""
        lines, self._waiting = self._waiting, b""
        try:
            whole = not lines or os.write(self._file, lines) == len(lines)
        except OSError as error:
            raise TryLater(f"the journal cannot be written: {error.strerror}") from error
        if not whole:
            raise TryLater("the journal cannot be written: the disk is full")

    def close(self) -> None:
        """Let go of the lock. What is waiting was flushed, or could not be."""
        os.close(self._file)


class Journals:
    """The journals of the workers that share a data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def home(self) -> str:
        """Names this folder on this machine since its last start. Raises TryLater when the disk is full."""
        try:
            return hashlib.blake2b(self._own_word() + _boot_id(), digest_size=4).hexdigest()
        except OSError as error:
            raise TryLater(f"the journals cannot be written: {error.strerror}") from error

    def begin(self, place: Place) -> Journal:
        """An empty journal for a group. Raises TryLater when there can be none: then nothing may be sent."""
        try:
            file = self._locked(place)
            if file is None:
                raise TryLater("somebody is settling this group")
            if _content(file).endswith(_SETTLED):
                os.close(file)
                raise TryLater("this group was settled while its worker was away")
            os.ftruncate(file, 0)
        except OSError as error:
            raise TryLater(f"the journal cannot be written: {error.strerror}") from error
        return Journal(file)

    def has(self, place: Place) -> bool:
        """Whether something was written down here about a group."""
        return self._path(place).exists()

    def settle(self, place: Place) -> Proof | None:
        """What the journal of a group proves, now that its worker is gone; the same when asked again.

        None when it proves nothing, or when the worker lives after all. From now on nobody can send the group.
        """
        try:
            here = place[2].startswith(f"{self.home}-")
            content = self._closed(place) if here or self.has(place) else None
        except (OSError, TryLater):  # the disk is full: another time
            return None
        return None if content is None else Proof(_last_words(content), complete=here)

    def tidy(
        self, open_ones: Callable[[Collection[Place]], Collection[Place]], has_ended: Callable[[str], bool]
    ) -> None:
        """Remove the journals of groups that `open_ones` does not give back.

        The word `settled` waits for a worker that comes too late, for as long as `has_ended` denies that its process
        is over: a clock could be wrong, and a worker may be stopped for longer than anybody thinks.
        """
        places = self._places()
        for start in range(0, len(places), AT_ONCE):
            locked = {place: file for place in places[start : start + AT_ONCE] if (file := self._locked(place))}
            needed = open_ones(locked) if locked else ()
            for place, file in locked.items():
                if place not in needed and (has_ended(place[2]) or not _content(file).endswith(_SETTLED)):
                    self._path(place).unlink(missing_ok=True)
                os.close(file)

    def _closed(self, place: Place) -> bytes | None:
        """The journal's lines, after which nobody can write more; None while somebody does."""
        file = self._locked(place)
        if file is None:
            return None
        try:
            content = _content(file)
            if not content.endswith(_SETTLED):
                os.ftruncate(file, content.rfind(b"\n") + 1)  # a line without an end was never finished
                os.write(file, _SETTLED)
            return content
        finally:
            os.close(file)

    def _locked(self, place: Place) -> int | None:
        """The journal, open for appending and locked; None when somebody else has the lock."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            file = os.open(self._path(place), os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(file).st_nlink:  # it was not tidied away while we came
                    return file
            except BlockingIOError:
                os.close(file)
                return None
            os.close(file)

    def _path(self, place: Place) -> Path:
        batch_id, attempt, worker = place
        return self._folder / f"{batch_id}.{attempt}.{os.path.basename(worker)}"

    def _places(self) -> list[Place]:
        if not self._folder.is_dir():
            return []
        named = (_NAME.fullmatch(name) for name in os.listdir(self._folder))
        return [(int(one[1]), int(one[2]), one[3]) for one in named if one]

    def _own_word(self) -> bytes:
        """A random word that stays with the folder."""
        place = self._folder / "home"
        if not place.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._folder / f"home-{secrets.token_hex(4)}"
            draft.write_bytes(secrets.token_bytes(16))
            with contextlib.suppress(FileExistsError):
                os.link(draft, place)
            draft.unlink()
        return place.read_bytes()


def _boot_id() -> bytes:
    """Another one after each start of the machine; another one each time where nobody says it: that proves nothing."""
    try:
        return BOOT_ID.read_bytes()
    except OSError:
        return secrets.token_bytes(16)


def _content(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)


def _last_words(content: bytes) -> dict[str, tuple[str, str]]:
    """Delivery -> the last thing that was said of it. A line without an end was being written when the worker died."""
    whole, _, _ = content.rpartition(b"\n")
    lines = (line.decode("utf-8", "replace").split(" ", 2) for line in whole.splitlines())
    return {line[1]: (line[0], line[2] if len(line) > 2 else "") for line in lines if len(line) > 1}
