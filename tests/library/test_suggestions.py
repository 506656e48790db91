"""Feeds of others: what they say, what becomes of it, and what they cannot do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db import Database
from service.library.errors import AlreadyDecided, FeedKnown, NoSuchResource, NotAnAddress
from service.library.feed_reading import MOST_ENTRIES, NotAFeed, read_feed
from service.library.resources import Resource, ResourceFeed, ResourceState
from service.library.suggestions import (
    EVERY,
    FORGOTTEN_AFTER,
    GOOD_FOR,
    LONGEST_PAUSE,
    Answer,
    Unreachable,
    accept,
    accepted,
    due_feeds,
    follow,
    forget_old,
    pass_over,
    stop_following,
    suggested,
    take_in,
)
from tests.cast import NOW

ADDRESS = "https://charity.example/feed.xml"
ITEM = """<item><guid>{guid}</guid><title>{title}</title><link>{link}</link>
<description>&lt;p&gt;Plain &amp;amp; &lt;b&gt;simple&lt;/b&gt;&lt;/p&gt;</description>
<pubDate>Tue, 03 Nov 2026 09:00:00 GMT</pubDate></item>"""


def rss(*items: str) -> bytes:
    """A feed with these items."""
    head = "<title>News</title><language>en</language>"
    return f"<rss version='2.0'><channel>{head}{''.join(items)}</channel></rss>".encode()


def item(guid: str = "1", title: str = "Eating well", link: str = "/eating") -> str:
    """One item."""
    return ITEM.format(guid=guid, title=title, link=link)


@pytest.fixture
def feed(database: Database) -> int:
    """A feed that has been added and not read yet."""
    with database.unit() as uow:
        return follow(uow, ADDRESS, now=NOW).id


def take(database: Database, feed_id: int, body: bytes | None, *, days: int = 0) -> int:
    """A look at the feed that went well."""
    with database.unit() as uow:
        return take_in(uow, feed_id, Answer(body, etag='"abc"'), now=NOW + timedelta(days=days))


def waiting(database: Database) -> list[Resource]:
    """What waits for an editor."""
    with database.read() as session:
        return list(suggested(session))


def test_an_entry_is_plain_text_and_a_whole_address() -> None:
    """Markup goes, entities are read, relative links are made whole."""
    entry = read_feed(rss(item()), ADDRESS).entries[0]

    assert (entry.title, entry.summary, entry.url) == (
        "Eating well",
        "Plain & simple",
        "https://charity.example/eating",
    )
    assert entry.published_at is not None
    assert entry.published_at.isoformat() == "2026-11-03T09:00:00+00:00"


def test_atom_is_read_too() -> None:
    """RFC 4287."""
    body = b"""<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><entry><id>x</id><title>Sleep</title>
    <link href='https://a.example/sleep'/><updated>2026-11-03T09:00:00Z</updated></entry></feed>"""

    assert [entry.url for entry in read_feed(body, ADDRESS).entries] == ["https://a.example/sleep"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "http://", "data:text/html,x", "https://["]
)
def test_only_pages_of_the_web_are_suggested(link: str) -> None:
    """Whatever else stands in a link is left out."""
    assert read_feed(rss(item(link=link)), ADDRESS).entries == []


@pytest.mark.parametrize("body", [b"", b"<html><body>Hello</body></html>", b"\x00\x01", b"{}"])
def test_what_is_no_feed_is_named(body: bytes) -> None:
    """A page of the web is not a feed."""
    with pytest.raises(NotAFeed):
        read_feed(body, ADDRESS)


def test_a_feed_cannot_reach_for_a_file() -> None:
    """An external entity (XXE) stays what it is: nothing."""
    body = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>
    <rss version='2.0'><channel><title>T</title><item><title>a &e; b</title><link>https://a.example/</link></item>
    </channel></rss>"""

    assert [entry.title for entry in read_feed(body, ADDRESS).entries] in (["a b"], ["a &e; b"], [])


def test_a_whole_archive_is_not_taken_at_once() -> None:
    """The desk is not flooded."""
    body = rss(*(item(str(number)) for number in range(MOST_ENTRIES * 2)))

    assert len(read_feed(body, ADDRESS).entries) == MOST_ENTRIES


def test_an_entry_is_suggested_once(database: Database, feed: int) -> None:
    """However often the feed shows it."""
    assert take(database, feed, rss(item())) == 1
    assert take(database, feed, rss(item(), item("2", "Sleep", "/sleep")), days=1) == 1

    assert {resource.title for resource in waiting(database)} == {"Eating well", "Sleep"}


def test_nothing_changed_costs_nothing(database: Database, feed: int) -> None:
    """304: the validators stay, the next look is set."""
    take(database, feed, rss(item()))
    assert take(database, feed, None, days=1) == 0

    with database.read() as session:
        row = session.get_one(ResourceFeed, feed)
        assert (row.etag, row.next_check) == ('"abc"', NOW + timedelta(days=1) + EVERY)


def test_a_feed_that_fails_is_asked_less_often(database: Database, feed: int) -> None:
    """And says why; the pause never grows beyond a week, and one good answer ends it."""
    for _ in range(12):
        with database.unit() as uow:
            take_in(uow, feed, Unreachable("did not answer in time"), now=NOW)
    with database.read() as session:
        row = session.get_one(ResourceFeed, feed)
        assert (row.failures, row.trouble) == (12, "did not answer in time")
        assert row.next_check == NOW + LONGEST_PAUSE

    take(database, feed, rss(item()))
    with database.read() as session:
        assert session.get_one(ResourceFeed, feed).trouble == ""


def test_only_due_feeds_are_looked_at(database: Database, feed: int) -> None:
    """And none that is followed no more."""
    with database.read() as session:
        assert [row.id for row in due_feeds(session, NOW)] == [feed]
    take(database, feed, rss())
    with database.read() as session:
        assert due_feeds(session, NOW) == []
    with database.unit() as uow:
        stop_following(uow, feed)
    with database.read() as session:
        assert due_feeds(session, NOW + timedelta(days=9)) == []


def test_an_accepted_one_is_there_for_a_while(database: Database, feed: int) -> None:
    """With the editor's own title and words."""
    take(database, feed, rss(item()))
    row = waiting(database)[0].id
    with database.unit() as uow:
        accept(uow, row, title="Food in treatment", words="Small meals help.", now=NOW)

    with database.read() as session:
        assert [(each.title, each.words) for each in accepted(session, NOW)] == [
            ("Food in treatment", "Small meals help.")
        ]
        assert accepted(session, NOW + GOOD_FOR) == []
    assert waiting(database) == []


def test_what_was_passed_over_does_not_come_back(database: Database, feed: int) -> None:
    """The feed still shows it; the editor has said no."""
    take(database, feed, rss(item()))
    with database.unit() as uow:
        pass_over(uow, uow.session.scalars(select(Resource.id)).one(), now=NOW)

    assert take(database, feed, rss(item()), days=1) == 0
    assert waiting(database) == []


def test_two_editors_decide_once(database: Database, feed: int) -> None:
    """The second is told."""
    take(database, feed, rss(item()))
    row = waiting(database)[0].id
    with database.unit() as uow:
        pass_over(uow, row, now=NOW)
    with pytest.raises(AlreadyDecided), database.unit() as uow:
        accept(uow, row, title="", words="", now=NOW)
    with pytest.raises(NoSuchResource), database.unit() as uow:
        accept(uow, row + 1, title="", words="", now=NOW)


def test_old_suggestions_leave_the_desk(database: Database, feed: int) -> None:
    """Two months without a decision is a decision."""
    take(database, feed, rss(item()))
    with database.unit() as uow:
        forget_old(uow, NOW + FORGOTTEN_AFTER + timedelta(seconds=1))
        assert uow.session.scalars(select(Resource.state)).one() is ResourceState.PASSED


@pytest.mark.parametrize(
    "address",
    ["", "charity.example", "http://a.example/", "https://", "ftp://x", "https://u:p@a.example/", "https://["],
)
def test_a_feed_needs_a_safe_address(database: Database, address: str) -> None:
    """https, a host, no password."""
    with pytest.raises(NotAnAddress), database.unit() as uow:
        follow(uow, address, now=NOW)


def test_a_feed_is_followed_once(database: Database, feed: int) -> None:
    """Twice is refused; one that was left can be taken up again."""
    with pytest.raises(FeedKnown), database.unit() as uow:
        follow(uow, ADDRESS, now=NOW)
    with database.unit() as uow:
        stop_following(uow, feed)
        assert follow(uow, ADDRESS, now=NOW).id == feed
