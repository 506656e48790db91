"""Looking at the feeds that are due: no transaction is open while somebody else's server takes its time."""

from collections.abc import Callable
from datetime import datetime

from service.db import Database
from service.library.suggestions import Answer, Fetch, Unreachable, due_feeds, forget_old, take_in
from service.outside import NOT_MODIFIED, NotReached, Outside

MOST_BYTES = 1_000_000
"""Of a feed, unpacked."""
HEADERS = {
    "User-Agent": "Storywell feed reader",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1",
    "Accept-Encoding": "gzip",
}


def look_at_feeds(database: Database, fetch: Fetch, *, clock: Callable[[], datetime]) -> None:
    """Ask for every feed that is due and take in what it says. One that fails keeps no other waiting.

    Before that, suggestions that nobody has decided about for long leave the desk.
    """
    with database.unit() as uow:
        forget_old(uow, clock())
        due = [(feed.id, feed.url, feed.etag, feed.last_modified) for feed in due_feeds(uow.session, clock())]
    for feed_id, url, etag, last_modified in due:
        fetched = _answer(fetch, url, etag, last_modified)
        with database.unit() as uow:
            take_in(uow, feed_id, fetched, now=clock())


def ask_for_feed(outside: Outside, url: str, *, etag: str, last_modified: str) -> Answer:
    """Ask an address of the open web for its feed, if it has changed (RFC 9110, 13.1). Raises Unreachable."""
    asked = HEADERS | {
        name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value
    }
    try:
        reply = outside.ask(url, headers=asked, most_bytes=MOST_BYTES)
    except NotReached as why:
        raise Unreachable(str(why)) from why
    if reply.status == NOT_MODIFIED:
        return Answer(None, moved_to=reply.moved_to)
    if reply.status != 200:
        raise Unreachable(f"answers with an error ({reply.status})")
    return Answer(
        reply.body, reply.headers.get("etag", ""), reply.headers.get("last-modified", ""), moved_to=reply.moved_to
    )


def _answer(fetch: Fetch, url: str, etag: str, last_modified: str) -> Answer | Unreachable:
    try:
        return fetch(url, etag=etag, last_modified=last_modified)
    except Unreachable as why:
        return why
