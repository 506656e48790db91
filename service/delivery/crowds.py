"""Which readers a copy is for, as a value that the ledger keeps and as a condition that the database can ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, case, false, literal
from sqlalchemy import or_ as any_of

from service.delivery.tellings import Had
from service.subscribers.model import Subscriber, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Readers who get the same: each of these conditions holds for them."""

    cadences: tuple[str, ...]
    readings: tuple[str, ...]
    """Keys of profiles (`Subscriber.reading`)."""
    rested: int = 0
    """How many of the issues that began at `marks` they rested through; 0 for who rested through none."""
    marks: tuple[str, ...] = ()
    """When the last issues began to leave (ISO 8601), the latest first; empty where nobody comes back from a rest."""
    since: str = ""
    """They are offered what they missed since then (ISO 8601); empty when they missed nothing."""
    had: tuple[int, ...] = ()
    """Stories that they have got before, by any newsletter."""
    fresh: tuple[int, ...] = ()
    """Stories that they have not."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """A crowd as the ledger keeps it."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
        }
        return cls(**values)

    def document(self) -> dict[str, Any]:
        """How the ledger keeps it."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @property
    def stories(self) -> frozenset[int]:
        """The stories that it asks about."""
        return frozenset(self.had) | frozenset(self.fresh)


def merged(crowds: Iterable[Crowd]) -> tuple[Crowd, ...]:
    """The same readers in as few crowds as this finds: those that differ in one story had, then in their cadence, then
    in their reading."""
    by_cadence: dict[Crowd, set[str]] = {}
    for crowd in _without_idle_stories(set(crowds)):
        by_cadence.setdefault(replace(crowd, cadences=()), set()).update(crowd.cadences)
    by_reading: dict[Crowd, set[str]] = {}
    for crowd, cadences in by_cadence.items():
        alike = replace(crowd, readings=(), cadences=tuple(sorted(cadences)))
        by_reading.setdefault(alike, set()).update(crowd.readings)
    return tuple(replace(crowd, readings=tuple(sorted(keys))) for crowd, keys in by_reading.items())


def _without_idle_stories(crowds: set[Crowd]) -> set[Crowd]:
    """Where readers who have had a story get the same as those who have not, the story need not be asked about."""
    for story in sorted(frozenset().union(*(crowd.stories for crowd in crowds))):
        alike: dict[Crowd, list[Crowd]] = {}
        for crowd in crowds:
            alike.setdefault(_unasked(crowd, story), []).append(crowd)
        crowds = {one for key, pair in alike.items() for one in ([key] if len(pair) > 1 else pair)}
    return crowds


def _unasked(crowd: Crowd, story: int) -> Crowd:
    return replace(
        crowd,
        had=tuple(each for each in crowd.had if each != story),
        fresh=tuple(each for each in crowd.fresh if each != story),
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database can say of a reader, as expressions: the columns themselves, or those of a subquery that has
    worked the costly ones out once."""

    cadence: Any
    reading: Any
    rested: Any
    had: Had


def facts(crowds: Iterable[Crowd], had: Had) -> Facts:
    """What there is to know of a reader to tell the crowds apart, and what they have had."""
    marks = next((crowd.marks for crowd in crowds if crowd.marks), ())
    return Facts(
        cadence=Subscription.cadence,
        reading=Subscriber.reading,
        rested=rested_through(marks) if marks else literal(0),
        had=had,
    )


def are_in(crowds: Iterable[Crowd], known: Facts) -> ColumnElement[bool]:
    """The condition for readers in one of the crowds."""
    return any_of(false(), *(_is_in(crowd, known) for crowd in crowds))


def _is_in(crowd: Crowd, known: Facts) -> ColumnElement[bool]:
    parts = [_one_of(known.reading, crowd.readings), _one_of(known.cadence, crowd.cadences)]
    if crowd.marks:
        parts.append(known.rested == crowd.rested)
    return and_(*parts, known.had.all_of(crowd.had, crowd.fresh))


def _one_of(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """In words whose odds a query planner can guess."""
    found: ColumnElement[bool] = column == values[0] if len(values) == 1 else column.in_(values)
    return found


def rested_through(marks: Sequence[str]) -> ColumnElement[int]:
    """How many of the issues that began at `marks`, the latest first, a subscriber rested through without a break."""
    began = [literal(datetime.fromisoformat(mark), Subscriber.rested_from.type) for mark in marks]
    awake = any_of(
        Subscriber.rested_from.is_(None),
        Subscriber.rested_until.is_(None),
        Subscriber.rested_until < began[0],
        Subscriber.rested_from > began[0],
    )
    return case(
        (awake, 0),
        *((Subscriber.rested_from > mark, number) for number, mark in enumerate(began[1:], start=1)),
        else_=len(began),
    )
