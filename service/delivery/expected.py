"""Who would get which copy of an issue if it left now, and who got which of one that left."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.delivery.kinds import Kind, kinds_of
from service.delivery.model import Batch, Delivery, Variant
from service.issues.model import Issue
from service.mail.letterhead import Letterhead

STANDARD = "full letter"


def expected_readers(session: Session, issue: Issue, head: Letterhead, now: datetime) -> Sequence[tuple[str, int]]:
    """(what sets a copy apart, its readers now), the standard copy first, then the one with most readers."""
    first, *others = kinds_of(session, issue, head, now)
    return [_words(first), *sorted(map(_words, others), key=lambda pair: -pair[1])]


def readers_of_copies(session: Session, issue_id: int) -> Sequence[tuple[str, int]]:
    """The same of an issue that has begun to leave: (what sets a copy apart, for how many readers it is written down).

    Readers whose turn has not come are in none. Empty before the start, and once the ledger is forgotten.
    """
    people = func.count()
    rows = session.execute(
        select(Variant.about, people)
        .select_from(Delivery)
        .join(Batch, Batch.id == Delivery.batch_id)
        .join(Variant, Variant.id == Batch.variant_id)
        .where(Delivery.issue_id == issue_id)
        .group_by(Variant.about)
        .order_by(Variant.about != "", people.desc(), Variant.about)
    )
    return [(about or STANDARD, int(readers)) for about, readers in rows]


def _words(kind: Kind) -> tuple[str, int]:
    return kind.copy.about or STANDARD, kind.readers
