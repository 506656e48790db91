"""The places on the website: clean with the withdrawal itself, because each asks `visible_stories`. Here it is proven.

Looked at with the very questions the pages ask, so a place is called clean only when a page asked now has nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.stories.model import Scope, Story, StoryConsent, StoryPhoto
from service.stories.queries import was_taken_back
from service.stories.take_backs import Place
from service.stories.taking_back import Outcome, Surface
from service.stories.visibility import visible_photos, visible_stories

STILL_SHOWN = "A reader could still see it here."
KIND_PAGE = "Who opens the old address reads that you took your story back, and nothing else about it."
FEED_SAYS = "It tells reading apps to delete the story."
JSON_FEED_SAYS = "This kind has no way to say that a story is to be deleted: it is missing there."
CARD_SAYS = "A card that somebody has sent stays with them; a new one says only that the story is no longer here."
NEUTRAL = "The addresses of the pictures show a plain grey field, also in mails that people have already."


def web_places() -> Sequence[Surface]:
    """Every place of the website, in the order of the receipt."""
    return [
        Surface(Place.PAGE, _was_on_the_web, _page),
        Surface(Place.CARD, _was_on_the_web, _gone_from_the_web(CARD_SAYS)),
        Surface(Place.LISTS, _was_on_the_web, _gone_from_the_web()),
        Surface(Place.HOME, _was_on_the_web, _gone_from_the_web()),
        Surface(Place.LATEST, _was_on_the_web, _gone_from_the_web()),
        Surface(Place.NEIGHBOURS, _was_on_the_web, _gone_from_the_web()),
        Surface(Place.SEARCH, _was_on_the_web, _gone_from_the_web()),
        Surface(Place.SITEMAP, _was_on_the_web, _gone_from_the_web()),
        Surface(Place.FEED, _was_on_the_web, _gone_from_the_web(FEED_SAYS)),
        Surface(Place.JSON_FEED, _was_on_the_web, _gone_from_the_web(JSON_FEED_SAYS)),
        Surface(Place.PICTURES, _had_pictures, _pictures),
    ]


def _was_on_the_web(session: Session, story: Story) -> bool:
    yes = select(StoryConsent.id).where(
        StoryConsent.story_id == story.id, StoryConsent.scope == Scope.WEB, StoryConsent.granted.is_(True)
    )
    return story.was_public and session.scalar(yes.limit(1)) is not None


def _had_pictures(session: Session, story: Story) -> bool:
    pictures = select(StoryPhoto.id).where(StoryPhoto.story_id == story.id)
    return story.was_public and session.scalar(pictures.limit(1)) is not None


def _page(uow: UnitOfWork, story: Story, now: datetime) -> Outcome:
    clean = not _visible(uow.session, story, now) and was_taken_back(uow.session, story.slug)
    return Outcome(clean, KIND_PAGE if clean else STILL_SHOWN)


def _gone_from_the_web(said: str = "") -> Callable[[UnitOfWork, Story, datetime], Outcome]:
    def look(uow: UnitOfWork, story: Story, now: datetime) -> Outcome:
        shown = _visible(uow.session, story, now)
        return Outcome(not shown, STILL_SHOWN if shown else said)

    return look


def _pictures(uow: UnitOfWork, story: Story, now: datetime) -> Outcome:
    surfaces = (Scope.WEB, Scope.NEWSLETTER)
    shown = any(
        uow.session.scalar(visible_photos(surface, now).where(StoryPhoto.story_id == story.id).limit(1))
        for surface in surfaces
    )
    return Outcome(not shown, STILL_SHOWN if shown else NEUTRAL)


def _visible(session: Session, story: Story, now: datetime) -> bool:
    return session.execute(visible_stories(Scope.WEB, now).where(Story.id == story.id)).first() is not None
