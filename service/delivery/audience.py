"""Who is to get an issue: the readers of its newsletter, grouped by the variant they read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Label,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.delivery.correcting import may_get
from service.delivery.crowds import Crowd, Facts, are_in, facts
from service.delivery.model import Batch, BatchStatus, Delivery, ShownStory, Variant
from service.delivery.tellings import Had, Tellings, had_at_once, had_by_all, had_by_each, tellings_of
from service.issues.cadence import cadences_of
from service.issues.model import Issue
from service.subscribers.model import Subscriber, Subscription


def audience(session: Session, issue: Issue, *, big_news: bool | None = None) -> ColumnElement[bool]:
    """The condition on Subscription for everybody who may be sent an issue now, if it has not reached them yet; or for
    those who might if it were big news, or were not."""
    mine = and_(Subscription.newsletter_id == issue.newsletter_id, Subscription.sendable)
    return and_(mine, Subscription.cadence.in_(cadences_of(session, issue, big_news=big_news)), may_get(session, issue))


def audience_size(session: Session, issue: Issue, *, big_news: bool | None = None) -> int:
    """How many readers an issue would have if it left now."""
    who = audience(session, issue, big_news=big_news)
    return session.scalar(select(func.count()).select_from(Subscription).where(who)) or 0


@dataclass(frozen=True, slots=True)
class Copy:
    """A rendered variant as the audience sees it: who reads it, and which stories are in it."""

    key: str
    id: int
    crowds: tuple[Crowd, ...]
    shown: tuple[int, ...]


def copies_of(session: Session, issue_id: int) -> list[Copy]:
    """The newest edition of every variant of an issue."""
    query = select(Variant.key, Variant.id, Variant.crowds).where(Variant.issue_id == issue_id)
    newest = {key: (row, crowds) for key, row, crowds in session.execute(query.order_by(Variant.edition))}
    shown = shown_in(session, [row for row, _ in newest.values()])
    return [Copy(key, row, tuple(map(Crowd.of, crowds)), shown.get(row, ())) for key, (row, crowds) in newest.items()]


def shown_in(session: Session, variants: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Variant id -> the stories it shows, where there are any."""
    query = select(ShownStory.variant_id, ShownStory.story_id).where(ShownStory.variant_id.in_(variants))
    found: dict[int, tuple[int, ...]] = {}
    for variant, story in session.execute(query.order_by(ShownStory.story_id)):
        found[variant] = (*found.get(variant, ()), story)
    return found


def told_before(session: Session, issue_id: int, copies: Collection[Copy]) -> Tellings:
    """Which other issues have shown a story that these copies show, or that their crowds ask about."""
    asked = {story for copy in copies for crowd in copy.crowds for story in crowd.stories}
    return tellings_of(session, issue_id, asked.union(*(copy.shown for copy in copies)))


def reads(copy: Copy, tellings: Tellings) -> ColumnElement[bool]:
    """The condition on Subscriber and Subscription for the readers of a copy. Nobody reads a story a second time."""
    asked = frozenset(copy.shown).union(*(crowd.stories for crowd in copy.crowds))
    of_these = {story: issues for story, issues in tellings.items() if story in asked}
    if not of_these:
        return _reads(copy, facts(copy.crowds, Had([], [])))
    had, row = had_at_once(of_these)
    told = select(literal(1)).select_from(row).where(_reads(copy, facts(copy.crowds, had)))
    return told.correlate(Subscription, Subscriber).exists()


def _reads(copy: Copy, known: Facts) -> ColumnElement[bool]:
    return and_(are_in(copy.crowds, known), known.had.all_of((), copy.shown))


def keyed_readers(
    copies: Collection[Copy], tellings: Tellings, *who: ColumnElement[bool], most: bool = False
) -> Subquery:
    """`subscriber` and `reader_key` of the readers for whom `who` holds: the key of the copy that each reads, NULL for
    a kind of reader for whom there is none yet. `most` says that they are most readers of the newsletter."""
    had, told = had_by_all(tellings) if most and tellings else (had_by_each(tellings), None)
    known = facts([crowd for copy in copies for crowd in copy.crowds], had)
    names = [f"had_{number}" for number in range(len(had.numbers))]
    people = (
        select(
            Subscription.subscriber_id.label("subscriber"),
            known.cadence.label("cadence"),
            known.reading.label("reading"),
            known.rested.label("rested"),
            *(number.label(name) for number, name in zip(had.numbers, names, strict=True)),
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(*who)
    )
    if told is not None:
        people = people.outerjoin(told, told.c.subscriber_id == Subscription.subscriber_id)
    # PostgreSQL would write each costly column out again wherever it is named
    found = people.cte("people").prefix_with("MATERIALIZED").c if names else people.subquery().c
    seen = Facts(found.cadence, found.reading, found.rested, Had(had.stories, [found[name] for name in names]))
    key = case(*((_reads(copy, seen), literal(copy.key)) for copy in copies), else_=cast(null(), Text))
    return select(found.subscriber, key.label("reader_key")).subquery()


WAITING = frozenset({BatchStatus.HELD, BatchStatus.READY, BatchStatus.CLAIMED})
"""Batches in these will still reach the readers of their range."""


def has_none(issue_id: int) -> ColumnElement[bool]:
    """The condition on Subscription for readers without a delivery of an issue."""
    return ~_has_one(issue_id)


def unreached(issue_id: int, keyed: Subquery, reached_by: Collection[BatchStatus]) -> ColumnElement[bool]:
    """The condition on `keyed_readers` for those who are in no range of a batch in one of these statuses."""
    covers = keyed.c.subscriber.between(Batch.first_subscriber, Batch.last_subscriber)
    mine = (Batch.issue_id == issue_id, Batch.status.in_(reached_by), Batch.reader_key == keyed.c.reader_key)
    return ~select(Batch.id).where(*mine, covers).exists()


def waiting(session: Session, issue: Issue, *which: ColumnElement[bool]) -> int:
    """Count the readers in the ranges of some batches of an issue who have no delivery yet."""
    people = select(func.count()).select_from(Subscription).where(audience(session, issue))
    return session.scalar(people.where(_in_range_of(issue.id, *which), ~_has_one(issue.id))) or 0


def _in_range_of(issue_id: int, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition on Subscription that some batch of `which` covers it."""
    covers = Subscription.subscriber_id.between(Batch.first_subscriber, Batch.last_subscriber)
    return select(Batch.id).where(Batch.issue_id == issue_id, *which, covers).exists()


def _has_one(issue_id: int) -> ColumnElement[bool]:
    one = select(Delivery.issue_id)
    return one.where(Delivery.issue_id == issue_id, Delivery.subscriber_id == Subscription.subscriber_id).exists()


@dataclass(frozen=True, slots=True)
class Sample:
    """The first readers of every stretch of `stride` go ahead of the others: `head` of them, counted from `shift`."""

    stride: int
    head: int
    shift: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """When a part of an audience leaves, and who is in it: readers of `zones`, or everybody when there are none."""

    send_at: datetime | None = None
    not_before: datetime | None = None
    zones: tuple[str, ...] = ()
    sample: Sample | None = None


AT_ONCE = Leaving()


def cut(
    issue_id: int,
    who: ColumnElement[bool],
    copies: Collection[Copy],
    tellings: Tellings,
    size: int,
    *,
    number: int = 0,
    reached_by: Collection[BatchStatus] = (),
    leaving: Leaving = AT_ONCE,
) -> Insert:
    """One INSERT … SELECT that makes the batches of an issue: ranges of at most `size` subscriber ids a copy.

    `who` is the condition for its readers. The highest id at this moment freezes the audience. A cutting with a higher
    `number` is for those whom no batch in one of the statuses `reached_by` reaches. With a sample, all but its heads
    are held.
    """
    zoned = Subscriber.zone.in_(leaving.zones) if leaving.zones else true()
    keyed = keyed_readers(copies, tellings, who, zoned, most=not reached_by)
    part, held = _parts(keyed.c.reader_key, keyed.c.subscriber, size, leaving.sample)
    left = unreached(issue_id, keyed, reached_by) if reached_by else true()
    numbered = (
        select(keyed.c.reader_key, keyed.c.subscriber, *part, held.label("held"))
        .where(keyed.c.reader_key.is_not(None), left)
        .subquery()
    ).c
    variant = case(*((numbered.reader_key == copy.key, copy.id) for copy in copies))
    first = func.min(numbered.subscriber)
    values: dict[InstrumentedAttribute[Any], ColumnElement[Any]] = {
        Batch.issue_id: literal(issue_id),
        Batch.variant_id: variant,
        Batch.reader_key: numbered.reader_key,
        Batch.cut: literal(number),
        Batch.first_subscriber: first,
        Batch.last_subscriber: func.max(numbered.subscriber),
        Batch.status: case((numbered.held, BatchStatus.HELD.value), else_=BatchStatus.READY.value),
        Batch.attempt: literal(0),
        Batch.resent: literal(False),
        Batch.send_at: literal(leaving.send_at, Batch.send_at.type),
        Batch.not_before: literal(leaving.not_before, Batch.not_before.type),
        Batch.zones: literal(list(leaving.zones), Batch.zones.type),
        Batch.worker: literal(""),
        Batch.provider_batch: literal(""),
        Batch.message_id: literal(""),
        Batch.reason: literal(""),
    }
    groups = [numbered.reader_key, numbered.held, *(numbered[label.name] for label in part)]
    return insert(Batch).from_select(list(values), select(*values.values()).group_by(*groups).order_by(first))


def _parts(
    key: ColumnElement[str], by_id: ColumnElement[int], size: int, sample: Sample | None
) -> tuple[list[Label[int]], ColumnElement[bool]]:
    """What the readers of one batch have in common besides their key, and whether it is held."""
    if sample is None:
        place = func.row_number().over(partition_by=key, order_by=by_id) - 1
        return [(place // size).label("part")], literal(False)
    place = func.row_number().over(order_by=(key, by_id)) - 1 + sample.shift
    inside = place % sample.stride
    held = inside >= sample.head
    part = case((held, (inside - sample.head) // size), else_=inside // size)
    return [(place // sample.stride).label("stretch"), part.label("part")], held
