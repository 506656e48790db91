"""Who would get which copy of an issue if it left now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service.delivery.kinds import Kind, kinds_of
from service.issues.model import Issue
from service.mail.letterhead import Letterhead

STANDARD = "full letter"


def expected_readers(session: Session, issue: Issue, head: Letterhead, now: datetime) -> Sequence[tuple[str, int]]:
    """(what sets a copy apart, its readers now), the standard copy first, then the one with most readers."""
    first, *others = kinds_of(session, issue, head, now)
    return [_words(first), *sorted(map(_words, others), key=lambda pair: -pair[1])]


def _words(kind: Kind) -> tuple[str, int]:
    return kind.copy.about or STANDARD, kind.readers
