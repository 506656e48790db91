"""Bytes are kept under the name of their picture, whole or not at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.media.pictures import file_name
from service.media.storage import FolderStorage, NotStored

NAME = file_name("5" * 64, 480)


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    """An empty one."""
    return FolderStorage(tmp_path / "media")


def test_what_was_put_can_be_got(storage: FolderStorage) -> None:
    """Once or twice."""
    storage.put(NAME, b"a picture")
    storage.put(NAME, b"a picture")

    assert storage.get(NAME) == b"a picture"


def test_what_was_removed_is_gone(storage: FolderStorage) -> None:
    """Removing it again is no fault."""
    storage.put(NAME, b"a picture")
    storage.remove(NAME)
    storage.remove(NAME)

    with pytest.raises(NotStored):
        storage.get(NAME)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "x" * 64, "0" * 64, f"{NAME}x", f"../{NAME}", NAME])
def test_a_name_of_nothing_opens_nothing(storage: FolderStorage, name: str) -> None:
    """No path leads out of the folder."""
    with pytest.raises(NotStored):
        storage.get(name)


def test_no_other_account_can_read_it(storage: FolderStorage, tmp_path: Path) -> None:
    """Neither file nor folder."""
    storage.put(NAME, b"a picture")
    file = next((tmp_path / "media").glob("*/*"))

    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_what_is_old_is_named(storage: FolderStorage) -> None:
    """By when it was last put."""
    storage.put(NAME, b"a picture")
    now = datetime.now(UTC)

    assert list(storage.older_than(now + timedelta(minutes=1))) == [NAME]
    assert list(storage.older_than(now - timedelta(minutes=1))) == []
