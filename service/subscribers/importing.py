"""Import of subscribers from a file: streamed, stored a thousand at a time, and harmless to repeat."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from service.db import Database, UnitOfWork
from service.subscribers.consents import add_consent
from service.subscribers.frequency import FROM_A_FORM, owe_within, record_sign_up
from service.subscribers.import_rows import BadRow, Row, read_rows
from service.subscribers.model import SignUpMail, Subscriber, Subscription, SubscriptionStatus
from service.subscribers.newsletters import NewsletterName
from service.subscribers.suppression import suppressed_among
from service.tokens import Tokens

BATCH = 1000


class Outcome(StrEnum):
    """What became of a line. `asked` ones are counted among the pending ones too."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    ASKED = "asked"
    ALREADY_THERE = "already_there"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(slots=True)
class ImportReport:
    """How many lines came to what, and the lines that were left out, with the reason."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    bad: list[BadRow] = field(default_factory=list)


def import_subscribers(
    database: Database,
    tokens: Tokens,
    lines: Iterable[str],
    newsletter: NewsletterName,
    *,
    now: datetime,
    stated: str = "",
    ask: bool = False,
) -> ImportReport:
    """Put the people of a CSV file on a newsletter's list; `read_rows` names the columns. Raises ImportRefused.

    With proof of consent they are confirmed; without it they stay pending, and are mailed only with `ask`.
    Who is on that newsletter's list already, or has left it, is left as they are.
    """
    report = ImportReport()
    rows = read_rows(lines, now=now, stated=stated)
    while batch := list(islice(_good(rows, report), BATCH)):
        try:
            counts = _store(database, tokens, batch, newsletter, now, ask)
        except IntegrityError:  # one of them signed up at this very moment, and will be found now
            counts = _store(database, tokens, batch, newsletter, now, ask)
        report.counts.update(counts)
    return report


def _good(rows: Iterator[Row | BadRow], report: ImportReport) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, BadRow):
            report.bad.append(row)
        elif row.status is SubscriptionStatus.UNSUBSCRIBED:
            report.counts[Outcome.UNSUBSCRIBED] += 1
        else:
            yield row


def _store(
    database: Database, tokens: Tokens, rows: Sequence[Row], newsletter: NewsletterName, now: datetime, ask: bool
) -> Counter[Outcome]:
    """Store one batch in one transaction, and count."""
    with database.unit() as uow:
        refused = suppressed_among(uow.session, tokens, [row.email for row in rows], now)
        known = _known(uow, [row.key for row in rows])
        allowed = [row for row in rows if row.email not in refused]
        places = [(row, _place(known, row, newsletter, now)) for row in allowed]
        new = [(row, place) for row, place in places if place is not None]
        uow.session.add_all(place for _, place in new)
        uow.session.flush()
        for row, place in new:
            _begin(uow, row, place, now)
        outcomes = Counter(Outcome(place.status.value) for _, place in new)
        outcomes[Outcome.SUPPRESSED] = len(rows) - len(allowed)
        outcomes[Outcome.ALREADY_THERE] = len(allowed) - len(new)
        outcomes[Outcome.ASKED] = sum(_ask(uow, tokens, place, now) for _, place in new) if ask else 0
    return outcomes


def _known(uow: UnitOfWork, keys: Sequence[str]) -> dict[str, Subscriber]:
    query = select(Subscriber).where(Subscriber.email_key.in_(keys)).options(selectinload(Subscriber.subscriptions))
    return {subscriber.email_key: subscriber for subscriber in uow.session.scalars(query)}


def _place(known: dict[str, Subscriber], row: Row, newsletter: NewsletterName, now: datetime) -> Subscription | None:
    """A new subscription for the row, of a new subscriber if need be; None when they have one."""
    subscriber = known.get(row.key)
    if subscriber is None:
        subscriber = Subscriber(
            email=row.email, email_key=row.key, name=row.name, locale=row.locale or newsletter.lang, created_at=now
        )
        known[row.key] = subscriber
    if any(one.newsletter_id == newsletter.id for one in subscriber.subscriptions):
        return None
    return Subscription(newsletter_id=newsletter.id, subscriber=subscriber, created_at=now)


def _begin(uow: UnitOfWork, row: Row, subscription: Subscription, now: datetime) -> None:
    """Keep the proof, and put who has one on the list since the time of their consent."""
    if row.proof is None:
        return
    proof = row.proof
    add_consent(uow.session, subscription, proof.wording, proof.source, given_at=proof.given_at, basis=proof.basis)
    if row.status is SubscriptionStatus.CONFIRMED:
        subscription.start(proof.given_at)
        subscription.subscriber.refresh(now)


def _ask(uow: UnitOfWork, tokens: Tokens, subscription: Subscription, now: datetime) -> bool:
    """Owe a pending subscription its confirmation mail, within the limits of a form."""
    if subscription.status is not SubscriptionStatus.PENDING:
        return False
    limits = FROM_A_FORM[SignUpMail.CONFIRM]
    mail = owe_within(uow, tokens, subscription, SignUpMail.CONFIRM, limits, now=now)
    email = subscription.subscriber.email
    record_sign_up(uow.session, tokens, email, subscription.newsletter_id, mail, now=now)
    return mail is SignUpMail.CONFIRM
