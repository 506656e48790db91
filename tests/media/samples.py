"""Pictures made for the tests: with a camera's data, lying on their side, moving, hostile."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = b"GPS-OF-MY-KITCHEN"


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def photo(width: int = 2000, height: int = 1000, kind: str = "JPEG") -> bytes:
    """The left half red, the right half blue."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height))
    return saved(picture, kind)


def photo_from_a_phone() -> bytes:
    """Held sideways (orientation 6: turn right to see it), with the place, the time and the owner in its data."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A phone"
    exif[0x9C9B] = SECRET
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)}
    picture = Image.new("RGB", (1200, 800), "blue")
    picture.paste("red", (0, 0, 600, 800))
    return saved(picture, "JPEG", exif=exif, comment=SECRET)


def png_with_words() -> bytes:
    """A PNG with a text chunk."""
    words = PngInfo()
    words.add_text("Author", SECRET.decode())
    return saved(Image.new("RGB", (600, 400), "green"), "PNG", pnginfo=words)


def moving(kind: str) -> bytes:
    """Three frames; the first is red."""
    frames = [Image.new("RGB", (600, 400), colour) for colour in ("red", "green", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def a_zip() -> bytes:
    """A zip with a page in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return out.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A small PNG that says it has thousands of millions of dots."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(10_000_000), 9)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
