"""Feeds are looked at in turn, new entries become suggestions, and an editor accepts them or passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from service.db import UnitOfWork
from service.library.errors import AlreadyDecided, FeedKnown, NoSuchResource, NotAnAddress
from service.library.feed_reading import Entry, NotAFeed, read_feed
from service.library.resources import Resource, ResourceFeed, ResourceState

EVERY = timedelta(hours=6)
LONGEST_PAUSE = timedelta(days=7)
"""A feed that keeps failing is looked at less and less often, down to once a week."""
GOOD_FOR = timedelta(days=90)
"""How long an accepted article may be put into an issue."""
FORGOTTEN_AFTER = timedelta(days=60)
"""A suggestion that nobody decided about goes after this; passed ones stay, so that they do not come back."""
AT_ONCE = 5
"""Feeds looked at in one round."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a feed's address answered: a body, or None when nothing changed (304). `etag` and `last_modified` are its
    validators.
    """

    body: bytes | None
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    """The address that answered instead, where the old one says that it has moved for ever."""


class Unreachable(Exception):
    """The address could not be read; the message is the rest of "The feed … "."""


class Fetch(Protocol):
    """Asks for an address on the open web, with the validators of the last answer. Raises Unreachable."""

    def __call__(self, url: str, *, etag: str, last_modified: str) -> Answer: ...


def follow(uow: UnitOfWork, url: str, *, now: datetime) -> ResourceFeed:
    """Add a feed. Raises NotAnAddress or FeedKnown."""
    address = url.strip()
    try:
        parts = urlsplit(address)
        well_formed = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        well_formed = False
    if not well_formed:
        raise NotAnAddress
    known = uow.session.scalar(select(ResourceFeed).where(ResourceFeed.url == address))
    if known is not None and known.active:
        raise FeedKnown
    feed = known or ResourceFeed(url=address, created_at=now, next_check=now)
    feed.active, feed.next_check, feed.failures, feed.trouble, feed.moved_to = True, now, 0, "", ""
    uow.session.add(feed)
    uow.session.flush()
    return feed


def follow_move(uow: UnitOfWork, feed_id: int, *, now: datetime) -> None:
    """An editor looked at where a feed says that it has moved to, and finds it right. Raises NoSuchResource,
    NotAnAddress where it has not moved, FeedKnown.
    """
    feed = uow.session.get(ResourceFeed, feed_id, with_for_update=True)
    if feed is None:
        raise NoSuchResource
    if not feed.moved_to:
        raise NotAnAddress
    if uow.session.scalar(select(ResourceFeed.id).where(ResourceFeed.url == feed.moved_to)) is not None:
        raise FeedKnown
    feed.url, feed.moved_to, feed.etag, feed.last_modified, feed.next_check = feed.moved_to, "", "", "", now


def stop_following(uow: UnitOfWork, feed_id: int) -> None:
    """Look at a feed no more; what was suggested and not decided goes. Raises NoSuchResource."""
    feed = uow.session.get(ResourceFeed, feed_id)
    if feed is None:
        raise NoSuchResource
    feed.active = False
    undecided = Resource.feed_id == feed_id, Resource.state == ResourceState.SUGGESTED
    uow.session.execute(delete(Resource).where(*undecided))


def due_feeds(session: Session, now: datetime) -> Sequence[ResourceFeed]:
    """The feeds to look at now, the one that waits longest first."""
    query = select(ResourceFeed).where(ResourceFeed.active, ResourceFeed.next_check <= now)
    return session.scalars(query.order_by(ResourceFeed.next_check, ResourceFeed.id).limit(AT_ONCE)).all()


def take_in(uow: UnitOfWork, feed_id: int, fetched: Answer | Unreachable, *, now: datetime) -> int:
    """Write down what a look at a feed gave; how many suggestions are new."""
    feed = uow.session.get_one(ResourceFeed, feed_id, with_for_update=True)
    if not feed.active:  # an editor left it while we were asking
        return 0
    feed.checked_at = now
    try:
        return _read_in(uow.session, feed, fetched, now)
    except (Unreachable, NotAFeed) as error:
        feed.failures += 1
        feed.trouble = str(error)
        feed.next_check = now + min(EVERY * 2 ** min(feed.failures, 6), LONGEST_PAUSE)
        return 0


def _read_in(session: Session, feed: ResourceFeed, fetched: Answer | Unreachable, now: datetime) -> int:
    if isinstance(fetched, Unreachable):
        raise fetched
    new = 0
    if fetched.body is not None:
        read = read_feed(fetched.body, feed.url)
        new = _suggest(session, feed, read.entries, now)
        feed.title = read.title or feed.title
        feed.etag, feed.last_modified = fetched.etag, fetched.last_modified
    feed.moved_to = fetched.moved_to
    feed.failures, feed.trouble, feed.next_check = 0, "", now + EVERY
    return new


def _suggest(session: Session, feed: ResourceFeed, entries: Sequence[Entry], now: datetime) -> int:
    known = set(session.scalars(select(Resource.guid).where(Resource.feed_id == feed.id)))
    fresh = {entry.guid: entry for entry in entries if entry.guid not in known}
    for entry in fresh.values():
        session.add(
            Resource(
                feed_id=feed.id, guid=entry.guid, url=entry.url, title=entry.title, summary=entry.summary,
                lang=entry.lang, published_at=entry.published_at, found_at=now,
            )
        )  # fmt: skip
    return len(fresh)


def suggested(session: Session, *, most: int = 100) -> Sequence[Resource]:
    """What waits for an editor, the newest first."""
    query = select(Resource).options(joinedload(Resource.feed)).where(Resource.state == ResourceState.SUGGESTED)
    return session.scalars(query.order_by(Resource.found_at.desc(), Resource.id.desc()).limit(most)).all()


def accepted(session: Session, now: datetime) -> Sequence[Resource]:
    """What may be put into an issue at `now`, the one accepted first first."""
    query = select(Resource).options(joinedload(Resource.feed)).where(Resource.state == ResourceState.ACCEPTED)
    return session.scalars(query.where(Resource.good_until > now).order_by(Resource.decided_at, Resource.id)).all()


def accept(uow: UnitOfWork, resource_id: int, *, title: str, words: str, now: datetime) -> None:
    """An editor found it good: readers may get its link with this title and these words. Raises NoSuchResource,
    AlreadyDecided.
    """
    resource = _undecided(uow.session, resource_id)
    resource.title = title.strip() or resource.title
    resource.words = words.strip()
    resource.state, resource.decided_at, resource.good_until = ResourceState.ACCEPTED, now, now + GOOD_FOR


def pass_over(uow: UnitOfWork, resource_id: int, *, now: datetime) -> None:
    """Not for our readers; it does not come back. Raises NoSuchResource, AlreadyDecided."""
    resource = _undecided(uow.session, resource_id)
    resource.state, resource.decided_at, resource.summary = ResourceState.PASSED, now, ""


def forget_old(uow: UnitOfWork, now: datetime) -> None:
    """Clear the desk of suggestions nobody decided about."""
    stale = Resource.state == ResourceState.SUGGESTED, Resource.found_at < now - FORGOTTEN_AFTER
    for resource in uow.session.scalars(select(Resource).where(*stale)):
        resource.state, resource.decided_at, resource.summary = ResourceState.PASSED, now, ""


def _undecided(session: Session, resource_id: int) -> Resource:
    resource = session.get(Resource, resource_id, with_for_update=True)
    if resource is None:
        raise NoSuchResource
    if resource.state is not ResourceState.SUGGESTED:
        raise AlreadyDecided
    return resource
