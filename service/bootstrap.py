"""Settings -> Services. The only place where adapters are chosen."""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from service.db import Database, Doorbell
from service.editors import mails as editor_mails
from service.issues import mails as issue_mails
from service.links import Links
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailer
from service.mail.notices import Composer
from service.mail.outbox import OutboxMailer
from service.mail.rendering import Templates
from service.mail.sendgrid import SendGridMailer
from service.mail.sendgrid_signature import BadKey, check_keys
from service.mail.sendgrid_suppressions import SendGridSuppressions
from service.mail.smtp import SmtpMailer
from service.settings import BadSetting, Settings, Transport
from service.stories import mails as story_mails
from service.subscribers import mails as subscriber_mails
from service.tokens import Tokens

DOORBELL = "workers.doorbell:CeleryDoorbell"
"""The queue plugs in from above by name, so that nothing in service imports Celery (docs/adr/0003)."""

COMPOSERS: Mapping[str, Composer] = {
    **subscriber_mails.COMPOSERS,
    **story_mails.COMPOSERS,
    **editor_mails.COMPOSERS,
    **issue_mails.COMPOSERS,
}


@dataclass(frozen=True)
class Services:
    """Everything the doors (web, workers, commands) need, chosen once."""

    settings: Settings
    database: Database
    tokens: Tokens
    links: Links
    head: Letterhead
    mailer: Mailer
    composers: Mapping[str, Composer]
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Let go of connections."""
        self.mailer.close()
        self.database.close()


def bootstrap(
    settings: Settings,
    *,
    doorbell: Doorbell | None = None,
    mailer: Mailer | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Services:
    """Build the services. Tests and commands may bring their own doorbell, mailer or clock."""
    _check_webhook_key(settings)
    tokens = Tokens(settings.keys())
    links = Links(
        settings.site_url, tokens, Address.parse(settings.mail_unsubscribe).email if settings.mail_unsubscribe else ""
    )
    head = Letterhead(
        links=links,
        tokens=tokens,
        sender=Address.parse(settings.mail_from),
        reply_to=Address.parse(settings.mail_reply_to) if settings.mail_reply_to else None,
        organisation=settings.organisation,
        postal_address=settings.mail_postal_address,
        templates=Templates(),
    )
    return Services(
        settings=settings,
        database=Database(settings.database, doorbell or pkgutil.resolve_name(DOORBELL)(settings.broker)),
        tokens=tokens,
        links=links,
        head=head,
        mailer=mailer or make_mailer(settings, clock or utc_now),
        composers=COMPOSERS,
        clock=clock or utc_now,
    )


def make_mailer(settings: Settings, clock: Callable[[], datetime]) -> Mailer:
    """The adapter that MAIL_TRANSPORT names."""
    match settings.mail_transport:
        case Transport.OUTBOX:
            return OutboxMailer(settings.outbox, clock=clock)
        case Transport.SMTP:
            return SmtpMailer(settings.smtp_url, clock=clock)
        case Transport.SENDGRID:
            return SendGridMailer(settings.sendgrid_api_key, settings.sendgrid_api_url, clock=clock)


def make_suppression_lists(settings: Settings) -> SendGridSuppressions | None:
    """The provider's own lists of addresses it does not write to; None where the transport keeps none."""
    if settings.mail_transport is not Transport.SENDGRID:
        return None
    return SendGridSuppressions(settings.sendgrid_api_key, settings.sendgrid_api_url)


def _check_webhook_key(settings: Settings) -> None:
    """A pasted key that is none would lose every bounce and complaint, so it stops the start."""
    try:
        if settings.sendgrid_webhook_key:
            check_keys(settings.sendgrid_webhook_key)
    except BadKey as error:
        raise BadSetting(f"SENDGRID_WEBHOOK_KEY: {error}.") from None


def utc_now() -> datetime:
    """The machine's clock, aware."""
    return datetime.now(UTC)
