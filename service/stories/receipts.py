"""The receipt of a take-back in plain words: each place and when it was clean, and what nobody can undo.

It is made of stored rows, has no word of the story in it, and can be read for as long as the rows stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.stories.elsewhere import errand_of, given_away
from service.stories.errors import NoSuchStory
from service.stories.model import Story, TakeBack, TakeBackPlace
from service.stories.take_backs import Place

WORDS: Mapping[Place, str] = {
    Place.PAGE: "The page of your story",
    Place.CARD: "The card that others show for a link to it",
    Place.LISTS: "The lists of stories",
    Place.HOME: "Our first page",
    Place.LATEST: "The newest story beside our articles",
    Place.NEIGHBOURS: "The links from other stories to yours",
    Place.SEARCH: "The search on our website",
    Place.SITEMAP: "The list of our pages that search engines read",
    Place.FEED: "The feed that reading apps fetch (Atom)",
    Place.JSON_FEED: "The other feed that reading apps fetch (JSON)",
    Place.PICTURES: "The pictures",
    Place.COMING: "Newsletters that we were getting ready",
    Place.SENDING: "Newsletters that were leaving",
    Place.ARCHIVE: "Old newsletters on our website",
    Place.SENT_COPIES: "Our own copies of the mails",
}
"""What each place is called on the receipt."""

WEB_PLACES = frozenset({Place.PAGE, Place.LISTS, Place.SEARCH, Place.FEED})
SEARCH_ENGINES: Mapping[str, str] = {
    "Google": "https://search.google.com/search-console/remove-outdated-content",
    "Bing": "https://www.bing.com/webmasters/tools/contentremoval",
}
"""Where anybody can ask them to forget a page that is gone."""


def said_day(at: date) -> str:
    """7 April 2026."""
    return f"{at.day} {at:%B %Y}"


def said_time(at: datetime) -> str:
    """10:14:09."""
    return f"{at:%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Line:
    """One place; `clean_at` is empty while we are still at it."""

    words: str
    clean_at: datetime | None
    said: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A newsletter that had left with the story: its day, and how many people have it or may have it."""

    on: date
    readers: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is shown and mailed."""

    story_id: int
    at: datetime
    lines: Sequence[Line]
    done: bool
    posted: Sequence[Posted]
    was_on_the_web: bool
    given_away: Sequence[str]
    """Other people's places that the teller had said yes to, in plain words."""
    asked_there_at: datetime | None
    """When somebody of the team had looked whether it was given to them, and asked for it back."""
    words_go_at: datetime | None
    """When the words themselves are deleted; empty when they are."""

    @property
    def unreachable(self) -> Sequence[str]:
        """What nobody can undo, one sentence each."""
        mails = [
            f"E-mails: the newsletter of {said_day(one.on)} is with {one.readers:,} "
            f"{'person' if one.readers == 1 else 'people'} already. A few lines of your story stand in it."
            for one in self.posted
        ]
        web = [
            "Copies that somebody made: a picture of the screen, a printed page, a reading app that keeps what it got.",
            "Search engines and web archives: they may show what they saved for some days.",
        ]
        return [*mails, *(web if self.was_on_the_web else [])]

    @property
    def elsewhere(self) -> str:
        """What a person has to do, because no program can; empty when nobody else can have it from us."""
        if not self.given_away:
            return ""
        said = f"You had also said yes to: {'; '.join(self.given_away)}. No program can look there."
        if self.asked_there_at is None:
            return f"{said} Somebody of our team finds out whether it was given to anybody, and asks for it back."
        return f"{said} Somebody of our team looked on {said_day(self.asked_there_at)} and asked whoever had it."

    @property
    def seconds(self) -> int:
        """How long the last place took, rounded up; 0 while not everything is clean."""
        ends = [line.clean_at for line in self.lines if line.clean_at]
        return -(-(max(ends) - self.at) // timedelta(seconds=1)) if self.done and ends else 0


def receipt_of(session: Session, story_id: int) -> Receipt:
    """The receipt of a story, by its row id. Raises NoSuchStory for one that was not taken back."""
    errand = errand_of(session, story_id)
    taken = session.scalar(select(TakeBack).where(TakeBack.story_id == story_id))
    if taken is None:
        raise NoSuchStory
    return Receipt(
        story_id=story_id,
        at=taken.at,
        lines=[_line(row) for row in taken.places],
        done=taken.clean_at is not None,
        posted=[Posted(date.fromisoformat(row["on"]), row["readers"]) for row in taken.mailed],
        was_on_the_web=any(row.place in WEB_PLACES for row in taken.places),
        given_away=given_away(session, story_id) if errand else [],
        asked_there_at=errand.resolved_at if errand else None,
        words_go_at=session.get_one(Story, story_id).erase_at,
    )


def _line(row: TakeBackPlace) -> Line:
    return Line(WORDS[row.place], row.clean_at, row.said)
