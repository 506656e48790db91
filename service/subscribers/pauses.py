"""When a pause ends: at midnight where the reader lives, so that "until Monday" is Monday."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from service.subscribers.errors import BadPause


def in_months(months: int, zone: str, *, now: datetime) -> datetime:
    """The start of the day so many calendar months from now, on the clock of an IANA zone."""
    return _midnight(now.astimezone(ZoneInfo(zone)).date() + relativedelta(months=months), zone)


def on_day(day: str, zone: str) -> datetime:
    """The start of a day given as 2026-07-01. Raises BadPause for anything else."""
    try:
        return _midnight(date.fromisoformat(day.strip()), zone)
    except ValueError:
        raise BadPause from None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
