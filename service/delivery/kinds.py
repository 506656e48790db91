"""The kinds of readers that an issue has: whoever would read the same shares a copy, however they came to it.

One grouped query tells which choices, rests and stories had there are among the readers; each group is fitted by value,
and groups with equal results are one kind. Nothing here looks at a single reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.orm import Session

from service.delivery.audience import audience
from service.delivery.crowds import Crowd, merged, rested_through
from service.delivery.tellings import Tellings, had_by_all, had_by_each, tellings_of
from service.issues.cadence import cadences_of, last_opening
from service.issues.fitting import Missed, Wants
from service.issues.model import Issue, Item, ItemKind
from service.issues.render import Printer, RenderedVariant
from service.mail.letterhead import Letterhead
from service.subscribers.model import Cadence, Subscriber, Subscription
from service.subscribers.reading import Reading, readings

MOST_MARKS = 3
"""Issues that somebody who comes back is offered stories of; what is older has passed."""
MOST_MISSED = 3
MOST_IN_QUARTER = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """Readers who get the same copy, and how many they are now."""

    copy: RenderedVariant
    crowds: tuple[Crowd, ...]
    readers: int


@dataclass(frozen=True, slots=True)
class _Group:
    """One line of the grouped query; a crowd before it is known what tells it from others."""

    cadence: str
    reading: str
    rested: int
    had: frozenset[int]
    readers: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What issues of the newsletter before this one have shown."""

    marks: tuple[str, ...]
    """When the last of them began to leave (ISO 8601), the latest first."""
    opening: str
    """When the first of the last quarter did; empty when there was none."""
    shown: Sequence[tuple[str, int]]
    """(when it began, story id), the latest first, as far back as either."""

    def since(self, mark: str) -> tuple[int, ...]:
        """The stories shown since then, each once."""
        return tuple(dict.fromkeys(story for began, story in self.shown if mark and began >= mark))


def kinds_of(
    session: Session, issue: Issue, head: Letterhead, now: datetime, *, who: ColumnElement[bool] | None = None
) -> list[Kind]:
    """The kinds of an issue's readers, or of those of `who`; first of all the kind of those who have chosen nothing."""
    earlier = earlier_of(session, issue)
    printer = printer_of(session, issue, head, now, earlier)
    about = printer.tailor.stories_about() if issue.corrects_id is None else set()
    tellings = tellings_of(session, issue.id, about)
    groups = _groups(session, issue, earlier, tellings, who)
    wanted = readings(session, {group.reading for group in groups})
    by_copy: dict[int, tuple[RenderedVariant, list[Crowd], int]] = {}

    def add(copy: RenderedVariant, crowd: Crowd, readers: int) -> None:
        _, crowds, before = by_copy.get(id(copy), (copy, [], 0))
        by_copy[id(copy)] = (copy, [*crowds, crowd], before + readers)

    crowd_of = _Telling(earlier, groups)
    for cadence in cadences_of(session, issue) if who is None else ():
        add(printer.copy(Wants()), crowd_of(_Group(cadence, "", 0, frozenset(), 0)), 0)
    for group in groups:
        crowd = crowd_of(group)
        add(printer.copy(wants_of(crowd, wanted[group.reading], earlier)), crowd, group.readers)
    return [Kind(copy, merged(crowds), readers) for copy, crowds, readers in by_copy.values()]


def wants_of(crowd: Crowd, reading: Reading, earlier: Earlier) -> Wants:
    """What the readers of a crowd want of an issue."""
    missed = None
    if crowd.since:
        quarterly = Cadence.QUARTERLY in crowd.cadences
        missed = Missed(
            stories=earlier.since(crowd.since),
            most=MOST_IN_QUARTER if quarterly else MOST_MISSED,
            quarterly=quarterly,
        )
    return Wants(reading, frozenset(crowd.had), missed)


def printer_of(session: Session, issue: Issue, head: Letterhead, now: datetime, earlier: Earlier) -> Printer:
    """A printer that also knows what readers may have missed."""
    stories = list(dict.fromkeys(story for _, story in earlier.shown))
    return Printer(session, issue, head, now, stories)


def earlier_of(session: Session, issue: Issue) -> Earlier:
    """What readers of this issue may have missed: nothing, for a correction."""
    if issue.corrects_id is not None:
        return Earlier((), "", ())
    before = Issue.started_at.is_not(None) if issue.started_at is None else Issue.started_at < issue.started_at
    began = (Issue.newsletter_id == issue.newsletter_id, Issue.id != issue.id, Issue.corrects_id.is_(None), before)
    latest = select(Issue.started_at).where(*began).order_by(Issue.started_at.desc()).limit(MOST_MARKS)
    marks = [at for at in session.scalars(latest) if at is not None]
    opening = last_opening(session, issue)
    oldest = min([*marks[-1:], *([opening] if opening else [])], default=None)
    if oldest is None:
        return Earlier((), "", ())
    shown = session.execute(
        select(Issue.started_at, Item.story_id)
        .join(Item, Item.issue_id == Issue.id)
        .where(*began, Issue.started_at >= oldest, Item.kind == ItemKind.STORY, Item.story_id.is_not(None))
        .order_by(Issue.started_at.desc(), Item.position)
    )
    return Earlier(
        marks=tuple(at.isoformat() for at in marks),
        opening=opening.isoformat() if opening else "",
        shown=[(at.isoformat(), story) for at, story in shown if at is not None and story is not None],
    )


class _Telling:
    """Turns groups into crowds that say as little as tells them apart: most issues have nobody who comes back, and no
    story that anybody has had."""

    def __init__(self, earlier: Earlier, groups: Sequence[_Group]) -> None:
        self._earlier = earlier
        self._somebody_rested = any(group.rested for group in groups)
        self._had = sorted({story for group in groups for story in group.had})

    def __call__(self, group: _Group) -> Crowd:
        """The crowd of a group."""
        return Crowd(
            cadences=(group.cadence,),
            readings=(group.reading,),
            rested=group.rested,
            marks=self._earlier.marks if self._somebody_rested else (),
            since=self._since(group),
            had=tuple(story for story in self._had if story in group.had),
            fresh=tuple(story for story in self._had if story not in group.had),
        )

    def _since(self, group: _Group) -> str:
        if group.cadence == Cadence.QUARTERLY:
            return self._earlier.opening
        return self._earlier.marks[group.rested - 1] if group.rested and group.cadence == Cadence.EACH else ""


def _groups(
    session: Session, issue: Issue, earlier: Earlier, tellings: Tellings, who: ColumnElement[bool] | None
) -> list[_Group]:
    """The one query. A story somebody may have missed is asked about only for those who may have missed it."""
    rested = rested_through(earlier.marks) if earlier.marks else case((true(), 0))
    offered = {story for _, story in earlier.shown}
    back = or_(rested > 0, Subscription.cadence == Cadence.QUARTERLY)
    had, told = had_by_all(tellings) if who is None and tellings else (had_by_each(tellings), None)
    numbers = [
        case((back, number), else_=own).label(f"had_{place}")
        for place, (number, own) in enumerate(zip(had.numbers, had.masked(set(tellings) - offered), strict=True))
    ]
    people = (
        select(Subscription.cadence, Subscriber.reading, rested.label("rested"), *numbers)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(audience(session, issue), true() if who is None else who)
    )
    if told is not None:
        people = people.outerjoin(told, told.c.subscriber_id == Subscription.subscriber_id)
    each = people.subquery().c
    rows = session.execute(select(*each, func.count().label("readers")).group_by(*each)).all()
    groups = [
        _Group(cadence, reading, rests, had.read(bits), readers) for cadence, reading, rests, *bits, readers in rows
    ]
    return sorted(groups, key=lambda each: (-each.readers, each.reading, each.cadence, each.rested, sorted(each.had)))


def union(crowds: Sequence[Crowd], wanted: dict[str, Reading], earlier: Earlier) -> Wants:
    """What suits everybody in these crowds, who have shared a copy so far: an item that one of them avoids, or has had,
    suits none."""
    all_wants = [wants_of(crowd, wanted[key], earlier) for crowd in crowds for key in crowd.readings]
    of = [wants.reading for wants in all_wants]
    first = next((wants for wants in all_wants if wants.missed is not None), Wants())
    reading = Reading(
        plain_text=any(each.plain_text for each in of),
        large_text=any(each.large_text for each in of),
        discreet=any(each.discreet for each in of),
        avoid=frozenset().union(*(each.avoid for each in of)),
        lang=next((each.lang for each in of if each.lang), ""),
    )
    return replace(first, reading=reading, had=frozenset().union(*(wants.had for wants in all_wants)))
