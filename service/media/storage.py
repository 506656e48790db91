"""Where the bytes of pictures are kept: under the hash of the picture and its width, so that one is kept once."""

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

_NAME = re.compile(r"[0-9a-f]{64}-[1-9]\d{0,4}\.jpg")


class NotStored(Exception):
    """There are no bytes under this name."""


class Storage(Protocol):
    """Keeps bytes. Whether they may be shown is asked elsewhere."""

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` under a name that `pictures.file_name` made. Doing it twice changes nothing."""

    def get(self, name: str) -> bytes:
        """The bytes. Raises NotStored."""

    def remove(self, name: str) -> None:
        """Forget the bytes; nothing happens when there are none."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The names of what was last put before `moment`."""


class FolderStorage:
    """Files in a folder, readable by this account only, each in a subfolder named by its first two letters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Write beside and rename, so that nobody ever reads half a file."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, beside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)

    def get(self, name: str) -> bytes:
        """Read the file."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise NotStored from None

    def remove(self, name: str) -> None:
        """Delete the file."""
        self._path(name).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        """By the time of the files; halves that a killed process left are not among them and not in the way."""
        for path in self._folder.glob("??/*"):
            if _NAME.fullmatch(path.name) and datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment:
                yield path.name

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotStored
        return self._folder / name[:2] / name
