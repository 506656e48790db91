"""Looking at feeds over a real connection with TLS."""

from functools import partial

import pytest
from sqlalchemy import select

from service.db import Database
from service.library.errors import FeedKnown, NotAnAddress
from service.library.fetching import ask_for_feed, look_at_feeds
from service.library.resources import ResourceFeed
from service.library.suggestions import (
    EVERY,
    Answer,
    Fetch,
    Unreachable,
    follow,
    follow_move,
    stop_following,
    suggested,
)
from service.outside import Outside
from tests.cast import NOW
from tests.small_web import FEED, HOST, Web


@pytest.fixture
def fetch(outside: Outside) -> Fetch:
    """Somebody who asks HOST and nobody else."""
    return partial(ask_for_feed, outside)


def followed(database: Database, port: int, path: str) -> int:
    """A feed of the small web."""
    with database.unit() as uow:
        return follow(uow, f"https://{HOST}:{port}{path}", now=NOW).id


def feed_row(database: Database, feed_id: int) -> ResourceFeed:
    """What we know of it."""
    with database.read() as session:
        return session.get_one(ResourceFeed, feed_id)


def test_a_feed_is_asked_for_and_its_entries_are_suggested(database: Database, port: int, fetch: Fetch) -> None:
    """With its validators kept for the next time."""
    feed = followed(database, port, "/feed")
    look_at_feeds(database, fetch, clock=lambda: NOW)

    with database.read() as session:
        assert [(one.title, one.url) for one in suggested(session)] == [
            ("Eating well", f"https://{HOST}:{port}/eating")
        ]
    assert (feed_row(database, feed).title, feed_row(database, feed).etag) == ("Clinic news", '"v1"')


def test_a_feed_that_has_not_changed_says_only_that(database: Database, port: int, fetch: Fetch) -> None:
    """304 for the validator of the last time; nothing is read twice."""
    feed = followed(database, port, "/feed")
    look_at_feeds(database, fetch, clock=lambda: NOW)
    look_at_feeds(database, fetch, clock=lambda: NOW + EVERY)

    assert [seen.get("if-none-match") for seen in Web.headers_seen] == [None, '"v1"']
    assert feed_row(database, feed).next_check == NOW + EVERY + EVERY
    assert feed_row(database, feed).etag == '"v1"'


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/gone", "answers with an error (404)"),
        ("/bomb", "is larger than 1000 kB"),
        ("/ok", "it is neither RSS nor Atom"),
        ("/to?https://inside.test-host/", "leads into a private network"),
    ],
)
def test_a_feed_that_cannot_be_read_says_why(database: Database, port: int, fetch: Fetch, path: str, why: str) -> None:
    """And keeps no other waiting."""
    bad, good = followed(database, port, path), followed(database, port, "/packed")
    look_at_feeds(database, fetch, clock=lambda: NOW)

    assert feed_row(database, bad).trouble == why
    assert feed_row(database, good).trouble == ""


def test_no_transaction_is_open_while_a_feed_is_asked(database: Database, port: int) -> None:
    """Somebody else can write meanwhile: here, the editor who leaves the feed, which then suggests nothing."""
    feed = followed(database, port, "/feed")

    def slowly(url: str, *, etag: str, last_modified: str) -> Answer:
        with database.unit() as uow:
            stop_following(uow, feed)
        return Answer(url.encode() + FEED, etag, last_modified)

    look_at_feeds(database, slowly, clock=lambda: NOW)

    assert feed_row(database, feed).checked_at is None


def test_a_feed_moves_only_with_an_editor(database: Database, port: int, fetch: Fetch) -> None:
    """It is read where it went; its address stays until somebody has looked."""
    feed = followed(database, port, "/for-ever?/feed")
    look_at_feeds(database, fetch, clock=lambda: NOW)
    new = f"https://{HOST}:{port}/feed"
    assert (feed_row(database, feed).url, feed_row(database, feed).moved_to) == (
        f"https://{HOST}:{port}/for-ever?/feed",
        new,
    )

    with database.unit() as uow:
        follow_move(uow, feed, now=NOW)

    assert (feed_row(database, feed).url, feed_row(database, feed).moved_to) == (new, "")
    with pytest.raises(NotAnAddress), database.unit() as uow:
        follow_move(uow, feed, now=NOW)


def test_a_feed_does_not_move_onto_another(database: Database, port: int, fetch: Fetch) -> None:
    """We follow each once."""
    followed(database, port, "/feed")
    feed = followed(database, port, "/for-ever?/feed")
    look_at_feeds(database, fetch, clock=lambda: NOW)

    with pytest.raises(FeedKnown), database.unit() as uow:
        follow_move(uow, feed, now=NOW)
    with database.read() as session:
        assert len(session.scalars(select(ResourceFeed)).all()) == 2


def test_whatever_cannot_be_reached_is_one_kind_of_error(fetch: Fetch) -> None:
    """The message is the rest of a sentence."""
    with pytest.raises(Unreachable, match="does not begin with https://"):
        fetch("http://clinic.test-host/feed", etag="", last_modified="")
