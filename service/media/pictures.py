"""From a file somebody sent to pictures that may be shown: the type by content, redrawn, small, without a trace."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.media.formats import NotTaken, Refusal, check_first_bytes, widths_of

PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG with its size in pixels."""

    width: int
    height: int
    content: bytes


def asset_key(pictures: Sequence[Picture]) -> str:
    """What a picture is known by, whatever its width: the SHA-256 of its largest JPEG, which nobody can guess."""
    return hashlib.sha256(pictures[-1].content).hexdigest()


def file_name(key: str, width: int) -> str:
    """Under which name one width is stored and served."""
    return f"{key}-{width}.jpg"


def sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Width and height of each picture that was made, the smallest first, from those of the largest."""
    return [(each, max(1, round(height * each / width))) for each in widths_of(width)]


def remade(content: bytes) -> list[Picture]:
    """The picture redrawn in up to three widths, the smallest first. Raises NotTaken.

    The work is done by `service.media.redraw` in a process that may use little memory and time and then ends, so a
    hostile picture takes nothing down with it, and no other process has to load the library.
    """
    check_first_bytes(content)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "service.media.redraw"],
            input=content,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise NotTaken(Refusal.TOO_SLOW) from None
    except subprocess.CalledProcessError as died:
        if died.returncode < 0:  # by a signal: it wanted more than it may have
            raise NotTaken(Refusal.BROKEN) from None
        raise
    return list(_read(done.stdout))


def _read(said: bytes) -> Iterator[Picture]:
    head, _, rest = said.partition(b"\n")
    answer = json.loads(head)
    if "refused" in answer:
        raise NotTaken(Refusal(answer["refused"]))
    for width, height, size in answer["pictures"]:
        yield Picture(width, height, rest[:size])
        rest = rest[size:]
