"""Which readers a copy is for, as a value that the ledger keeps and as a condition that the database can ask."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, case, false, literal, select
from sqlalchemy import or_ as any_of
from sqlalchemy.orm import Session

from service.delivery.model import Batch, Delivery, DeliveryStatus, ShownStory
from service.subscribers.model import Subscriber, Subscription

Tellings = Mapping[int, Collection[tuple[int, int]]]
"""Story id -> (issue id, variant id) of the copies in which other issues have shown it."""


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
    had: Mapping[int, Any]
    """Story id -> whether they have had it, for stories that other issues have shown."""


def facts(crowds: Iterable[Crowd], stories: Iterable[int], tellings: Tellings) -> Facts:
    """What there is to know of a reader to tell the crowds apart, and who has had one of `stories`."""
    of = list(crowds)
    marks = next((crowd.marks for crowd in of if crowd.marks), ())
    asked = set(stories).union(*(crowd.stories for crowd in of))
    return Facts(
        cadence=Subscription.cadence,
        reading=Subscriber.reading,
        rested=rested_through(marks) if marks else literal(0),
        had={story: has_had([story], tellings) for story in sorted(asked) if story in tellings},
    )


def are_in(crowds: Iterable[Crowd], known: Facts) -> ColumnElement[bool]:
    """The condition for readers in one of the crowds."""
    return reduce(or_, (_is_in(crowd, known) for crowd in crowds), false())


def _is_in(crowd: Crowd, known: Facts) -> ColumnElement[bool]:
    parts = [_one_of(known.reading, crowd.readings), _one_of(known.cadence, crowd.cadences)]
    if crowd.marks:
        parts.append(known.rested == crowd.rested)
    parts += [known.had.get(story, false()) for story in crowd.had]
    parts += [~known.had[story] for story in crowd.fresh if story in known.had]
    return and_(*parts)


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


def has_had(stories: Iterable[int], tellings: Tellings) -> ColumnElement[bool]:
    """The condition on Subscription that its subscriber was sent one of the stories by another issue."""
    copies = {copy for story in stories for copy in tellings.get(story, ())}
    if not copies:
        return false()
    variant = select(Batch.variant_id).where(Batch.id == Delivery.batch_id).scalar_subquery()
    return (
        select(Delivery.issue_id)
        .where(
            Delivery.issue_id.in_(sorted({issue for issue, _ in copies})),
            Delivery.subscriber_id == Subscription.subscriber_id,
            Delivery.status != DeliveryStatus.REJECTED,
            variant.in_(sorted({copy for _, copy in copies})),
        )
        .exists()
    )


def tellings_of(session: Session, issue_id: int, stories: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    """Which copies of other issues have shown some of `stories`; a story that none has shown is not in it."""
    if not stories:
        return {}
    rows = session.execute(
        select(ShownStory.story_id, ShownStory.issue_id, ShownStory.variant_id)
        .where(ShownStory.story_id.in_(stories), ShownStory.issue_id != issue_id)
        .order_by(ShownStory.variant_id)
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for story, issue, variant in rows:
        found.setdefault(story, []).append((issue, variant))
    return found
