"""The signed event webhook's post: key pair, body with CRLF, signature over timestamp and raw bytes (A4)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from tests.standins.sendgrid_answers import Json

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
NO_ANSWER = 0
TIMEOUT = 10.0


class SigningKey:
    """An ECDSA P-256 key pair; texts are base64 of DER, the public one as the SendGrid dashboard shows it."""

    def __init__(self, private_key: str | None = None) -> None:
        if private_key is None:
            self._key = ec.generate_private_key(ec.SECP256R1())
            return
        loaded = load_der_private_key(base64.b64decode(private_key), password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise ValueError("private_key must be an elliptic curve key")
        self._key = loaded

    @property
    def public(self) -> str:
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    @property
    def private(self) -> str:
        der = self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return base64.b64encode(der).decode()

    def sign(self, timestamp: str, body: bytes) -> str:
        """Base64 of the DER signature, SHA-256, over the timestamp's bytes and the body's."""
        return base64.b64encode(self._key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))).decode()


@dataclass(frozen=True)
class Envelope:
    """Where and how to post: `age` makes the timestamp that many seconds old; without a key nothing is signed."""

    url: str
    key: SigningKey | None
    age: float = 0.0

    def headers(self, body: bytes) -> dict[str, str]:
        plain = {"User-Agent": "SendGrid Event API", "Content-Type": "application/json;charset=utf-8"}
        if self.key is None:
            return plain
        timestamp = str(int(time.time() - self.age))
        return {**plain, SIGNATURE: self.key.sign(timestamp, body), TIMESTAMP: timestamp}

    def post(self, events: Sequence[Json]) -> int:
        """Post one batch and return the status, or NO_ANSWER. Redirects are not followed (A4)."""
        target = urlsplit(self.url)
        connect = HTTPSConnection if target.scheme == "https" else HTTPConnection
        connection = connect(target.hostname or "", target.port, timeout=TIMEOUT)
        body = payload(events)
        try:
            path = f"{target.path or '/'}?{target.query}" if target.query else target.path or "/"
            connection.request("POST", path, body, self.headers(body))
            return connection.getresponse().status
        except (OSError, HTTPException):
            return NO_ANSWER
        finally:
            connection.close()


def payload(events: Sequence[Json]) -> bytes:
    """A JSON array with CRLF after each event (python #950; nodejs #1321): re-serialising it breaks the signature."""
    return b"[" + b",\r\n".join(json.dumps(event, separators=(",", ":")).encode() for event in events) + b"]\r\n"
