"""A small disk of its own for the SQLite file of a run, which can really be full: a tmpfs, where one may be mounted."""

import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOM = 64 * 2**20
"""Bytes beside the database as it is copied. A run needs fewer, though its provider may tell of everything often."""
CHUNK = 2**16


@dataclass(frozen=True)
class Disk:
    """The folder of the database. Unless it `is_real`, SQLite's page limit stands in for it."""

    folder: Path
    is_real: bool

    @classmethod
    def mount(cls, folder: Path, size: int) -> "Disk":
        """A disk with room for a database of `size` bytes, and for what a run adds to it."""
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size * 2 + ROOM}", "tmpfs", str(folder)]
        with suppress(OSError):
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            return cls(folder, is_real=done.returncode == 0)
        return cls(folder, is_real=False)

    def fill(self) -> None:
        """Take all the room that is left."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while True:
                file.write(b"\0" * CHUNK)

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def unmount(self) -> None:
        """Forget it, and everything on it."""
        if self.is_real:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"
