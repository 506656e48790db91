"""Settings -> Services. The only place where adapters are chosen."""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from service.db import Database, Doorbell
from service.delivery import mails as delivery_mails
from service.delivery.start import Timing
from service.editors import mails as editor_mails
from service.issues import mails as issue_mails
from service.links import Links
from service.mail.bounce_mailbox import BounceMailbox
from service.mail.bulk import BulkMailer
from service.mail.letterhead import Letterhead
from service.mail.message import Address
from service.mail.notices import Composer
from service.mail.outbox import OutboxMailer
from service.mail.rendering import Templates
from service.mail.schedule import ProviderAway, ProviderLog, Schedule
from service.mail.sendgrid import SendGridMailer
from service.mail.sendgrid_client import SendGridClient
from service.mail.sendgrid_logs import SendGridLogs
from service.mail.sendgrid_schedule import SendGridSchedule
from service.mail.sendgrid_scopes import drawbacks, scopes_of
from service.mail.sendgrid_signature import BadKey, check_keys
from service.mail.sendgrid_suppressions import SendGridSuppressions
from service.mail.smtp import SmtpMailer
from service.mail.smtp_journal import Journals
from service.mail.smtp_limits import DomainLimits
from service.media.storage import FolderStorage, Storage
from service.settings import BadSetting, Settings, Transport
from service.stories import draft_mails
from service.stories import mails as story_mails
from service.subscribers import mails as subscriber_mails
from service.tokens import Tokens
from service.tombstones import ErasureJournal
from service.vault import Vault

log = structlog.get_logger()

DOORBELL = "workers.doorbell:CeleryDoorbell"
"""The queue plugs in from above by name, so that nothing in service imports Celery (docs/adr/0003)."""

COMPOSERS: Mapping[str, Composer] = {
    **subscriber_mails.COMPOSERS,
    **story_mails.COMPOSERS,
    **draft_mails.COMPOSERS,
    **editor_mails.COMPOSERS,
    **issue_mails.COMPOSERS,
    **delivery_mails.COMPOSERS,
}


@dataclass(frozen=True)
class Services:
    """Everything the doors (web, workers, commands) need, chosen once."""

    settings: Settings
    database: Database
    vault: Vault
    tokens: Tokens
    links: Links
    head: Letterhead
    mailer: BulkMailer
    schedule: Schedule | None
    """Holds mail until its time, and gives it back; None where the transport cannot."""
    log: ProviderLog | None
    """What the provider itself says it sent; None where it keeps no record."""
    timing: Timing
    storage: Storage
    composers: Mapping[str, Composer]
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Let go of connections."""
        self.mailer.close()
        if self.schedule is not None:
            self.schedule.close()
        self.database.close()


def bootstrap(
    settings: Settings,
    *,
    doorbell: Doorbell | None = None,
    mailer: BulkMailer | None = None,
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
    database = Database(
        settings.database,
        doorbell or pkgutil.resolve_name(DOORBELL)(settings.broker),
        journal=ErasureJournal(settings.erasures),
    )
    vault = Vault(settings.keys())
    vault.guard(database.engine)
    client = make_client(settings)
    schedule = SendGridSchedule(client) if client else None
    return Services(
        settings=settings,
        database=database,
        vault=vault,
        tokens=tokens,
        links=links,
        head=head,
        mailer=mailer or make_mailer(settings, clock or utc_now),
        schedule=schedule,
        log=SendGridLogs(client) if client else None,
        timing=Timing(timedelta(minutes=settings.handover_lead if schedule else 0), settings.send_ramp),
        storage=FolderStorage(settings.media),
        composers=COMPOSERS,
        clock=clock or utc_now,
    )


def make_mailer(settings: Settings, clock: Callable[[], datetime]) -> BulkMailer:
    """The adapter that MAIL_TRANSPORT names."""
    match settings.mail_transport:
        case Transport.OUTBOX:
            return OutboxMailer(settings.outbox, clock=clock)
        case Transport.SMTP:
            return SmtpMailer(
                settings.smtp_url,
                clock=clock,
                journals=Journals(settings.journals),
                bounces=Address.parse(settings.bounce_address) if settings.bounce_address else None,
                limits=DomainLimits(settings.redis, settings.smtp_domain_limits),
            )
        case Transport.SENDGRID:
            return SendGridMailer(settings.sendgrid_api_key, settings.sendgrid_api_url, clock=clock)


def journal_home(settings: Settings) -> str:
    """What a worker's name begins with when its transport keeps a journal; nothing for the other transports."""
    return Journals(settings.journals).home if settings.mail_transport is Transport.SMTP else ""


def make_client(settings: Settings) -> SendGridClient | None:
    """What asks SendGrid for anything but sending; None for the other transports."""
    if settings.mail_transport is not Transport.SENDGRID:
        return None
    return SendGridClient(settings.sendgrid_api_key, settings.sendgrid_api_url)


def tell_drawbacks(settings: Settings) -> None:
    """A line in the log for each thing that does not work with the provider's key. Nothing stops for it."""
    client = make_client(settings)
    if client is None:
        return
    try:
        for sentence in drawbacks(scopes_of(client)):
            log.warning("sendgrid.key", why=sentence)
    except ProviderAway as away:
        log.warning("sendgrid.key", why=str(away))
    finally:
        client.close()


def make_bounce_mailbox(settings: Settings) -> BounceMailbox:
    """The mailbox of BOUNCE_MAILBOX, open. Raises MailboxAway."""
    return BounceMailbox(settings.bounce_mailbox)


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
