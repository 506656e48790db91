"""The disk that can be full."""

from pathlib import Path

import pytest

from tests.chaos.disk import Disk


def test_a_full_disk_takes_nothing_until_it_is_freed(tmp_path: Path) -> None:
    """Where one may be mounted it is a disk of its own, which really has no room left."""
    disk = Disk.mount(tmp_path / "disk", 0)
    if not disk.is_real:
        pytest.skip("nothing may be mounted here")
    try:
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (disk.folder / "more").write_bytes(b"\0" * 8192)
        disk.free()
        assert (disk.folder / "more").write_bytes(b"\0" * 8192)
    finally:
        disk.unmount()
