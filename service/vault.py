"""The vault: names, addresses and unsent words of storytellers, encrypted at rest with keys derived from SECRET_KEYS.

A column of the type `Sealed` (or `SealedJson`) is sealed on its way into the database and opened on its way out, so no
rule ever holds a ciphertext and no dump holds a name. Each engine has its own keys, given by `Vault.guard`; without
them nothing can be read or written. Values are Fernet tokens (AES-128-CBC and HMAC-SHA-256) behind the mark `v1:`;
what stands there without the mark was written before there was a vault, and `rotate` seals it.
"""

import json
from base64 import urlsafe_b64encode
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, Engine, Text
from sqlalchemy.types import TypeDecorator

from service.tokens import Purpose, derive_key

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

MARK = "v1:"
_ATTRIBUTE = "storywell_vault"


class VaultClosed(Exception):
    """No keys were given to this engine, or none of SECRET_KEYS opens the value."""


class Vault:
    """Seals and opens text: the first key seals, every key opens."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = [urlsafe_b64encode(derive_key(key, Purpose.VAULT)) for key in keys]

    def guard(self, engine: Engine) -> None:
        """Let `engine` read and write sealed columns with these keys."""
        setattr(engine.dialect, _ATTRIBUTE, self)

    def seal(self, text: str) -> str:
        """`text` under the first key; an empty text stays empty, because there is nothing to hide."""
        return MARK + self._fernets[0].encrypt(text.encode()).decode() if text else ""

    def open(self, stored: str) -> str:
        """What was sealed. Raises VaultClosed when no key opens it."""
        if not stored.startswith(MARK):
            return stored
        opened = self._opened(stored, self._fernets)
        if opened is None:
            raise VaultClosed
        return opened

    def is_current(self, stored: str) -> bool:
        """Whether the first key sealed it, so that older keys are not needed for it."""
        if not stored.startswith(MARK):
            return not stored
        return self._opened(stored, self._fernets[:1]) is not None

    @staticmethod
    def _opened(stored: str, fernets: "list[Fernet]") -> str | None:
        from cryptography.fernet import InvalidToken, MultiFernet  # noqa: PLC0415 - see _fernets

        try:
            return MultiFernet(fernets).decrypt(stored.removeprefix(MARK).encode()).decode()
        except InvalidToken:
            return None

    @cached_property
    def _fernets(self) -> "list[Fernet]":
        """One for each key, made with the first value: the library is 7 MB that a resting process does without."""
        from cryptography.fernet import Fernet  # noqa: PLC0415 - see above

        return [Fernet(key) for key in self._keys]


class Sealed(TypeDecorator[str]):
    """Text that only the vault can read. It cannot be searched or compared in SQL: keep a keyed hash beside it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal on the way in."""
        return None if value is None else _vault_of(dialect).seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open on the way out."""
        return None if value is None else _vault_of(dialect).open(value)


class SealedJson(TypeDecorator[dict[str, Any]]):
    """A JSON object that only the vault can read."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """Seal on the way in."""
        return None if value is None else _vault_of(dialect).seal(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """Open on the way out."""
        opened: dict[str, Any] | None = None if value is None else json.loads(_vault_of(dialect).open(value) or "{}")
        return opened


def _vault_of(dialect: Dialect) -> Vault:
    vault = getattr(dialect, _ATTRIBUTE, None)
    if not isinstance(vault, Vault):
        raise VaultClosed
    return vault
