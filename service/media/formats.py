"""What a picture may be, and what is said to people whose file is something else."""

from enum import StrEnum

MOST_BYTES = 20 * 1024 * 1024
"""Of one picture, as it is sent to us."""
MOST_PIXELS = 50_000_000
"""Of one picture, before it is decoded: the largest that phones take. A bomb says more in its first bytes."""
WIDTHS = (480, 960, 1600)
"""Of the pictures we make, in pixels; a smaller original is never made larger."""


class Refusal(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    HEIC = "heic"
    NOT_A_PICTURE = "not_a_picture"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SLOW = "too_slow"


SENTENCES = {
    Refusal.EMPTY: "Choose a photo first.",
    Refusal.TOO_LARGE: "This photo is larger than 20 MB. Send a smaller copy of it. A screenshot of the photo will do.",
    Refusal.HEIC: "This photo is in a format (HEIC) that most browsers cannot show. Send it as a JPEG. "
    "A screenshot of the photo will do.",
    Refusal.NOT_A_PICTURE: "We cannot read this file as a photo. Send a JPEG, PNG or WebP.",
    Refusal.BROKEN: "This photo seems to be damaged. Try another copy of it.",
    Refusal.TOO_MANY_PIXELS: "This photo has more than 50 million dots. Send a smaller copy of it.",
    Refusal.TOO_SLOW: "We could not read this photo in time. Try again, or send a smaller copy of it.",
}
"""What the person is told."""


class NotTaken(Exception):
    """The file is no picture that we take; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def widths_of(width: int) -> list[int]:
    """The widths to make of an original this wide: none wider than it is, at least one."""
    return [each for each in WIDTHS if each < width] + ([width] if width <= max(WIDTHS) else [])


def check_first_bytes(content: bytes) -> None:
    """Raise NotTaken unless the size is fine and the content begins as a JPEG, PNG or WebP does.

    The name of the file and the type a browser claims are never asked: both are whatever the sender likes.
    """
    if not content:
        raise NotTaken(Refusal.EMPTY)
    if len(content) > MOST_BYTES:
        raise NotTaken(Refusal.TOO_LARGE)
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise NotTaken(Refusal.HEIC)
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if not (is_webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise NotTaken(Refusal.NOT_A_PICTURE)


_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"})
