"""A Circular compiled once into the bytes of its message, with holes for what is personal (RFC 5322, 2045, 5321).

Everything that is the same for everybody is encoded, folded and dot-stuffed once; per person a few short words are
encoded and one join makes the mail. Text is quoted-printable, so every server takes it, with 8BITMIME or without, and
no relay has a reason to rewrite what a signature covers (RFC 6376, 5.3). A hole in a body stands on a line of its own
between two soft line breaks, so lines keep their length whoever is greeted.
"""

import re
from binascii import b2a_qp
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from itertools import zip_longest
from operator import itemgetter

from service.mail.bulk import Circular, Slot
from service.mail.headers import mailbox_field, text_field
from service.mail.message import Address, Rejected
from service.mail.mime import fill, header_name, header_value, mailbox, one_line, plain, plain_id

BOUNDARY = "=_storywell_alternative"
"""`=_` never occurs in quoted-printable text (RFC 2045, 6.7)."""
LONGEST_TEXT_LINE = 75
"""Of quoted-printable, without the = of a soft line break (RFC 2045, 6.7)."""
LONGEST_TOKEN = 75
LONGEST_FRAME = 500
"""Characters of a header around its tokens: with half a dozen of them it still is one line of 998."""
_SOFT = b"=\r\n"
_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_DOT = re.compile(rb"^\.", re.MULTILINE)
_EASY = re.compile(rf"[!-<>-~](?:[ -<>-~]{{0,{LONGEST_TEXT_LINE - 2}}}[!-<>-~])?")
"""One line of printable ASCII without `=`, short enough, and with no blank at its ends."""

Words = Sequence[str]
"""One person's words, in the order of `Group.words`."""

_Hole = Callable[[str, str, str, Words], bytes]
"""(delivery, mailbox, name, words) -> what stands there."""


class CompiledMail:
    """The message of a Circular. It never changes, so threads may share it."""

    def __init__(self, circular: Circular) -> None:
        """Raises Rejected for a sender, an id or a header that no mail can have."""
        self._slots = {slot.tag: slot for slot in circular.slots}
        self._tags = re.compile("(" + "|".join(map(re.escape, sorted(self._slots, key=len, reverse=True))) + ")")
        self._holes: list[_Hole] = []
        self._places: dict[object, int] = {}
        pieces = [*self._heads(circular), *self._bodies(circular)]
        self._shared, order = _gathered(pieces, len(self._holes))
        self._pick = itemgetter(*order)

    def write(self, delivery: str, to: str, name: str, words: Words, *, date: bytes) -> bytes:
        """One person's message, dot-stuffed and with its closing dot, as DATA wants it. `to` is a plain mailbox.

        Raises Rejected for an id that could not stand in any message, and for words that no header can hold.
        """
        personal = [hole(delivery, to, name, words) for hole in self._holes]
        return b"".join(self._pick((date, *personal, *self._shared)))

    def _heads(self, circular: Circular) -> Iterator[bytes | int]:
        domain = plain(circular.sender).rpartition("@")[2]
        yield _mailbox("From", circular.sender)
        yield self._hole("to", lambda _, to, name, __: mailbox_field("To", to, name))
        if circular.reply_to:
            yield _mailbox("Reply-To", circular.reply_to)
        yield from self._field("Subject", circular.subject, text_field)
        yield b"Date: "
        yield 0
        yield f"\r\nMessage-ID: <{plain_id(circular.name)}.".encode()
        yield self._hole("delivery", lambda delivery, *_: plain_id(delivery).encode())
        yield f"@{domain}>\r\n".encode()
        for name, value in circular.headers.items():
            yield from self._field(header_name(name), value, list_field)
        yield text_field("Content-Language", circular.lang)
        yield f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{BOUNDARY}"\r\n'.encode()

    def _field(self, name: str, value: str, write: Callable[[str, str], bytes]) -> Iterator[bytes | int]:
        """A header: with holes where only tokens are open, written anew for each person where people's words are."""
        pieces = self._split(value)
        slots = [self._slots[tag] for tag in pieces[1::2]]
        if not slots:
            yield write(name, value)
        elif value.isascii() and "=?" not in value and len(value) < LONGEST_FRAME and all(slot.token for slot in slots):
            yield f"{name}: ".encode()
            for piece, slot in zip_longest(pieces[::2], slots):
                yield _ascii_line(piece)
                if slot is not None:
                    yield from self._token(slot, _ascii_line, _short_token)
            yield b"\r\n"
        else:

            def anew(_: str, __: str, ___: str, words: Words) -> bytes:
                return write(name, fill(value, _filled(slots, words)))

            yield self._hole(("header", name), anew)

    def _bodies(self, circular: Circular) -> Iterator[bytes | int]:
        for kind, text in (("plain", circular.text), ("html", circular.html)):
            if text or kind == "plain":
                yield f'\r\n--{BOUNDARY}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'.encode()
                yield b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                yield from self._body(_LINE_ENDS.sub("\n", text))
        yield f"\r\n--{BOUNDARY}--\r\n.\r\n".encode()

    def _body(self, text: str) -> Iterator[bytes | int]:
        pieces = self._split(text if text.endswith("\n") else text + "\n")
        for piece, tag in zip_longest(pieces[::2], pieces[1::2]):
            yield quoted(piece)
            if tag is None:
                continue
            slot = self._slots[tag]
            if slot.token:
                yield from self._token(slot, quoted, _token_line)
            else:
                yield self._hole(("text", tag), _quoted_word(slot))

    def _token(self, slot: Slot, encode: Callable[[str], bytes], bare: Callable[[str], bytes]) -> Iterator[bytes | int]:
        """What is around a word, encoded once, and the word, which needs no encoding."""
        yield encode(slot.before)
        yield self._hole((bare, slot.column), lambda _, __, ___, words: bare(words[slot.column]))
        yield encode(slot.after)

    def _split(self, text: str) -> list[str]:
        return self._tags.split(text) if self._slots else [text]

    def _hole(self, key: object, fill_in: _Hole) -> int:
        """The place of a hole among a person's pieces; the date has place 0."""
        if key not in self._places:
            self._holes.append(fill_in)
            self._places[key] = len(self._holes)
        return self._places[key]


def date_bytes(now: datetime) -> bytes:
    """An instant as the Date of a message."""
    return format_datetime(now).encode()


def quoted(text: str) -> bytes:
    """A piece of text as quoted-printable that begins and ends at the beginning of a line, dot-stuffed."""
    if _EASY.fullmatch(text) and text[0] != ".":
        return text.encode() + _SOFT
    lines = b2a_qp(_LINE_ENDS.sub("\n", text).encode("utf-8", "replace"))
    *_, last = lines.split(b"\n")
    if len(last) > LONGEST_TEXT_LINE:  # nothing follows it yet, so the encoder let it fill the place of the soft break
        at = len(lines) - (3 if last[-3:-2] == b"=" else 1)
        lines = lines[:at] + b"=\n" + lines[at:]
    if last:
        lines += b"=\n"
    return _DOT.sub(b"..", lines).replace(b"\n", b"\r\n")


def list_field(name: str, value: str) -> bytes:
    """A List-* field and its like: on one line if it is ASCII, because providers do not decode a word in them."""
    if not value.isascii():
        return text_field(name, value)
    return f"{name}: {header_value(name, value)}\r\n".encode()


def _mailbox(name: str, address: Address) -> bytes:
    return mailbox_field(name, mailbox(address.email), address.name)


def _ascii_line(piece: str) -> bytes:
    return one_line(f"|{piece}|")[1:-1].encode()


def _short_token(word: str) -> bytes:
    if len(word) > LONGEST_TOKEN:
        raise Rejected("a token is longer than a header can hold")
    return word.encode()


def _token_line(word: str) -> bytes:
    return word.encode() + _SOFT if len(word) <= LONGEST_TEXT_LINE else quoted(word)


def _quoted_word(slot: Slot) -> _Hole:
    return lambda _, __, ___, words: quoted(_word(slot, words))


def _word(slot: Slot, words: Words) -> str:
    return f"{slot.before}{words[slot.column]}{slot.after}"


def _filled(slots: Sequence[Slot], words: Words) -> dict[str, str]:
    return {slot.tag: _word(slot, words) for slot in slots}


def _gathered(pieces: Sequence[bytes | int], holes: int) -> tuple[list[bytes], list[int]]:
    """Neighbouring bytes joined, and the order in which (date, holes …, shared …) make the message."""
    shared: list[bytes] = []
    order: list[int] = []
    for piece in pieces:
        if isinstance(piece, int):
            order.append(piece)
        elif order and order[-1] > holes:
            shared[-1] += piece
        else:
            shared.append(piece)
            order.append(holes + len(shared))
    return shared, order
