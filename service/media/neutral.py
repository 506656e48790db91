"""The picture that stands where one was taken back: a plain grey field of a few hundred bytes.

It is always answered with status 200. Mail programs fetch pictures through proxies, and those keep a 404 for weeks, so
that a story which is shown again would stay broken in the inbox; a picture they ask for again within days.
"""

import struct
import zlib

_GREY = 0xDD


def neutral_picture(width: int, height: int) -> bytes:
    """A PNG (RFC 2083) of one grey, `width` x `height` pixels, so that no page or mail changes its shape."""
    row = b"\0" + bytes([_GREY]) * width
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(row * height, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
