"""`storywell doctor`: is everything there that the service needs? One line a check; exit 1 when one fails."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from ssl import create_default_context
from urllib.parse import urlsplit

import click
import redis
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.cli.database import alembic_config
from service.cli.frame import json_option, load_settings
from service.db import make_engine
from service.mail.message import TryLater
from service.mail.schedule import ProviderAway
from service.mail.sendgrid_client import SendGridClient
from service.mail.sendgrid_scopes import SEND, drawbacks, scopes_of
from service.mail.smtp_server import Server
from service.pulse import last_pulse
from service.settings import Settings, Transport

OLDEST_SWEEP_SECONDS = 60
WAIT_SECONDS = 5


class Ill(Exception):
    """A check failed; the message is one sentence."""


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    check: str
    well: bool
    words: str


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check the database, the queue, the workers and the mail transport."""
    findings = list(examine(load_settings()))
    if as_json:
        click.echo(json.dumps({"well": all(f.well for f in findings), "checks": [asdict(f) for f in findings]}))
    else:
        for finding in findings:
            words = finding.words.replace("\n", "\n     ")
            click.echo(f"{'ok  ' if finding.well else 'ILL '} {finding.check}: {words}")
    if not all(finding.well for finding in findings):
        raise SystemExit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Run every check."""
    checks: dict[str, Callable[[Settings], str]] = {
        "database": check_database,
        "queue": check_queue,
        "workers": check_workers,
        "mail": MAIL_CHECKS[settings.mail_transport],
    }
    for name, check in checks.items():
        try:
            yield Finding(name, True, check(settings))
        except Ill as ill:
            yield Finding(name, False, str(ill))


def check_database(settings: Settings) -> str:
    """It answers, and its tables are those of this version."""
    engine = make_engine(settings.database)
    try:
        with engine.connect() as connection:
            found, wanted = _versions(connection, settings)
    except SQLAlchemyError as error:
        raise Ill(f"it does not answer ({type(error).__name__})") from None
    finally:
        engine.dispose()
    if found != wanted:
        raise Ill("its tables are not up to date; run `storywell db upgrade`")
    return f"{engine.dialect.name}, tables up to date"


def _versions(connection: Connection, settings: Settings) -> tuple[str | None, str | None]:
    script = ScriptDirectory.from_config(alembic_config(settings.database))
    return MigrationContext.configure(connection).get_current_revision(), script.get_current_head()


def check_queue(settings: Settings) -> str:
    """Redis or Valkey answers a ping."""
    try:
        redis.Redis.from_url(settings.redis, socket_timeout=WAIT_SECONDS, socket_connect_timeout=WAIT_SECONDS).ping()
    except redis.RedisError as error:
        raise Ill(f"it does not answer ({type(error).__name__})") from None
    return "answers"


def check_workers(settings: Settings) -> str:
    """Timer, queue and a worker together left a mark within the last minute."""
    try:
        mark = last_pulse(settings.redis)
    except redis.RedisError:
        raise Ill("nobody can be asked, because the queue does not answer") from None
    if mark is None:
        raise Ill("no sweep was seen; are a worker and the timer running?")
    age = time.time() - mark
    if age > OLDEST_SWEEP_SECONDS:
        raise Ill(f"the last sweep was {age:.0f} s ago; are a worker and the timer running?")
    return f"last sweep {max(age, 0):.0f} s ago"


def check_outbox(settings: Settings) -> str:
    """The folder can be written to."""
    try:
        settings.outbox.mkdir(parents=True, exist_ok=True)
        (settings.outbox / ".doctor").touch()
        (settings.outbox / ".doctor").unlink()
    except OSError as error:
        raise Ill(f"{settings.outbox} cannot be written to ({error.strerror})") from None
    return "every mail is kept in the outbox; none leaves this machine"


def check_smtp(settings: Settings) -> str:
    """Every server lets us in, encrypted and signed in as SMTP_URL says."""
    words = []
    for server in Server.parse_all(settings.smtp_url):
        try:
            wire = server.connect(create_default_context(), WAIT_SECONDS)
        except TryLater as refusal:
            raise Ill(f"the SMTP server {server.name} is of no use: {refusal.reason}") from None
        wire.leave()
        words.append(f"{server.name} lets us in" + ("" if wire.pipelining else ", without PIPELINING, so it is slow"))
    return "\n".join(words)


def check_sendgrid(settings: Settings) -> str:
    """The key is known and may send (GET /v3/scopes); without a webhook key, bounces would go unheard."""
    with closing(SendGridClient(settings.sendgrid_api_key, settings.sendgrid_api_url)) as client:
        try:
            scopes = scopes_of(client)
        except ProviderAway as away:
            raise Ill(f"SendGrid does not answer as it should: {away}") from None
    if SEND not in scopes:
        raise Ill(f"the key may not send; it needs the scope {SEND}")
    if not settings.sendgrid_webhook_key:
        raise Ill("SENDGRID_WEBHOOK_KEY is empty, so bounces and complaints would go unheard")
    return "\n".join([f"the key may send, at {urlsplit(settings.sendgrid_api_url).hostname}", *drawbacks(scopes)])


MAIL_CHECKS: dict[Transport, Callable[[Settings], str]] = {
    Transport.OUTBOX: check_outbox,
    Transport.SMTP: check_smtp,
    Transport.SENDGRID: check_sendgrid,
}
