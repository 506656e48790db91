"""What one kind of reader gets of an issue: its items, what stands in for some of them, and stories they missed.

An item that speaks of what somebody would rather not read now, or a story that they have had, is swapped for the next
in line that does not; where nothing is left, its place closes. Nothing says why, because the reason is theirs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.issues.asking import MEMORIAL, asks_for_money
from service.issues.entries import CLOSING, Entry, Shelf, entry_of, shelf_of, stand_in
from service.issues.frames.frame import Frame
from service.issues.frames.table import frame_in
from service.issues.in_line import SWAPPED
from service.issues.model import Issue, ItemKind
from service.issues.standing_in import line_for
from service.languages import primary
from service.stories.model import Scope
from service.subscribers.avoiding import groups_of
from service.subscribers.reading import STANDARD, Reading


@dataclass(frozen=True, slots=True)
class Missed:
    """Stories to offer somebody who was not written to, the newest first, and at most how many."""

    stories: tuple[int, ...]
    most: int
    quarterly: bool = False
    """Whether they get four letters a year, and so have not been away."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What is known of one kind of reader. `had` are stories that they have got before, by any newsletter."""

    reading: Reading = STANDARD
    had: frozenset[int] = frozenset()
    missed: Missed | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """What they get, in reading order, and the words around it. Kinds of readers with equal fits read the same."""

    entries: tuple[Entry, ...]
    frame: Frame
    closed: int = 0
    """Places that nothing was left for."""

    @property
    def swapped(self) -> int:
        """Places where something stands in."""
        return sum(entry.stands_in for entry in self.entries)

    @property
    def caught_up(self) -> int:
        """Stories that they missed."""
        return sum(entry.slot == CLOSING and entry.story_id is not None for entry in self.entries)


@dataclass
class Tailor:
    """Fits one issue to kinds of readers, as it may leave at `now`. Everything is looked up once for all of them."""

    session: Session
    issue: Issue
    now: datetime
    missable: Sequence[int] = ()
    """Every story that anybody may have missed."""
    items: Sequence[Entry] = field(init=False)
    shelf: Shelf = field(init=False)
    _lines: dict[tuple[ItemKind, str], Sequence[Entry]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Look the issue's own items up, and the stories that somebody missed."""
        self.items = [entry_of(item) for item in self.issue.items]
        self._missed = {story: _missed(story) for story in self.missable}
        self.shelf = self._look_up()
        self._asks = any(each.kind is ItemKind.ASK and asks_for_money(each.heading, each.words) for each in self.items)

    def fit(self, wants: Wants) -> Fit:
        """What a kind of reader gets."""
        shown: list[Entry] = []
        closed, frame = 0, frame_in(wants.reading.lang, self.issue.newsletter.lang)
        for item in filter(self.shelf.has, self.items):
            entry = self._placed(item, wants, shown)
            if entry is None:
                closed += 1
            else:
                shown.append(entry)
        return Fit((*shown, *self._caught_up(wants, shown, frame)), frame, closed)

    def stories_about(self) -> set[int]:
        """Every story that any reader might be shown."""
        for item in self.items:
            if item.kind in SWAPPED:
                self._line(item)
        return set(self.shelf.stories)

    def _placed(self, item: Entry, wants: Wants, shown: Sequence[Entry]) -> Entry | None:
        if item.kind not in SWAPPED:
            return item
        suits = self._suits(item, wants)
        lang = primary(wants.reading.lang)
        if suits and lang in {"", self._lang(item)}:
            return item
        waiting = [each for each in self._candidates(item, wants, shown) if not suits or self._lang(each) == lang]
        waiting.sort(key=lambda each: self._lang(each) != lang)
        return next(iter(waiting), item if suits else None)

    def _candidates(self, item: Entry, wants: Wants, shown: Sequence[Entry]) -> Iterator[Entry]:
        taken = {(each.story_id, each.article_id) for each in shown}
        for each in self._line(item):
            if (each.story_id, each.article_id) not in taken and self._fits_beside(each, wants):
                yield replace(each, item_id=item.item_id, heading=item.heading)

    def _caught_up(self, wants: Wants, shown: Sequence[Entry], frame: Frame) -> list[Entry]:
        if wants.missed is None:
            return []
        here = {each.story_id for each in (*shown, *self.items)}
        offered = [self._missed[story] for story in wants.missed.stories if story not in here]
        found = [each for each in offered if self.shelf.has(each) and self._fits_beside(each, wants)]
        if not found:
            return []
        heading, words = (
            (frame.quarter_heading, frame.quarter_words)
            if wants.missed.quarterly
            else (frame.away_heading, frame.away_words)
        )
        opening = Entry(kind=ItemKind.HELLO, slot=CLOSING, heading=heading, words=words, stands_in=True)
        return [opening, *(replace(each, heading=frame.a_story) for each in found[: wants.missed.most])]

    def _fits_beside(self, entry: Entry, wants: Wants) -> bool:
        """Whether it may stand in: a story in memory of somebody never stands beside an ask for money."""
        return self._suits(entry, wants) and not (self._asks and self._is_memorial(entry))

    def _suits(self, entry: Entry, wants: Wants) -> bool:
        if entry.story_id is not None and entry.story_id in wants.had:
            return False
        return wants.reading.avoid.isdisjoint(groups_of(self._notes(entry))) if wants.reading.avoid else True

    def _notes(self, entry: Entry) -> Sequence[str]:
        if entry.story_id is not None:
            story = self.shelf.stories[entry.story_id][0]
            return [*story.content_notes, "in memoriam"] if story.format == MEMORIAL else story.content_notes
        return self.shelf.articles[entry.article_id].content_notes if entry.article_id is not None else ()

    def _is_memorial(self, entry: Entry) -> bool:
        return entry.story_id is not None and self.shelf.stories[entry.story_id][0].format == MEMORIAL

    def _lang(self, entry: Entry) -> str:
        if entry.story_id is not None:
            return primary(self.shelf.stories[entry.story_id][0].lang)
        return primary(self.shelf.articles[entry.article_id].lang) if entry.article_id is not None else ""

    def _line(self, item: Entry) -> Sequence[Entry]:
        """Who stands in line for the place of an item, as entries on the shelf."""
        place = (item.kind, item.slot)
        if place not in self._lines:
            found = line_for(self.session, self.issue, item.kind, item.slot, self.now)
            self._lines[place] = [stand_in(item, choice) for choice in found]
            self.shelf = self._look_up()
        return [each for each in self._lines[place] if self.shelf.has(each)]

    def _look_up(self) -> Shelf:
        lines = (entry for line in self._lines.values() for entry in line)
        return shelf_of(self.session, [*self.items, *self._missed.values(), *lines], Scope.NEWSLETTER, self.now)


def _missed(story_id: int) -> Entry:
    return Entry(kind=ItemKind.STORY, slot=CLOSING, heading="", story_id=story_id, stands_in=True)
