"""The webhook's signature."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.mail.sendgrid_signature import BadKey, verify

TIMESTAMP = "1781084000"
BODY = b'[{"event":"delivered","sg_event_id":"a"},\r\n{"event":"bounce","sg_event_id":"b"}]\r\n'


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half as the vendor shows it."""
    return b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def signature(key: ec.EllipticCurvePrivateKey) -> str:
    """What the vendor would send in its header."""
    return b64encode(key.sign(TIMESTAMP.encode() + BODY, ec.ECDSA(SHA256()))).decode()


KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())


def test_signed_batch_is_believed() -> None:
    """The bytes of the timestamp and of the body, CRLF and all."""
    assert verify(public_text(KEY), signature(KEY), TIMESTAMP, BODY)


def test_old_and_new_key_are_both_believed_while_one_replaces_the_other() -> None:
    """No event is lost in between."""
    keys = f"{public_text(OTHER)}, {public_text(KEY)}"

    assert verify(keys, signature(KEY), TIMESTAMP, BODY)
    assert verify(keys, signature(OTHER), TIMESTAMP, BODY)


@pytest.mark.parametrize(
    ("signed", "timestamp", "body"),
    [
        (signature(OTHER), TIMESTAMP, BODY),
        (signature(KEY), "1781084001", BODY),
        (signature(KEY), TIMESTAMP, BODY.replace(b"\r\n", b"\n")),
        (signature(KEY), TIMESTAMP, b""),
        ("", TIMESTAMP, BODY),
        ("no base64!", TIMESTAMP, BODY),
        (b64encode(b"no signature").decode(), TIMESTAMP, BODY),
        (signature(KEY), "１７８", BODY),
    ],
    ids=["other key", "other time", "other line ends", "no body", "no signature", "no base64", "no DER", "no digits"],
)
def test_anything_else_is_not(signed: str, timestamp: str, body: bytes) -> None:
    """Another key, another time, other bytes, or no signature at all."""
    assert not verify(public_text(KEY), signed, timestamp, body)


@pytest.mark.parametrize(
    "key",
    ["", "no base64!", b64encode(b"no key").decode(), public_text(ec.generate_private_key(ec.SECP384R1()))],
    ids=["empty", "no base64", "no key", "another curve"],
)
def test_key_that_is_none_is_an_error_of_the_operator(key: str) -> None:
    """Not a forged batch: somebody pasted the wrong thing into the settings."""
    with pytest.raises(BadKey):
        verify(key, signature(KEY), TIMESTAMP, BODY)
