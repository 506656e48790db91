"""The diary of a run, which many processes write at once and any of them may be killed while it does."""

import os
from pathlib import Path

from tests.chaos.orders import Diary


def test_torn_line_spoils_no_other(tmp_path: Path) -> None:
    """Its writer was killed in the middle of it; those before and after it are whole."""
    diary, file = Diary(tmp_path / "diary"), os.open(tmp_path / "diary", os.O_WRONLY | os.O_APPEND)
    diary.write("claim:after", "1")
    os.write(file, b"\n12.5\t4711\tcla")
    torn = [(entry.point, entry.what) for entry in diary.read()]
    diary.write("intend:after", "1")

    assert torn == [("claim:after", "1")]
    assert [(entry.point, entry.what) for entry in diary.read()] == [("claim:after", "1"), ("intend:after", "1")]
    os.close(file)
    diary.close()


def test_line_that_is_being_written_is_read_once_it_is_whole(tmp_path: Path) -> None:
    """Whoever reads meanwhile sees it later, and once."""
    diary, file = Diary(tmp_path / "diary"), os.open(tmp_path / "diary", os.O_WRONLY | os.O_APPEND)
    os.write(file, b"\n12.5\t4711\tcla")
    before = diary.read()
    os.write(file, b"im:after\t12\t.")

    assert before == []
    assert [entry.what for entry in [*diary.read(), *diary.read()]] == ["12", "12"]
    os.close(file)
    diary.close()
