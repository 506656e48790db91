"""Whether a batch of events really comes from SendGrid.

The vendor signs the bytes of the timestamp header followed by the raw body: ECDSA on P-256 with SHA-256, the signature
in DER, both it and the public key (SPKI, DER) in base64. The body must be the bytes as they came: it holds CRLF after
events, and any parsing before the check breaks it.
"""

from base64 import b64decode
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"


class BadKey(ValueError):
    """The text is not a base64 public key on P-256."""


def check_keys(public_keys: str) -> None:
    """Raise BadKey unless `public_keys` is one base64 key, or two with a comma."""
    for text in public_keys.split(","):
        _public_key(text.strip())


def verify(public_keys: str, signature: str, timestamp: str, raw_body: bytes) -> bool:
    """Whether one of `public_keys` signed this body: a base64 key, or two with a comma while one replaces the other.

    An old timestamp is fine: a retry may carry the first one's for 24 hours, and repeats are known by their event ids.
    Raises BadKey for a key that is none.
    """
    try:
        der = b64decode(signature, validate=True)
        signed = timestamp.encode("ascii") + raw_body
    except ValueError:
        return False
    return any(_signed_by(_public_key(text.strip()), der, signed) for text in public_keys.split(","))


@lru_cache(maxsize=8)
def _public_key(text: str) -> "EllipticCurvePublicKey":
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - 7 MB that only SendGrid's events need
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    try:
        key = load_der_public_key(b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey("not a base64 public key") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise BadKey("not a public key on P-256")
    return key


def _signed_by(key: "EllipticCurvePublicKey", der: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - here already, with the key
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    try:
        key.verify(der, signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
