"""Header fields as bytes on the wire: RFC 5322 lines, RFC 2047 words, and nothing that could begin another field.

The library's own folding takes hundreds of microseconds a field; a mail to each of a million people is filled here.
"""

import re
from base64 import b64encode

from service.mail.mime import one_line

KINDEST_LINE = 76
"""Characters in a line that every program shows well."""
_PAYLOAD = 45
"""Bytes in one encoded word: 60 characters of base64 and 12 around them stay under its limit of 75."""
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/?^_`{|}~-]+)*")
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def text_field(name: str, value: str) -> bytes:
    """A field of free text such as Subject, on as many lines as it needs."""
    line = one_line(value)
    if line.isascii() and "=?" not in line and len(name) + 2 + len(line) <= KINDEST_LINE:
        return f"{name}: {line}\r\n".encode()
    return f"{name}: {encoded_words(line)}\r\n".encode()


def mailbox_field(name: str, mailbox: str, display: str) -> bytes:
    """A field with one address: To, From, Reply-To. `mailbox` is plain ASCII already."""
    return f"{name}: {with_name(mailbox, display)}\r\n".encode()


def with_name(mailbox: str, display: str) -> str:
    """`mailbox` with the name to show before it: as atoms, as a quoted string, or as encoded words."""
    if not display:
        return mailbox
    if len(display) <= _PAYLOAD and _ATOMS.fullmatch(display):
        return f"{display} <{mailbox}>"
    line = one_line(display)
    if not line:
        return mailbox
    if line.isascii() and "=?" not in line and len(line) <= _PAYLOAD:
        return f'"{line.translate(_QUOTED)}"\r\n <{mailbox}>'
    return f"{encoded_words(line)}\r\n <{mailbox}>"


def encoded_words(line: str) -> str:
    """`line` as UTF-8 in encoded words (RFC 2047), one on each line; no character is torn apart between two."""
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _pieces(line))


def _pieces(line: str) -> list[bytes]:
    pieces, piece = [], b""
    for char in line:
        more = char.encode()
        if len(piece) + len(more) > _PAYLOAD:
            pieces.append(piece)
            piece = b""
        piece += more
    return [*pieces, piece] if piece else pieces
