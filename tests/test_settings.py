"""Settings: read once, frozen, and refused with one sentence that names the wrong one."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from service.settings import BadSetting, Settings

LONG = "k" * 32


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine leaks into a test."""
    for name in Settings.names():
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_any_setting_everything_is_embedded() -> None:
    """The demo needs no variable at all."""
    settings = Settings.load()

    assert settings.database.startswith("sqlite:///")
    assert settings.broker.startswith("redis+socket:///")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "PORT"),
        ("PORT", "70000", "PORT"),
        ("MAIL_TRANSPORT", "pigeon", "MAIL_TRANSPORT"),
        ("SECRET_KEYS", "short", "SECRET_KEYS: every key must have at least 32 characters"),
        ("PUBLIC_URL", "news.example.org", "PUBLIC_URL: must be an address"),
        ("SEND_RATE", "-1", "SEND_RATE"),
        ("MAIL_FROM", "nobody", "MAIL_FROM"),
        ("SMTP_DOMAIN_LIMITS", "gmail.com", "SMTP_DOMAIN_LIMITS: must be a list such as"),
        ("SMTP_DOMAIN_LIMITS", "gmail.com=20", "SMTP_DOMAIN_LIMITS"),
        ("SMTP_DOMAIN_LIMITS", "gmail.com=0/s", "SMTP_DOMAIN_LIMITS"),
        ("SMTP_DOMAIN_LIMITS", "gmail.com=fast/s", "SMTP_DOMAIN_LIMITS"),
        ("MEDIA_URL", "s3://bucket/media", "MEDIA_URL: s3:// is not built yet"),
        ("MEDIA_URL", "/srv/media", "MEDIA_URL: must be an address such as file://"),
        ("HELPLINES", "XX", "HELPLINES: must be one of GB, IE, US"),
        ("BOUNCE_ADDRESS", "Bounces <bounces@x.example.org>", "BOUNCE_ADDRESS: must be a bare mailbox"),
        ("BOUNCE_ADDRESS", "b" * 42 + "@x.example.org", "BOUNCE_ADDRESS"),
        ("BOUNCE_MAILBOX", "imaps://mail.example.org/INBOX", "BOUNCE_MAILBOX: must be an address such as imaps://"),
        ("BOUNCE_MAILBOX", "pop3://u:p@mail.example.org", "BOUNCE_MAILBOX"),
        ("BOUNCE_MAILBOX", "imaps://u:p@mail.example.org:x", "BOUNCE_MAILBOX"),
    ],
)
def test_a_bad_setting_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    """Whoever runs it sees which variable to mend."""
    monkeypatch.setenv(name, value)

    with pytest.raises(BadSetting, match=sentence) as caught:
        Settings.load()
    assert "\n" not in str(caught.value)


def test_limits_of_domains_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """With commas or blanks between them; capital letters do not matter."""
    monkeypatch.setenv("SMTP_DOMAIN_LIMITS", "Gmail.com=20/s, yahoo.com=0.5/s *=50/s")

    assert Settings.load().smtp_domain_limits == {"gmail.com": 20.0, "yahoo.com": 0.5, "*": 50.0}


def test_real_mail_needs_real_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the demo's secret, anybody could forge an unsubscribe link."""
    monkeypatch.setenv("MAIL_TRANSPORT", "smtp")

    with pytest.raises(BadSetting, match="SECRET_KEYS must be set"):
        Settings.load()


def test_a_transport_needs_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """SendGrid without a key stops the start."""
    monkeypatch.setenv("MAIL_TRANSPORT", "sendgrid")
    monkeypatch.setenv("SECRET_KEYS", LONG)

    with pytest.raises(BadSetting, match="SENDGRID_API_KEY must be set"):
        Settings.load()


def test_postgres_addresses_get_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of a hosting provider works as it is."""
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@db/storywell")

    assert Settings.load().database == "postgresql+psycopg://u:p@db/storywell"


def test_settings_cannot_be_changed() -> None:
    """One reading, no surprises later."""
    with pytest.raises(FrozenInstanceError):
        Settings().var = Path("elsewhere")  # type: ignore[misc]


def test_the_first_of_several_keys_signs() -> None:
    """A comma list; blanks do not matter."""
    settings = Settings.load({"SECRET_KEYS": f"{LONG}1, {LONG}2"})

    assert settings.keys() == (f"{LONG}1".encode(), f"{LONG}2".encode())


def test_no_secret_is_printed() -> None:
    """Settings in a traceback give no key away."""
    settings = Settings.load({"SECRET_KEYS": LONG, "SENDGRID_API_KEY": "SG.secret", "SMTP_URL": "smtp://u:pw@h"})

    assert not {LONG, "SG.secret", "pw@h"} & set(repr(settings).replace("'", " ").split())
    assert "SG.secret" not in repr(settings)


def test_pictures_lie_under_var_or_where_they_are_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a folder with a blank in its name."""
    assert Settings.load().media == Path("var/media").resolve()
    monkeypatch.setenv("MEDIA_URL", "file:///srv/our%20pictures")

    assert Settings.load().media == Path("/srv/our pictures")
