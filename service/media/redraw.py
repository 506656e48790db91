"""`python -m service.media.redraw`: one strange picture in, clean JPEGs out, in a process of its own (`pictures.py`).

A picture is the one thing that strangers send us which a large C library takes apart. Here it does so where nothing
else is: no database, no keys, little memory, little time. What comes out was drawn anew from the dots alone, so that
no camera data, place, comment or second file hidden behind the picture is left.

Speaks on standard output: one line of JSON, `{"refused": reason}` or `{"pictures": [[width, height, bytes], …]}`, and
then the pictures one after the other.
"""

import json
import resource
import sys
import warnings
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from service.media.formats import MOST_PIXELS, WIDTHS, NotTaken, Refusal, check_first_bytes, widths_of

MOST_MEMORY = 1024 * 1024 * 1024
"""Bytes of address space; 50 million dots with their colours take a quarter of it."""
MOST_SECONDS = 20
"""Of the processor's time."""
QUALITY = 82
"""Of the JPEGs. WebP would be a quarter smaller, but Outlook shows none."""


def main() -> None:
    """Redraw standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        pictures = redraw(sys.stdin.buffer.read())
    except NotTaken as refused:
        _say({"refused": refused.reason})
        return
    _say({"pictures": [(width, height, len(jpeg)) for width, height, jpeg in pictures]})
    for _, _, jpeg in pictures:
        sys.stdout.buffer.write(jpeg)


def redraw(content: bytes) -> list[tuple[int, int, bytes]]:
    """Width, height and bytes of a JPEG for each of WIDTHS that the original fills. Raises NotTaken."""
    check_first_bytes(content)
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as original:
            if original.width * original.height > MOST_PIXELS:
                raise NotTaken(Refusal.TOO_MANY_PIXELS)
            original.draft("RGB", (max(WIDTHS), max(WIDTHS)))  # a JPEG can be decoded at a half, quarter or eighth
            upright = ImageOps.exif_transpose(original)
            plain = _on_white(_in_srgb(upright))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise NotTaken(Refusal.TOO_MANY_PIXELS) from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError):  # each said by some codec
        raise NotTaken(Refusal.BROKEN) from None
    return [_jpeg(plain, width) for width in widths_of(plain.width)]


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The colours as every screen knows them; a profile that cannot be read is left out of it."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA"}:
        return picture
    try:
        known = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, known, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Without anything to see through, because a JPEG cannot be seen through."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


def _jpeg(picture: Image.Image, width: int) -> tuple[int, int, bytes]:
    height = max(1, round(picture.height * width / picture.width))
    small = picture.resize((width, height), Image.Resampling.LANCZOS) if width != picture.width else picture
    small.info.clear()
    out = BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return width, height, out.getvalue()


def _say(words: object) -> None:
    sys.stdout.buffer.write(json.dumps(words).encode() + b"\n")


if __name__ == "__main__":
    main()
