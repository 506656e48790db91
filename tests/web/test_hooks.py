"""The provider's webhook: believed when it is signed, kept before it is answered, refused otherwise."""

import json
from base64 import b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from sqlalchemy import select

from service.app import create_app
from service.bootstrap import Services, bootstrap
from service.delivery.model import EventPost
from service.mail.sendgrid_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER
from service.settings import BadSetting
from tests.conftest import Chime

KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER = ec.generate_private_key(ec.SECP256R1())
PUBLIC = b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
BODY = json.dumps([{"event": "delivered", "sg_event_id": "a"}]).encode().replace(b"}", b"}\r\n")


@pytest.fixture
def hook(services: Services) -> FlaskClient:
    """A client of an app that knows the provider's key."""
    known = replace(services, settings=replace(services.settings, sendgrid_webhook_key=PUBLIC))
    return create_app(known).test_client()


def signed(body: bytes, key: ec.EllipticCurvePrivateKey = KEY, timestamp: str = "1781084000") -> dict[str, str]:
    """The two headers of a signed post."""
    signature = b64encode(key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    return {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: timestamp, "Content-Type": "application/json"}


def kept(services: Services) -> list[bytes]:
    """The posts that were kept."""
    with services.database.read() as session:
        return [post.body for post in session.scalars(select(EventPost))]


def test_a_signed_post_is_kept_as_it_came_and_rung_for(hook: FlaskClient, services: Services, chime: Chime) -> None:
    """The raw bytes, with their line ends."""
    assert hook.post("/hooks/sendgrid/events", data=BODY, headers=signed(BODY)).status_code == 204

    assert kept(services) == [BODY]
    assert [task for task, _ in chime.rung] == ["delivery.apply_events"]


@pytest.mark.parametrize(
    "headers",
    [{}, signed(BODY, STRANGER), signed(BODY + b" "), {**signed(BODY), TIMESTAMP_HEADER: "1"}],
    ids=["unsigned", "another key", "other bytes", "another time"],
)
def test_anything_else_is_refused_and_not_kept(hook: FlaskClient, services: Services, headers: dict[str, str]) -> None:
    """401, and nothing stored."""
    answer = hook.post("/hooks/sendgrid/events", data=BODY, headers=headers)

    assert answer.status_code == 401
    assert kept(services) == []


def test_without_a_key_every_post_is_refused(client: FlaskClient) -> None:
    """An unset key opens no door."""
    assert client.post("/hooks/sendgrid/events", data=BODY, headers=signed(BODY)).status_code == 401


def test_a_flood_is_refused_before_it_is_read(hook: FlaskClient) -> None:
    """The provider posts less than a megabyte."""
    assert hook.post("/hooks/sendgrid/events", data=b"x" * 9_000_000).status_code == 413


def test_a_key_that_is_none_stops_the_start(services: Services) -> None:
    """With one sentence that names the setting."""
    with pytest.raises(BadSetting, match="SENDGRID_WEBHOOK_KEY"):
        bootstrap(replace(services.settings, sendgrid_webhook_key="pasted wrong"))
