"""Who has been told which story, asked of the ledger at once for all the stories that an issue may show.

What somebody has had is a whole number with one bit for each story. So a statement is as long as the stories it asks
about, however many issues and copies the years have made.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from service.delivery.model import Batch, Delivery, DeliveryStatus, ShownStory
from service.subscribers.model import Subscription

Tellings = Mapping[int, Collection[int]]
"""Story id -> the other issues that have shown it. A story that none has shown is not in it."""

STORIES_IN_A_NUMBER = 62
"""Both databases keep whole numbers of 64 bits, and one of them is the sign."""


class _all_bits(GenericFunction[int]):  # noqa: N801 - SQLAlchemy names the function after its class
    """The aggregate that has every bit of its rows."""

    type = BigInteger()
    inherit_cache = True


@compiles(_all_bits, "postgresql")
def _bit_or(element: _all_bits, compiler: SQLCompiler, **how: Any) -> str:
    return f"bit_or({compiler.process(element.clauses, **how)})"


@compiles(_all_bits, "sqlite")
def _sum_of_different(element: _all_bits, compiler: SQLCompiler, **how: Any) -> str:
    """SQLite has no bit_or; each row here has one bit or none, and the sum of different bits is all of them."""
    return f"sum(DISTINCT {compiler.process(element.clauses, **how)})"


@dataclass(frozen=True, slots=True)
class Had:
    """Numbers of the database that say what a reader has had of `stories`: the first has the bits of the first 62."""

    stories: Sequence[int]
    numbers: Sequence[ColumnElement[int]]

    def all_of(self, had: Iterable[int], fresh: Iterable[int]) -> ColumnElement[bool]:
        """The condition that the reader has had each of `had` and none of `fresh`.

        A story that no issue has shown is fresh to everybody.
        """
        wanted, unwanted = set(had), set(fresh)
        if not wanted <= set(self.stories):
            return false()
        asked = zip(self.numbers, _bits(self.stories, wanted), _bits(self.stories, wanted | unwanted), strict=True)
        return and_(true(), *(number.bitwise_and(_big(of)) == _big(bits) for number, bits, of in asked if of))

    def masked(self, stories: Iterable[int]) -> list[ColumnElement[int]]:
        """The numbers with the bits of `stories` alone."""
        asked = zip(self.numbers, _bits(self.stories, set(stories)), strict=True)
        return [number.bitwise_and(_big(of)) if of else _big(0) for number, of in asked]

    def read(self, values: Sequence[int]) -> frozenset[int]:
        """The stories in the values that the database gave for `numbers`."""
        return frozenset(story for part, value in zip(_parts(self.stories), values, strict=True)
                         for place, story in enumerate(part) if value >> place & 1)  # fmt: skip


def had_by_each(tellings: Tellings) -> Had:
    """What the subscriber of a Subscription has had, as scalar subqueries of a statement that selects from it. Looked
    up for one after the other: for a few readers among many."""
    stories = sorted(tellings)
    numbers: list[ScalarSelect[int]] = [
        _told_to_each(tellings).with_only_columns(each).scalar_subquery() for each in _sums(stories)
    ]
    return Had(stories, numbers)


def had_by_all(tellings: Tellings) -> tuple[Had, Subquery]:
    """The same for most readers of a newsletter, and the subquery to join on its `subscriber_id`: whoever is not in it
    has had nothing. One pass over the deliveries, where a million readers would be a million look-ups."""
    stories, reader = sorted(tellings), Delivery.__table__.c.subscriber_id
    columns = [each.label(f"had_{number}") for number, each in enumerate(_sums(stories))]
    told = _told(tellings).with_only_columns(reader, *columns).group_by(reader).subquery()
    return Had(stories, [func.coalesce(told.c[column.name], _big(0)) for column in columns]), told


def had_at_once(tellings: Tellings) -> tuple[Had, Any]:
    """The same, and the subquery of one row that the numbers are columns of, for the FROM of an EXISTS: a condition
    that names a number often would have a scalar subquery run as often."""
    stories = sorted(tellings)
    columns = [each.label(f"had_{number}") for number, each in enumerate(_sums(stories))]
    row = _told_to_each(tellings).with_only_columns(*columns).subquery()
    return Had(stories, list(row.c)), row


def tellings_of(session: Session, issue_id: int, stories: Collection[int]) -> dict[int, list[int]]:
    """Which other issues have shown some of `stories`."""
    if not stories:
        return {}
    rows = session.execute(
        select(ShownStory.story_id, ShownStory.issue_id)
        .where(ShownStory.story_id.in_(stories), ShownStory.issue_id != issue_id)
        .distinct()
        .order_by(ShownStory.issue_id)
    )
    found: dict[int, list[int]] = {}
    for story, issue in rows:
        found.setdefault(story, []).append(issue)
    return found


def _told_to_each(tellings: Tellings) -> Select[int]:
    mine = Delivery.__table__.c.subscriber_id == Subscription.subscriber_id
    return _told(tellings).where(mine).correlate(Subscription)


def _told(tellings: Tellings) -> Select[int]:
    """The stories in the copies that were sent."""
    issues = sorted(frozenset[int]().union(*tellings.values()))
    delivery, batch, shown = Delivery.__table__.c, Batch.__table__.c, ShownStory.__table__.c
    return select(shown.story_id).where(
        delivery.issue_id.in_(issues),
        delivery.status != DeliveryStatus.REJECTED,
        batch.id == delivery.batch_id,
        shown.variant_id == batch.variant_id,
        shown.story_id.in_(sorted(tellings)),
    )


def _sums(stories: Sequence[int]) -> Iterator[ColumnElement[int]]:
    story = ShownStory.__table__.c.story_id
    for part in _parts(stories):
        bit = case({each: _big(1 << place) for place, each in enumerate(part)}, value=story, else_=_big(0))
        yield func.coalesce(_all_bits(bit), _big(0))


def _parts(stories: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(stories), STORIES_IN_A_NUMBER):
        yield stories[start : start + STORIES_IN_A_NUMBER]


def _bits(stories: Sequence[int], which: Collection[int]) -> list[int]:
    return [sum(1 << place for place, story in enumerate(part) if story in which) for part in _parts(stories)]


def _big(number: int) -> ColumnElement[int]:
    return literal(number, BigInteger)
