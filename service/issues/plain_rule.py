"""Rules in plain words: what the form of a newsletter offers, as an RFC 5545 rule, and a rule as people say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.issues.errors import BadRule

DAYS: Mapping[str, str] = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip

PLACES: Mapping[int, str] = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


class Every(StrEnum):
    """How often a newsletter comes out, as the form asks it."""

    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH = "month"
    QUARTER = "quarter"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRule:
    """The answers of the form. `place` counts for months and quarters only, `custom` for Every.CUSTOM only."""

    every: Every
    day: str = "TU"
    place: int = 1
    custom: str = ""

    def rrule(self) -> str:
        """The rule. Raises BadRule for an answer that the form does not offer."""
        if self.every is Every.CUSTOM:
            return self.custom.strip().upper().removeprefix("RRULE:")
        if self.day not in DAYS or self.place not in PLACES:
            raise BadRule("Choose a day of the week, and which one of the month.")
        return _TEXTS[self.every].format(day=self.day, place=self.place)


_TEXTS: Mapping[Every, str] = {
    Every.WEEK: "FREQ=WEEKLY;BYDAY={day}",
    Every.TWO_WEEKS: "FREQ=WEEKLY;INTERVAL=2;BYDAY={day}",
    Every.MONTH: "FREQ=MONTHLY;BYDAY={place}{day}",
    Every.QUARTER: "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY={place}{day}",
}

_WORDS: Mapping[Every, str] = {
    Every.WEEK: "every {day}",
    Every.TWO_WEEKS: "every second {day}",
    Every.MONTH: "the {place} {day} of every month",
    Every.QUARTER: "the {place} {day} of January, April, July and October",
}


def plain_rule(rrule: str) -> PlainRule:
    """The answers that give this rule; Every.CUSTOM for one the form has no words for."""
    return _KNOWN.get(rrule, PlainRule(every=Every.CUSTOM, custom=rrule))


def in_words(rrule: str, wall_time: str, zone: str) -> str:
    """The rule as people say it: "the first Tuesday of every month at 09:00, Europe/London"."""
    rule = plain_rule(rrule)
    if rule.every is Every.CUSTOM:
        return f"{rrule} at {wall_time}, {zone}"
    words = _WORDS[rule.every].format(day=DAYS[rule.day], place=PLACES[rule.place])
    return f"{words} at {wall_time}, {zone}"


_KNOWN: Mapping[str, PlainRule] = {
    rule.rrule(): rule
    for every in _TEXTS
    for day in DAYS
    for place in (-1, 4, 3, 2, 1)
    for rule in [PlainRule(every=every, day=day, place=place)]
}
"""Every rule that the form can build; of the weekly ones, which have no place in a month, place 1 stands last."""
