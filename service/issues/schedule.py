"""When a newsletter comes out: its rule (RFC 5545) on a wall clock, and the instants that gives.

The rule is expanded on naive wall time and the zone is attached to each result, so that "first Tuesday, 09:00" stays
at nine on the wall when the clocks change. PEP 495 gives the rest: with fold=0, a wall time that the clocks jump over
comes out later by the length of the jump, and one that happens twice means the first. Editors may take single dates
out, and move single issues to another wall time; an issue keeps its period wherever it is moved to.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import islice, takewhile
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrule, rrulestr

from service.issues.errors import BadRule

LONGEST_INTERVAL = 60
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO", "WKST"})


class Rule(Protocol):
    """What `occurrences` needs of a newsletter. The rule counts from `starts_on`, or from the day of `created_at`."""

    @property
    def rrule(self) -> str: ...
    @property
    def wall_time(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def exceptions(self) -> Collection[str]: ...
    @property
    def moves(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a newsletter. `period` is the wall date the rule gives (2026-06-02): the issue's key for ever."""

    period: str
    at: datetime
    """The instant, in UTC."""
    moved: bool = False
    """Whether an editor gave it another time than the rule."""


def occurrences(newsletter: Rule, after: datetime, count: int) -> list[Occurrence]:
    """The next `count` occurrences strictly after the instant `after`. Raises BadRule."""
    return list(islice(following(newsletter, after), count))


def occurrences_until(newsletter: Rule, after: datetime, last: datetime) -> list[Occurrence]:
    """The occurrences strictly after `after` and up to `last`, that instant included. Raises BadRule."""
    return list(takewhile(lambda each: each.at <= last, following(newsletter, after)))


def following(newsletter: Rule, after: datetime) -> Iterator[Occurrence]:
    """Every occurrence strictly after the instant `after`, in order. Raises BadRule."""
    return merge(_by_rule(newsletter, after), _moved(newsletter, after), key=lambda each: each.at)


def date_of(newsletter: Rule, period: str) -> Occurrence:
    """The occurrence of a period, even of one that was taken out. Raises BadRule for a day the rule does not give."""
    zone = _zone(newsletter.zone)
    try:
        day = datetime.fromisoformat(period)
    except ValueError as error:
        raise BadRule(f"{period!r} is not a date such as 2026-07-07.") from error
    walls = _expand(newsletter, zone).between(day, day + timedelta(days=1), inc=True)
    wall = next((wall for wall in walls if wall.date() == day.date()), None)
    if wall is None:
        raise BadRule(f"The rule gives no issue on {period}.")
    if to := newsletter.moves.get(period):
        return Occurrence(period, _instant(_read_wall(to), zone), moved=True)
    return Occurrence(period, _instant(wall, zone))


def _by_rule(newsletter: Rule, after: datetime) -> Iterator[Occurrence]:
    zone = _zone(newsletter.zone)
    start = after.astimezone(zone).replace(tzinfo=None) - timedelta(days=2)  # a gap may push a wall time past `after`
    left_out = {*newsletter.exceptions, *newsletter.moves}
    for wall in _expand(newsletter, zone).xafter(start, inc=True):
        period, at = wall.date().isoformat(), _instant(wall, zone)
        if at > after and period not in left_out:
            yield Occurrence(period, at)


def _moved(newsletter: Rule, after: datetime) -> list[Occurrence]:
    """What was moved and lies after `after`. A move of a date that the rule no longer gives counts for nothing."""
    found = []
    for period in newsletter.moves:
        with suppress(BadRule):
            found.append(date_of(newsletter, period))
    kept = [each for each in found if each.at > after and each.period not in newsletter.exceptions]
    return sorted(kept, key=lambda each: each.at)


def wall_moment(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, at which the clocks of `zone` show `at` on `day`. Raises BadRule for an unknown zone."""
    return datetime.combine(day, at, _zone(zone)).astimezone(UTC)


def wall_clock(moment: datetime, zone: str) -> datetime:
    """`moment` as the clocks of `zone` show it, aware. Raises BadRule for an unknown zone."""
    return moment.astimezone(_zone(zone))


def days_between(rule: str, first: date, last: date) -> list[date]:
    """The days a rule gives from `first` to `last`, both included; it counts from 1 January. Raises BadRule."""
    start = datetime.combine(date(first.year, 1, 1), time())
    found = _read(rule, start).between(datetime.combine(first, time()), datetime.combine(last, time()), inc=True)
    return [day.date() for day in found]


def check_rule(newsletter: Rule) -> None:
    """Raise BadRule unless the rule can be read and comes round at least once (30 February never does)."""
    if not occurrences(newsletter, newsletter.created_at, 1):
        raise BadRule(f"The rule {newsletter.rrule!r} never comes round.")


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _expand(newsletter: Rule, zone: ZoneInfo) -> rrule:
    first = newsletter.starts_on or newsletter.created_at.astimezone(zone).date()
    return _read(newsletter.rrule, datetime.combine(first, _wall_time(newsletter.wall_time)))


def _read(rule: str, start: datetime) -> rrule:
    text = _checked(rule)
    try:
        return cast("rrule", rrulestr(text, dtstart=start))  # one RRULE, so never a set of them
    except (ValueError, TypeError, KeyError) as error:
        raise BadRule(f"The rule {rule!r} cannot be read.") from error


def _checked(text: str) -> str:
    """The rule in capitals. The wall time gives its hour and the newsletter its start, so it may have neither."""
    parts = dict(part.partition("=")[::2] for part in text.upper().split(";"))
    if parts.get("FREQ") not in _FREQUENCIES:
        raise BadRule("The rule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    if unknown := set(parts) - _PARTS:
        raise BadRule(f"The rule may not have {min(unknown)!r}.")
    interval = parts.get("INTERVAL", "1")
    if not (interval.isdecimal() and 1 <= int(interval) <= LONGEST_INTERVAL):  # dateutil loops for ever on 0
        raise BadRule(f"INTERVAL must be from 1 to {LONGEST_INTERVAL}.")
    return text.upper()


def _wall_time(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a wall time has no zone
    except ValueError as error:
        raise BadRule(f"The time {text!r} is not one such as 09:00.") from error


def _read_wall(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRule(f"{text!r} is not a time such as 2026-07-08T10:00.") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRule(f"The zone {name!r} is not one such as Europe/London.") from error
