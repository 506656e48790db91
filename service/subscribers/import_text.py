"""The text of a file from anywhere: UTF-8, UTF-16 with its mark, or Windows-1252 as older spreadsheets write it."""

import codecs
import io
import shutil
import tempfile
from typing import IO, TextIO

_BLOCK = 1 << 20
_KEPT_IN_MEMORY = 4 << 20
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def open_text(file: IO[bytes]) -> TextIO:
    """The text of `file`, line by line as it stands; what is not text raises UnicodeError when it is read."""
    if not file.seekable():
        file = _copied(file)
    return io.TextIOWrapper(file, encoding=_encoding(file), newline="")


def _copied(stream: IO[bytes]) -> IO[bytes]:
    """A pipe can be read once only, and we look twice."""
    copy = tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY)  # noqa: SIM115 - whoever reads the text closes it
    shutil.copyfileobj(stream, copy, _BLOCK)
    copy.seek(0)
    return copy


def _encoding(file: IO[bytes]) -> str:
    """By its mark, or by what stands in it. Gives the file back at its start."""
    start = file.read(3)
    file.seek(0)
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    if marked is None:
        marked = "utf-8" if _is_utf8(file) else "cp1252"
        file.seek(0)
    return marked


def _is_utf8(file: IO[bytes]) -> bool:
    """Whether the first letters beyond ASCII are UTF-8. If so, a wrong byte later is damage, and reading says so."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    while block := file.read(_BLOCK):
        try:
            if not decode(block).isascii():
                return True
        except UnicodeDecodeError as error:
            return not block[: error.start].isascii()
    return True
