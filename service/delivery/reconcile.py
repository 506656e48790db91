"""Once a night: what the provider will not write to, we do not either, even when its webhook never told us."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from service.db import Database, UnitOfWork
from service.mail.sendgrid_suppressions import ListsUnavailable, ProviderList
from service.subscribers.actions import suppress_many
from service.subscribers.model import SuppressionReason
from service.subscribers.suppression import suppressed_among
from service.tokens import Tokens

REASONS: dict[ProviderList, SuppressionReason] = {
    ProviderList.BOUNCES: SuppressionReason.HARD_BOUNCE,
    ProviderList.INVALID: SuppressionReason.HARD_BOUNCE,
    ProviderList.COMPLAINTS: SuppressionReason.COMPLAINT,
    ProviderList.UNSUBSCRIBED: SuppressionReason.UNSUBSCRIBED_AT_PROVIDER,
}

log = structlog.get_logger()


class Lists(Protocol):
    """The provider's lists. `pages` raises ListsUnavailable."""

    def pages(self) -> Iterator[tuple[ProviderList, list[str]]]:
        """Each list in pages of addresses."""

    def close(self) -> None:
        """Let go of open connections."""


def reconcile(database: Database, lists: Lists, tokens: Tokens, *, clock: Callable[[], datetime]) -> int:
    """Take over every address we did not know; gives how many. What is missed when it breaks off comes tomorrow."""
    added = 0
    try:
        for name, emails in lists.pages():
            with database.unit() as uow:
                added += take_over(uow, REASONS[name], emails, tokens, now=clock())
    except ListsUnavailable as error:
        log.warning("reconcile.broke_off", why=str(error), added=added)
    else:
        log.info("reconcile.done", added=added)
    finally:
        lists.close()
    return added


def take_over(
    uow: UnitOfWork, reason: SuppressionReason, emails: Sequence[str], tokens: Tokens, *, now: datetime
) -> int:
    """Suppress those of a page (at most a few thousand addresses) that are not suppressed; gives how many."""
    new = set(emails) - suppressed_among(uow.session, tokens, list(emails), now)
    suppress_many(uow, ((email, reason) for email in new), tokens=tokens, now=now)
    return len(new)
