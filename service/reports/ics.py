"""The content calendar for calendar programs (RFC 5545).

A feed is often read by somebody else's server, so nothing in it comes from a story: titles of stories and articles stay
at the desk, behind the link.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from service.reports.calendar import Entry, Kind

if TYPE_CHECKING:
    from icalendar import Event

AHEAD_DAYS = 400
BACK_DAYS = 31
LENGTH = timedelta(minutes=30)
"""What a moment is given in a calendar, so that it can be seen."""
_NAMED = frozenset({Kind.ISSUE_TO_COME, Kind.AWARENESS})
"""Kinds whose titles are no secret: the name of a newsletter, and of a day."""


def feed(entries: Iterable[Entry], *, site_url: str, host: str, name: str, now: datetime) -> bytes:
    """The entries as one calendar named `name`; times in UTC, days as whole days."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - 5 MB that most processes never need

    calendar = Calendar()
    calendar.add("prodid", "-//Storywell//Content calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=4), parameters={"value": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(Event(), entry, site_url=site_url, host=host, now=now))
    return bytes(calendar.to_ical())


def _event(event: "Event", entry: Entry, *, site_url: str, host: str, now: datetime) -> "Event":
    event.add("uid", f"{entry.key}@{host}")
    event.add("dtstamp", now)
    event.add("summary", f"{entry.label}: {entry.title}" if entry.kind in _NAMED else entry.label)
    event.add("transp", "TRANSPARENT")
    if entry.at is None:
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
    else:
        event.add("dtstart", entry.at)
        event.add("dtend", entry.at + LENGTH)
    if entry.address:
        event.add("url", entry.address if "://" in entry.address else site_url + entry.address)
    return event
