"""Reading a backup: everything is checked before anything is believed."""

import hashlib
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from service.backup.errors import BackupRefused
from service.backup.manifest import MANIFEST, MEDIA, MOST_BYTES, Manifest

_BROKEN = "The backup is damaged or cut short; nothing has been changed."


def members(source: Path) -> Iterator[tuple[str, bytes]]:
    """The members of the file in order, one in memory at a time. Raises BackupRefused for a file that is no backup."""
    try:
        with tarfile.open(source, "r|gz") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isreg() else None
                if file is None or (member.size > MOST_BYTES and not member.name.startswith(MEDIA)):
                    raise BackupRefused(_BROKEN)
                yield member.name, file.read()
    except FileNotFoundError:
        raise BackupRefused(f"There is no file {source}.") from None
    except (tarfile.TarError, EOFError, zlib.error, OSError):
        raise BackupRefused(_BROKEN) from None


def checked_manifest(source: Path) -> Manifest:
    """The manifest, when every part is there and has its checksum. Raises BackupRefused."""
    found: dict[str, str] = {}
    manifest = None
    for name, content in members(source):
        if name == MANIFEST:
            manifest = Manifest.read(content)
        elif not _is_safe(name):
            raise BackupRefused(_BROKEN)
        else:
            found[name] = hashlib.sha256(content).hexdigest()
    if manifest is None or found != manifest.checksums:
        raise BackupRefused(_BROKEN)
    if {part for table in manifest.tables.values() for part in table.parts} - found.keys():
        raise BackupRefused(_BROKEN)
    return manifest


def _is_safe(name: str) -> bool:
    """No name may lead out of the folder that it is written to."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
