"""The network directory: which organisations to show, and how a reader narrows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.library.model import NetworkEntry


@dataclass(frozen=True)
class Wish:
    """What a reader looks for; an empty word means anything."""

    country: str = ""
    language: str = ""
    service: str = ""

    def fits(self, entry: NetworkEntry) -> bool:
        """True when the entry has all that was asked for."""
        return (
            self.country in ("", entry.country)
            and (not self.language or self.language in entry.languages)
            and (not self.service or self.service in entry.services)
        )


@dataclass(frozen=True)
class Choices:
    """What the entries on show have to offer, each list sorted."""

    countries: Sequence[str]
    languages: Sequence[str]
    services: Sequence[str]


def is_fresh(entry: NetworkEntry, today: date) -> bool:
    """True when somebody has checked the entry no longer ago than it asks for."""
    if not entry.active or entry.last_checked is None:
        return False
    return today <= entry.last_checked + timedelta(days=entry.check_every_days)


def choices(entries: Iterable[NetworkEntry]) -> Choices:
    """Every country, language and service that occurs."""
    entries = list(entries)
    return Choices(
        countries=sorted({entry.country for entry in entries}),
        languages=sorted({language for entry in entries for language in entry.languages}),
        services=sorted({service for entry in entries for service in entry.services}),
    )
