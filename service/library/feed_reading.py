"""What a feed says: RSS or Atom bytes to entries (feedparser), with everything a feed may do wrong left out."""

from calendar import timegm
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import nh3

MOST_ENTRIES = 50
"""Of one answer; a feed that suddenly shows its whole archive must not flood the desk."""
LONGEST_TITLE = 200
LONGEST_SUMMARY = 600
LONGEST_ADDRESS = 2000


class NotAFeed(Exception):
    """The answer is neither RSS nor Atom."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: plain text and an https or http address."""

    guid: str
    url: str
    title: str
    summary: str
    lang: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed calls itself, and its newest entries in its own order."""

    title: str
    entries: list[Entry]


def read_feed(body: bytes, url: str) -> Feed:
    """Read the body that `url` answered. Raises NotAFeed."""
    import feedparser  # noqa: PLC0415 - 2 MB that most processes never need

    parsed = feedparser.parse(body, response_headers={"content-location": url}, sanitize_html=False)
    if not parsed.get("version"):
        raise NotAFeed("it is neither RSS nor Atom")
    return Feed(_plain(parsed.feed.get("title", ""), LONGEST_TITLE), list(_entries(parsed, url)))


def _entries(parsed: Any, url: str) -> Iterator[Entry]:
    lang = str(parsed.feed.get("language", ""))[:35]
    for raw in parsed.entries[:MOST_ENTRIES]:
        address = _whole(url, str(raw.get("link", "")).strip())
        title = _plain(raw.get("title", ""), LONGEST_TITLE)
        if title and _is_page(address):
            summary = _plain(raw.get("summary", ""), LONGEST_SUMMARY)
            guid = str(raw.get("id") or address)[:LONGEST_ADDRESS]
            yield Entry(guid, address, title, summary, lang, _moment(raw))


def _whole(base: str, link: str) -> str:
    """The address of a link; empty for one that is none."""
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def _is_page(address: str) -> bool:
    """Only the web: no `javascript:`, no `file:`, and nothing without a host."""
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(address) <= LONGEST_ADDRESS
    except ValueError:
        return False


def _plain(markup: object, longest: int) -> str:
    """Text without tags, on one line, cut at a word."""
    text = " ".join(nh3.clean(str(markup), tags=set()).split())
    for name, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(name, char)
    text = "".join(char for char in text if char.isprintable())
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0] + "…"


def _moment(raw: Mapping[str, Any]) -> datetime | None:
    """When it was published, in UTC; None for a date that cannot be read."""
    parts = raw.get("published_parsed") or raw.get("updated_parsed")
    try:
        return datetime.fromtimestamp(timegm(parts), UTC) if parts else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
