"""Import of subscribers from a file: streamed, stored in chunks, and harmless to repeat."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice

from service.db import Database, UnitOfWork
from service.subscribers.errors import ImportRefused
from service.subscribers.frequency import FROM_A_FORM, owe_within, record_sign_up
from service.subscribers.import_formats import FORMATS, ListFormat
from service.subscribers.import_rows import BadRow, Row, read_rows
from service.subscribers.import_store import bring, pending_places, put_on_the_list
from service.subscribers.model import SignUpMail, Subscription, SubscriptionStatus
from service.subscribers.newsletters import NewsletterName
from service.tokens import Tokens

CHUNK = 15_000
"""Lines in one transaction: about 12 MB in memory, and on SQLite a quarter of a second in which a sign-up waits."""
CHUNK_TO_ASK = 1000
MOST_NAMED = 10_000
"""So many bad lines are named; the rest is counted."""


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
    bad_lines: int = 0
    broken: str = ""
    """Why the file could not be read to its end."""

    @property
    def lines(self) -> int:
        """How many lines have been dealt with."""
        return self.counts.total() - self.counts[Outcome.ASKED] + self.bad_lines


def import_subscribers(
    database: Database,
    tokens: Tokens,
    lines: Iterable[str],
    newsletter: NewsletterName,
    *,
    now: datetime,
    stated: str = "",
    ask: bool = False,
    form: ListFormat = FORMATS["csv"],
    tell: Callable[[ImportReport], object] = bool,
) -> ImportReport:
    """Put the people of a CSV file on a newsletter's list; `form` names the columns. `tell` hears of each chunk.

    With proof of consent they are confirmed; without it they stay pending, and are mailed only with `ask`.
    Who is on that newsletter's list already, or has left it, is left as they are.
    Raises ImportRefused for a file that is no list, or stops being one: everybody before that line is in.
    """
    report = ImportReport()
    good = _good(read_rows(lines, now=now, stated=stated, form=form), report)
    size = CHUNK_TO_ASK if ask else CHUNK
    with ThreadPoolExecutor(1) as reader:
        chunk = list(islice(good, size))
        while chunk:
            with database.unit() as uow:
                staging = bring(uow.session, tokens, chunk, newsletter, now)
                ahead = reader.submit(lambda: list(islice(good, size)))  # read on while the database works
                stored = put_on_the_list(uow.session, staging, newsletter, now)
                asked = sum(_ask(uow, tokens, place, now) for place in pending_places(uow.session)) if ask else 0
            chunk = ahead.result()
            report.counts.update({Outcome(what): number for what, number in asdict(stored).items()})
            report.counts[Outcome.ASKED] += asked
            tell(report)
    tell(report)  # of the bad lines of a file that has no good one
    if report.broken:
        done = " What stands before it is in; mend the file and import it again." if report.lines else ""
        raise ImportRefused(report.broken + done)
    return report


def _good(rows: Iterator[Row | BadRow], report: ImportReport) -> Iterator[Row]:
    try:
        for row in rows:
            if isinstance(row, BadRow):
                report.bad_lines += 1
                if len(report.bad) < MOST_NAMED:
                    report.bad.append(row)
            elif row.status is SubscriptionStatus.UNSUBSCRIBED:
                report.counts[Outcome.UNSUBSCRIBED] += 1
            else:
                yield row
    except ImportRefused as error:
        report.broken = str(error)


def _ask(uow: UnitOfWork, tokens: Tokens, subscription: Subscription, now: datetime) -> bool:
    """Owe a pending subscription its confirmation mail, within the limits of a form."""
    limits = FROM_A_FORM[SignUpMail.CONFIRM]
    mail = owe_within(uow, tokens, subscription, SignUpMail.CONFIRM, limits, now=now)
    email = subscription.subscriber.email
    record_sign_up(uow.session, tokens, email, subscription.newsletter_id, mail, now=now)
    return mail is SignUpMail.CONFIRM
