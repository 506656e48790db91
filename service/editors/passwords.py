"""Passwords: argon2id hashes (RFC 9106), and the same work for a wrong password as for an unknown address."""

from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from service.editors.errors import PasswordTooShort
from service.editors.model import Editor

SHORTEST = 12
"""Characters. Length is the only rule (NIST SP 800-63B-4, 3.1.1): made-up rules lead to worse passwords."""

_HASHER = PasswordHasher()
_DECOY = "$argon2id$v=19$m=65536,t=3,p=4$JOnF5uXtd0uTMicF+cbolg$c6BsJgbmBcw71YRB69uliQVq5XV/nPL6rDMWeoFCP+E"
"""The hash of a password that nobody knows, to be checked when there is no account."""


def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises PasswordTooShort."""
    if len(_plain(password)) < SHORTEST:
        raise PasswordTooShort
    return _HASHER.hash(_plain(password))


def check_password(editor: Editor | None, password: str) -> bool:
    """Whether `password` opens the account. Without an account, or without a password set, the answer takes as long."""
    known = editor.password if editor is not None else None
    try:
        _HASHER.verify(known or _DECOY, _plain(password))
    except VerifyMismatchError:
        return False
    return known is not None


def _plain(password: str) -> str:
    # The same letters can be typed as different code points on a phone and on a laptop.
    return normalize("NFKC", password)
