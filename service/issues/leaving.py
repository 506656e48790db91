"""Leaving by the mail of an issue, on whichever of its ways: by the link, by the choices, or by a mail that a mailbox
writes. The link says which issue it stood in, in a plain number that is the same for every reader.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.issues.counts import Counted, Seen, add_up, issue_that_left
from service.subscribers.locking import locked_subscriber_of
from service.subscribers.model import Subscription, SubscriptionStatus


@contextmanager
def counted_if_left(uow: UnitOfWork, subscription_id: int, issue_id: int, *, now: datetime) -> Iterator[None]:
    """Add one to the issue, if what is done in this block takes the reader behind a subscription off its newsletter.

    Whoever is off that list already is not counted again; neither does a link count that names no issue that has left.
    """
    issue = issue_that_left(uow.session, issue_id)
    reader = locked_subscriber_of(uow.session, subscription_id) if issue is not None else None
    if issue is None or reader is None or not _is_on(uow.session, reader.id, issue.newsletter_id):
        yield
        return
    left = (reader.id, issue.newsletter_id)
    yield
    if not _is_on(uow.session, *left):
        add_up(uow, [Seen(issue_id=issue.id, what=Counted.UNSUBSCRIBED, day=now.date())])


def _is_on(session: Session, subscriber_id: int, newsletter_id: int) -> bool:
    mine = (Subscription.subscriber_id == subscriber_id, Subscription.newsletter_id == newsletter_id)
    on = (Subscription.status == SubscriptionStatus.CONFIRMED,)
    return session.scalar(select(Subscription.id).where(*mine, *on)) is not None
