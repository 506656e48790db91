"""After a story was taken back: every place it was in is looked at until it is clean, and its teller gets a receipt.

Readers stopped seeing it with the withdrawal itself, because everything asks `visible_stories`. What is left is what is
stored elsewhere (issues, mails that wait to leave), and the proof. Each place is a unit of its own: one that fails is
tried again later while the others go on. The rows say what is left, so a worker that dies costs a few seconds, and one
that is rung twice does nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db import Database, UnitOfWork
from service.mail.notices import leave_notice
from service.stories.model import Story
from service.stories.take_backs import Place, TakeBack, TakeBackPlace

LEASE = timedelta(seconds=10)
"""So long nobody else goes on with a take-back: a pass takes far less, and after a kill the next sweep finds it."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)
RECEIPT_AT_LATEST = timedelta(minutes=10)
"""The teller is written to by then, also when a place is not clean yet; before the words and the address are erased."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found at a place: whether it is clean now, and a plain sentence about it ("" when there is no more)."""

    clean: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class Surface:
    """A place a story can be in. Both functions look for themselves and may be called any number of times."""

    place: Place
    was_there: Callable[[Session, Story], bool]
    """Whether the story was ever in it; only then the receipt names it."""
    clean: Callable[[UnitOfWork, Story, datetime], Outcome]
    """Look; mend what is stored; look again."""


Mailed = Callable[[Session, Story], list[dict[str, object]]]
"""Which readers have it already, as `TakeBack.mailed` keeps it."""


def open_take_backs(session: Session, now: datetime) -> Sequence[int]:
    """Ids of the stories with whose take-back somebody should go on, the oldest first."""
    return session.scalars(
        select(TakeBack.story_id).where(TakeBack.look_at <= now).order_by(TakeBack.look_at).limit(100)
    ).all()


def take_back(
    database: Database,
    story_id: int,
    surfaces: Sequence[Surface],
    mailed: Mailed,
    *,
    clock: Callable[[], datetime],
) -> bool:
    """Go through the places that are due; True when the story is clean everywhere. Harmless to call twice at a time."""
    with database.unit() as uow:
        if not _lease(uow.session, story_id, clock()):
            return False
        _list_places(uow.session, story_id, surfaces, clock())
    by_place = {surface.place: surface for surface in surfaces}
    for place in _due(database, story_id, clock()):
        _visit(database, story_id, by_place[place], clock)
    with database.unit() as uow:
        return _close(uow, story_id, mailed, now=clock())


def _lease(session: Session, story_id: int, now: datetime) -> bool:
    won = session.execute(
        update(TakeBack)
        .where(TakeBack.story_id == story_id, TakeBack.look_at <= now)
        .values(look_at=now + LEASE)
        .returning(TakeBack.id)
    )
    return won.scalar_one_or_none() is not None


def _list_places(session: Session, story_id: int, surfaces: Sequence[Surface], now: datetime) -> None:
    taken, story = _rows(session, story_id)
    if taken.listed_at is None:
        there = [surface.place for surface in surfaces if surface.was_there(session, story)]
        taken.places.extend(TakeBackPlace(place=place, look_at=now) for place in there)
        taken.listed_at = now


def _due(database: Database, story_id: int, now: datetime) -> Sequence[Place]:
    query = (
        select(TakeBackPlace.place)
        .join(TakeBack, TakeBack.id == TakeBackPlace.take_back_id)
        .where(TakeBack.story_id == story_id, TakeBackPlace.clean_at.is_(None), TakeBackPlace.look_at <= now)
    )
    with database.read() as session:
        return session.scalars(query.order_by(TakeBackPlace.id)).all()


def _visit(database: Database, story_id: int, surface: Surface, clock: Callable[[], datetime]) -> None:
    try:
        with database.unit() as uow:
            outcome = surface.clean(uow, uow.session.get_one(Story, story_id), clock())
            _write_down(uow.session, story_id, surface.place, outcome, clock())
    except Exception as fault:  # whatever is wrong with one place must not keep the others waiting
        log.exception("take_back.fault", story=story_id, place=surface.place)
        with database.unit() as uow:
            why = f"a fault of our own: {type(fault).__name__}"
            _write_down(uow.session, story_id, surface.place, Outcome(clean=False, said=why), clock())


def _write_down(session: Session, story_id: int, place: Place, outcome: Outcome, now: datetime) -> None:
    taken, _ = _rows(session, story_id)
    row = next(row for row in taken.places if row.place is place)
    row.said = outcome.said
    if outcome.clean:
        row.clean_at = row.clean_at or now
    else:
        row.tries += 1
        row.look_at = now + min(FIRST_WAIT * 2 ** min(row.tries - 1, 10), LONGEST_WAIT)


def _close(uow: UnitOfWork, story_id: int, mailed: Mailed, *, now: datetime) -> bool:
    """Say when somebody should look again, and owe the receipt once there is one."""
    taken, story = _rows(uow.session, story_id)
    left = [row.look_at for row in taken.places if row.clean_at is None]
    taken.mailed = mailed(uow.session, story)
    if not left:
        taken.clean_at = taken.clean_at or now
    if taken.told_at is None and (not left or now >= taken.at + RECEIPT_AT_LATEST):
        taken.told_at = now
        leave_notice(uow, "story_taken_back", story_id, now=now)
    taken.look_at = min(left, default=None)
    return not left


def _rows(session: Session, story_id: int) -> tuple[TakeBack, Story]:
    found = select(TakeBack).where(TakeBack.story_id == story_id).with_for_update()
    taken = session.execute(found.execution_options(populate_existing=True)).scalar_one()
    return taken, session.get_one(Story, story_id)
