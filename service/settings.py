"""Every setting of the service, read from the environment once. No other file reads it.

A frozen dataclass and a table of readers: a settings library would cost every process 30 MB (docs/adr/0008).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

DEMO_SECRET = "demo-only-secret-change-me-before-going-live"  # noqa: S105 - refused when mail is real
SHORTEST_KEY = 32
LONGEST_BOUNCE_BOX = 41
"""With `+` and the key of a delivery behind it a local part has 64 characters (RFC 5321, 4.5.3.1.1)."""


class BadSetting(Exception):
    """A setting is missing or wrong; the message is one sentence that names it."""


class Transport(StrEnum):
    """How mail leaves the house."""

    OUTBOX = "outbox"
    SMTP = "smtp"
    SENDGRID = "sendgrid"


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 1e9:
        raise ValueError("must be a number, 0 or more")
    return value


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in text.split(",") if part.strip())
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        raise ValueError(f"every key must have at least {SHORTEST_KEY} characters")
    return keys


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://news.example.org")
    return text.rstrip("/")


def _mailbox(text: str) -> str:
    if "@" not in parseaddr(text)[1]:
        raise ValueError("must be a mailbox such as Storywell <news@example.org>")
    return text


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return read


def _ramp(text: str) -> tuple[int, ...]:
    shares = tuple(int(part) for part in text.split(",") if part.strip().isdecimal())
    if len(shares) != text.count(",") + 1 or not all(0 < one <= 10**9 for one in shares):
        raise ValueError("must be numbers of people with commas between them, such as 50,100,500,1000")
    return shares


def _bounce_address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if not (local and domain and text.isascii() and len(local) <= LONGEST_BOUNCE_BOX) or set(text) & set(' <>"(),:;\\'):
        raise ValueError(f"must be a bare mailbox such as bounces@news.example.org, {LONGEST_BOUNCE_BOX} before the @")
    return text


def _bounce_mailbox(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in {"imaps", "imap"} and parts.hostname and parts.username and parts.password
        _ = parts.port
    except ValueError:
        whole = False
    if not whole:
        raise ValueError("must be an address such as imaps://user:password@mail.example.org/INBOX")
    return text


def _domain_limits(text: str) -> Mapping[str, float]:
    limits: dict[str, float] = {}
    for part in text.replace(",", " ").split():
        domain, equals, rate = part.partition("=")
        number = rate.removesuffix("/s")
        if not (domain and equals and rate.endswith("/s")) or _rate(number) == 0:
            raise ValueError("must be a list such as gmail.com=20/s, *=50/s")
        limits[domain.lower()] = float(number)
    return limits


def _file_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "s3":
        raise ValueError("s3:// is not built yet; use file:///a/folder")
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
        raise ValueError("must be an address such as file:///srv/storywell/media")
    return text


def _transport(text: str) -> Transport:
    return Transport(_one_of(*Transport)(text))


READERS: Mapping[str, Callable[[str], Any]] = {
    "port": _whole(1, 65535),
    "var": Path,
    "public_url": _origin,
    "secret_keys": _keys,
    "mail_transport": _transport,
    "mail_from": _mailbox,
    "mail_reply_to": _mailbox,
    "mail_unsubscribe": _mailbox,
    "smtp_domain_limits": _domain_limits,
    "bounce_address": _bounce_address,
    "bounce_mailbox": _bounce_mailbox,
    "sendgrid_api_url": _origin,
    "media_url": _file_address,
    "helplines": _one_of("GB", "IE", "US"),
    "send_rate": _rate,
    "send_ramp": _ramp,
    "handover_lead": _whole(0, 24 * 60),
    "send_connections": _whole(1, 64),
    "web_workers": _whole(1, 64),
    "web_threads": _whole(1, 256),
    "worker_threads": _whole(1, 64),
    "log_level": _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    "trusted_proxies": _whole(0, 5),
}
"""How a variable's text becomes a value; a setting that is not here is taken as it is."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Frozen settings. Field names in capitals are the environment variables; docs/settings.md explains each."""

    port: int = 8000
    bind: str = "127.0.0.1"
    var: Path = Path("var")
    database_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    public_url: str = ""
    secret_keys: tuple[str, ...] = field(default=(DEMO_SECRET,), repr=False)
    organisation: str = "Storywell Demo"
    mail_transport: Transport = Transport.OUTBOX
    mail_from: str = "Storywell Demo <news@mail.example.org>"
    mail_reply_to: str = ""
    mail_unsubscribe: str = ""
    mail_postal_address: str = "Storywell Demo, 1 Example Street, Exampleton EX1 2MP"
    mail_dkim_selectors: str = "s1,s2"
    smtp_url: str = field(default="", repr=False)
    smtp_domain_limits: Mapping[str, float] = field(default_factory=dict)
    bounce_address: str = ""
    bounce_mailbox: str = field(default="", repr=False)
    sendgrid_api_key: str = field(default="", repr=False)
    sendgrid_api_url: str = "https://api.sendgrid.com"
    sendgrid_webhook_key: str = ""
    media_url: str = ""
    helplines: str = "GB"
    send_rate: float = 0.0
    send_ramp: tuple[int, ...] = ()
    handover_lead: int = 30
    send_connections: int = 4
    web_workers: int = 1
    web_threads: int = 4
    worker_threads: int = 4
    log_level: str = "INFO"
    trusted_proxies: int = 0

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the environment; an empty variable counts as not set. Raises BadSetting with one sentence."""
        values: dict[str, Any] = {}
        for name in cls.names():
            text = environment.get(name.upper(), "").strip()
            if not text:
                continue
            try:
                values[name] = READERS.get(name, str)(text)
            except ValueError as error:
                raise BadSetting(f"{name.upper()}: {error}.") from None
        settings = cls(**values)
        settings._check_real_mail()
        return settings

    @classmethod
    def names(cls) -> list[str]:
        """The names of all settings; in capitals they are the variables."""
        return [one.name for one in fields(cls)]

    def _check_real_mail(self) -> None:
        """Before a mail may leave this machine: own keys, the transport's address, and an address for the links."""
        if self.mail_transport is Transport.OUTBOX:
            return
        real = f"MAIL_TRANSPORT={self.mail_transport}"
        if DEMO_SECRET in self.secret_keys:
            raise BadSetting(f"SECRET_KEYS must be set before {real} may send real mail.")
        if self.mail_transport is Transport.SMTP and not self.smtp_url:
            raise BadSetting(f"SMTP_URL must be set when {real}.")
        if self.mail_transport is Transport.SENDGRID and not self.sendgrid_api_key:
            raise BadSetting(f"SENDGRID_API_KEY must be set when {real}.")
        if not self.public_url:
            raise BadSetting(f"PUBLIC_URL must be set when {real}, because mails carry links.")

    @property
    def site_url(self) -> str:
        """Where readers reach the site, without a trailing slash."""
        return self.public_url or f"http://{self.bind}:{self.port}"

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database: DATABASE_URL with the psycopg driver, or SQLite under VAR."""
        if not self.database_url:
            return f"sqlite:///{(self.var / 'storywell.sqlite3').resolve()}"
        for prefix in ("postgres://", "postgresql://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url

    @property
    def broker(self) -> str:
        """The server at REDIS_URL, or the embedded one, in the words of Celery (`redis+socket://` for a socket)."""
        return (
            "redis+socket://" + self.redis.removeprefix("unix://") if self.redis.startswith("unix://") else self.redis
        )

    @property
    def redis(self) -> str:
        """The server at REDIS_URL, or the embedded one, in the words of redis-py (`unix://` for a socket)."""
        if not self.redis_url:
            return f"unix://{self.valkey_socket}"
        return self.redis_url.replace("redis+socket://", "unix://", 1)

    @property
    def valkey_socket(self) -> Path:
        """The embedded server's socket. Its path must stay under 100 bytes (a limit of sockaddr_un)."""
        return (self.var / "valkey.sock").resolve()

    @property
    def media(self) -> Path:
        """The folder of pictures: that of MEDIA_URL, or one under VAR."""
        return Path(unquote(urlsplit(self.media_url).path)) if self.media_url else (self.var / "media").resolve()

    @property
    def journals(self) -> Path:
        """Where workers that send by SMTP write down what they do."""
        return (self.var / "journal").resolve()

    @property
    def erasures(self) -> Path:
        """The journal of erasures: outside the database, so that a restored backup learns who is gone."""
        return (self.var / "erasures.jsonl").resolve()

    @property
    def outbox(self) -> Path:
        """Where the outbox transport writes its mails."""
        return (self.var / "outbox").resolve()

    def keys(self) -> tuple[bytes, ...]:
        """The secret keys as bytes; the first signs, all verify."""
        return tuple(key.encode() for key in self.secret_keys)
