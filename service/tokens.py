"""Tokens that readers carry in links, and keyed hashes that stand for addresses.

Two kinds. A *sealed* token is one AES block (FIPS 197) over a row id and eight zero bytes: opaque, 22 characters, made
and opened without the database, and valid for as long as one of SECRET_KEYS can open it, because an unsubscribe link
must work for ever. A *fresh* token is 32 random bytes whose hash is stored in a row that says what it is for, until
when, and whether it was used.
"""

import hashlib
import hmac
import re
import secrets
import sys
from array import array
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

_ZEROS = bytes(8)
_SEALED = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
"""Sixteen bytes as `seal` writes them: the last character carries two bits only."""
_BLOCK = 16
_PADDED, _TOKEN = 18, 22


class BadToken(Exception):
    """The token is not one of ours, or was made for something else."""


class Purpose(StrEnum):
    """What a token or keyed hash may be used for; each purpose has a key of its own."""

    SUBSCRIPTION = "subscription"
    PREFERENCES = "preferences"
    DRAFT = "draft"
    STORYTELLER = "storyteller"
    STORY = "story"
    RECEIPT = "receipt"
    VAULT = "vault"
    DELIVERY = "delivery"
    STOP = "stop"
    SUPPRESSION = "suppression"
    ERASURE = "erasure"
    READING = "reading"
    LIMIT = "limit"
    SESSION = "session"
    FORM = "form"


class Tokens:
    """Makes and opens tokens with the secret keys: the first one signs, all of them verify."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        if not keys:
            raise ValueError("at least one secret key is needed")
        self._keys = {purpose: [derive_key(key, purpose) for key in keys] for purpose in Purpose}

    def key(self, purpose: Purpose) -> str:
        """The signing key of a purpose as text, for libraries that sign by themselves."""
        return self._keys[purpose][0].hex()

    def seal(self, purpose: Purpose, row: int) -> str:
        """An opaque token for the row id `row` (0 … 2^63-1), good for `purpose` only."""
        encryptor = _block(self._keys[purpose][0]).encryptor()
        return urlsafe_b64encode(encryptor.update(row.to_bytes(8, "big") + _ZEROS)).rstrip(b"=").decode()

    def seal_many(self, purpose: Purpose, rows: Sequence[int]) -> list[str]:
        """What `seal` gives for each of `rows`, with one call of the cipher."""
        plain = array("Q", bytes(_BLOCK * len(rows)))
        plain[::2] = array("Q", rows)
        if sys.byteorder == "little":
            plain.byteswap()
        sealed = _block(self._keys[purpose][0]).encryptor().update(plain.tobytes())
        padded = bytearray(_PADDED * len(rows))  # to whole groups of three bytes, so that no token touches another
        for place in range(_BLOCK):
            padded[place::_PADDED] = sealed[place::_BLOCK]
        return list(map(urlsafe_b64encode(padded).decode().__getitem__, _places(len(rows))))

    def open(self, purpose: Purpose, token: str) -> int:
        """The row id in a sealed token. Raises BadToken for anything that `seal` did not make for `purpose`."""
        try:
            return self.open_many(purpose, [token])[token]
        except KeyError:
            raise BadToken from None

    def open_many(self, purpose: Purpose, tokens: Iterable[str]) -> dict[str, int]:
        """The row ids in those of `tokens` that `seal` made for `purpose`, with one call of the cipher for each key."""
        blocks = {token: urlsafe_b64decode(token + "==") for token in set(tokens) if _SEALED.fullmatch(token)}
        opened: dict[str, int] = {}
        for key in self._keys[purpose]:
            left = [token for token in blocks if token not in opened]
            plain = _block(key).decryptor().update(b"".join(blocks[token] for token in left))
            for start, token in zip(range(0, len(plain), _BLOCK), left, strict=True):
                if secrets.compare_digest(plain[start + 8 : start + _BLOCK], _ZEROS):
                    opened[token] = int.from_bytes(plain[start : start + 8], "big")
        return opened

    def fresh(self) -> tuple[str, str]:
        """A new random token for a link, and the hash of it to store."""
        token = secrets.token_urlsafe(32)
        return token, self.fresh_hash(token)

    def fresh_hash(self, token: str) -> str:
        """The stored form of a random token; it holds full entropy, so no key is needed."""
        return hashlib.sha256(token.encode()).hexdigest()

    def keyed_hashes(self, purpose: Purpose, text: str) -> list[str]:
        """`text` under every key, the signing key first: 32 hexadecimal characters each (BLAKE2b, RFC 7693)."""
        return [hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest() for key in self._keys[purpose]]

    def keyed_hash(self, purpose: Purpose, text: str) -> str:
        """`text` under the signing key."""
        return self.keyed_hashes(purpose, text)[0]


def derive_key(key: bytes, purpose: Purpose) -> bytes:
    """The 32 bytes that stand for one of SECRET_KEYS wherever `purpose` is meant.

    HKDF with SHA-256 and no salt (RFC 5869), of which 32 bytes are the first block.
    """
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, b"storywell " + purpose.encode() + b"\x01", "sha256")


@lru_cache(maxsize=8)
def _places(count: int) -> list[slice]:
    """Where each of so many tokens stands in the text that is written of all of them."""
    width = _PADDED // 3 * 4
    return [slice(start, start + _TOKEN) for start in range(0, count * width, width)]


def _block(key: bytes) -> "Cipher[modes.ECB]":
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - 7 MB, see docs/adr/0009

    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - one block only, so ECB is just the block cipher
