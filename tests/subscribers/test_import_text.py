"""Files come in from anywhere, and are read as what they are."""

import io
from pathlib import Path
from typing import IO

import pytest

from service.subscribers.import_text import open_text

LINES = "email,name\r\nada@example.test,Zoë “Ada” Łoś\r\n"
LATIN = "email,name\r\nada@example.test,Zoë “Ada” Müller\r\n"


class Pipe(io.BytesIO):
    """Bytes that can be read once."""

    def seekable(self) -> bool:
        """No way back."""
        return False

    def seek(self, *_: object) -> int:
        """Refused."""
        raise io.UnsupportedOperation


@pytest.mark.parametrize("kind", [io.BytesIO, Pipe])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [(LINES, "utf-8"), (LINES, "utf-8-sig"), (LINES, "utf-16"), (LATIN, "cp1252"), ("email\n", "ascii"), ("", "ascii")],
)
def test_text_is_read_as_it_was_written(kind: type[io.BytesIO], text: str, encoding: str) -> None:
    """From a file and from a pipe, line ends included."""
    assert open_text(kind(text.encode(encoding))).read() == text


def test_utf16_the_other_way_round(tmp_path: Path) -> None:
    """Its mark says which byte comes first."""
    assert open_text(io.BytesIO(b"\xfe\xff" + LINES.encode("utf-16-be"))).read() == LINES


def test_a_letter_on_the_border_of_two_blocks() -> None:
    """Half a letter is no damage."""
    text = "x" * ((1 << 20) - 1) + "ü\n"

    assert open_text(io.BytesIO(text.encode())).read() == text


@pytest.mark.parametrize("damage", [b"\xff", "Zoë".encode("cp1252")])
def test_utf8_with_a_wrong_byte_is_damaged_and_not_another_encoding(damage: bytes) -> None:
    """Guessing would make nonsense of every name before it."""
    file: IO[bytes] = io.BytesIO("email,name\na@b.org,Zoë\n".encode() + damage + b"\n")
    with pytest.raises(UnicodeDecodeError):
        open_text(file).read()


def test_bytes_that_mean_nothing_are_refused() -> None:
    """Windows-1252 leaves five of them out."""
    with pytest.raises(UnicodeDecodeError):
        open_text(io.BytesIO(b"email\n\x81\n")).read()
