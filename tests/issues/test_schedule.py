"""When a newsletter comes out."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.issues.errors import BadRule
from service.issues.schedule import (
    check_rule,
    date_of,
    days_between,
    occurrences,
    occurrences_until,
    wall_clock,
    wall_moment,
)


@dataclass
class Paper:
    """The part of a newsletter that says when."""

    rrule: str = "FREQ=MONTHLY;BYDAY=1TU"
    wall_time: str = "09:00"
    zone: str = "Europe/London"
    created_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    starts_on: date | None = None
    exceptions: Sequence[str] = ()
    moves: Mapping[str, str] = field(default_factory=dict)


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)

# The instants at which the clocks change, and the offset from UTC in minutes from then on, looked up by hand.
CHANGES = {
    "Europe/London": [
        ("2025-10-26T01:00", 0), ("2026-03-29T01:00", 60), ("2026-10-25T01:00", 0),
        ("2027-03-28T01:00", 60), ("2027-10-31T01:00", 0),
    ],
    "America/New_York": [
        ("2025-11-02T06:00", -300), ("2026-03-08T07:00", -240), ("2026-11-01T06:00", -300),
        ("2027-03-14T07:00", -240), ("2027-11-07T06:00", -300),
    ],
    "Australia/Lord_Howe": [
        ("2025-10-04T15:30", 660), ("2026-04-04T15:00", 630), ("2026-10-03T15:30", 660),
        ("2027-04-03T15:00", 630), ("2027-10-02T15:30", 660),
    ],
    "America/Santiago": [
        ("2025-09-07T04:00", -180), ("2026-04-05T03:00", -240), ("2026-09-06T04:00", -180),
        ("2027-04-04T03:00", -240), ("2027-09-05T04:00", -180),
    ],
    "Asia/Kathmandu": [("1986-01-01T00:00", 345)],
}  # fmt: skip


def first_tuesdays(months: int) -> list[date]:
    """The first Tuesday of each month from January 2026 on."""
    found = []
    for number in range(months):
        year, month = 2026 + number // 12, number % 12 + 1
        found.append(
            next(
                day
                for day in calendar.Calendar().itermonthdates(year, month)
                if day.month == month and day.weekday() == 1
            )
        )
    return found


def offset_at(zone: str, wall: datetime) -> timedelta:
    """The offset that the table gives for nine in the morning: no change falls into that hour anywhere."""
    offsets = [
        minutes for at, minutes in CHANGES[zone] if datetime.fromisoformat(at) + timedelta(minutes=minutes) <= wall
    ]
    return timedelta(minutes=offsets[-1])


@pytest.mark.parametrize("zone", CHANGES)
def test_nine_stays_nine_for_24_months(zone: str) -> None:
    """Every first Tuesday at nine on the wall, over four changes of the clocks, in five zones."""
    walls = [datetime.combine(day, time(9)) for day in first_tuesdays(24)]
    expected = [(wall - offset_at(zone, wall)).replace(tzinfo=UTC) for wall in walls]

    found = occurrences(Paper(zone=zone), NEW_YEAR, 24)

    assert [each.at for each in found] == expected
    assert [each.period for each in found] == [day.isoformat() for day in first_tuesdays(24)]


@pytest.mark.parametrize(
    ("zone", "wall_time", "day", "instant"),
    [
        ("Europe/London", "01:30", "2026-03-29", "2026-03-29T01:30Z"),
        ("America/New_York", "02:30", "2026-03-08", "2026-03-08T07:30Z"),
        ("Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:45Z"),
        ("America/Santiago", "00:30", "2026-09-06", "2026-09-06T04:30Z"),
    ],
)
def test_a_wall_time_that_is_jumped_over_comes_later(zone: str, wall_time: str, day: str, instant: str) -> None:
    """In the gap of spring the issue leaves later, by as much as the clocks jump, and keeps its period."""
    before = datetime.fromisoformat(instant) - timedelta(hours=12)

    first = occurrences(Paper(rrule="FREQ=DAILY", wall_time=wall_time, zone=zone), before, 1)[0]

    assert (first.period, first.at) == (day, datetime.fromisoformat(instant))


@pytest.mark.parametrize(
    ("zone", "wall_time", "day", "instant"),
    [
        ("Europe/London", "01:30", "2026-10-25", "2026-10-25T00:30Z"),
        ("America/New_York", "01:30", "2026-11-01", "2026-11-01T05:30Z"),
        ("Australia/Lord_Howe", "01:45", "2026-04-05", "2026-04-04T14:45Z"),
        ("America/Santiago", "23:30", "2026-04-04", "2026-04-05T02:30Z"),
    ],
)
def test_a_wall_time_that_comes_twice_means_the_first(zone: str, wall_time: str, day: str, instant: str) -> None:
    """In the overlap of autumn the issue leaves at the first of the two, and only then."""
    before = datetime.fromisoformat(instant) - timedelta(hours=12)

    first, second = occurrences(Paper(rrule="FREQ=DAILY", wall_time=wall_time, zone=zone), before, 2)

    assert (first.period, first.at) == (day, datetime.fromisoformat(instant))
    assert second.at - first.at > timedelta(hours=24)


RULES = st.sampled_from(
    [
        "FREQ=MONTHLY;BYDAY=1TU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
        "FREQ=DAILY",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=YEARLY",
    ]
)


@given(
    rule=RULES,
    zone=st.sampled_from(sorted(CHANGES)),
    minute=st.integers(0, 24 * 60 - 1),
    hours=st.integers(0, 3 * 365 * 24),
)
def test_asking_at_any_moment_gives_the_same_dates(rule: str, zone: str, minute: int, hours: int) -> None:
    """Wherever a timer wakes up, it sees the one calendar, in order, each period once, and nothing of the past."""
    paper = Paper(rrule=rule, wall_time=f"{minute // 60:02}:{minute % 60:02}", zone=zone)
    after = NEW_YEAR + timedelta(hours=hours)

    found = occurrences(paper, after, 5)

    assert [each.at for each in found] == sorted({each.at for each in found})
    assert len({each.period for each in found}) == 5
    assert after < found[0].at
    assert occurrences(paper, found[1].at, 3) == found[2:]


def test_every_second_week_counts_from_the_day_the_newsletter_was_made() -> None:
    """An interval has an anchor, whenever somebody asks."""
    paper = Paper(rrule="FREQ=WEEKLY;INTERVAL=2", created_at=datetime(2026, 1, 7, 12, tzinfo=UTC))

    assert [each.period for each in occurrences(paper, datetime(2026, 6, 1, tzinfo=UTC), 2)] == [
        "2026-06-10",
        "2026-06-24",
    ]


def test_occurrences_until_includes_the_last_instant() -> None:
    """The end of the lead time belongs to it."""
    last = datetime(2026, 2, 3, 9, tzinfo=UTC)

    assert [each.at for each in occurrences_until(Paper(), NEW_YEAR, last)][-1] == last


@pytest.mark.parametrize(
    "rule",
    [
        "", "nonsense", "FREQ=HOURLY", "FREQ=MONTHLY;BYHOUR=3", "FREQ=MONTHLY;COUNT=3", "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=-1", "FREQ=WEEKLY;INTERVAL=999", "FREQ=MONTHLY;BYDAY=XX", "FREQ=DAILY\nRRULE:FREQ=DAILY",
        "FREQ=MONTHLY;BYDAY=7MO",
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_kept_is_refused(rule: str) -> None:
    """Unknown parts, an interval of nothing, and a rule that never comes round."""
    with pytest.raises(BadRule):
        check_rule(Paper(rrule=rule))


@pytest.mark.parametrize(
    ("wall_time", "zone"), [("9 o'clock", "Europe/London"), ("25:00", "UTC"), ("09:00", "Mars/Base"), ("09:00", "")]
)
def test_a_time_or_zone_that_is_none_is_refused(wall_time: str, zone: str) -> None:
    """The sentence names which."""
    with pytest.raises(BadRule, match="is not one such as"):
        check_rule(Paper(wall_time=wall_time, zone=zone))


def test_days_between_includes_both_ends() -> None:
    """Yearly days around an issue, also over the end of the year."""
    assert days_between("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", date(2028, 2, 29), date(2028, 3, 1)) == [
        date(2028, 2, 29)
    ]
    assert days_between("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", date(2026, 12, 20), date(2027, 1, 1)) == [
        date(2027, 1, 1)
    ]


def test_the_wall_and_the_instant_are_two_ways_to_say_the_same() -> None:
    """What an editor types in the newsletter's zone comes back as it was typed."""
    at = wall_moment(date(2026, 7, 7), time(9, 0), "Europe/London")

    assert at == datetime(2026, 7, 7, 8, 0, tzinfo=UTC)
    assert wall_clock(at, "Europe/London").strftime("%H:%M") == "09:00"


def test_an_exception_is_passed_over() -> None:
    """No issue in August; the ones around it stay."""
    paper = Paper(exceptions=["2026-08-04"])

    periods = [each.period for each in occurrences(paper, datetime(2026, 7, 1, tzinfo=UTC), 2)]

    assert periods == ["2026-07-07", "2026-09-01"]


def test_a_moved_issue_keeps_its_period_and_takes_its_place_in_time() -> None:
    """Moved behind the next one, it comes after it, once, on the newsletter's own clock."""
    paper = Paper(moves={"2026-07-07": "2026-08-06T18:30"})

    found = occurrences(paper, datetime(2026, 7, 1, tzinfo=UTC), 3)

    assert [(each.period, each.moved) for each in found] == [
        ("2026-08-04", False), ("2026-07-07", True), ("2026-09-01", False),
    ]  # fmt: skip
    assert found[1].at == datetime(2026, 8, 6, 17, 30, tzinfo=UTC)


def test_a_move_of_a_date_that_the_rule_no_longer_gives_counts_for_nothing() -> None:
    """The rule was changed after somebody moved an issue."""
    paper = Paper(rrule="FREQ=MONTHLY;BYDAY=1WE", moves={"2026-07-07": "2026-07-08T10:00"})

    assert not any(each.moved for each in occurrences(paper, NEW_YEAR, 12))


def test_a_move_into_the_gap_of_spring_comes_later() -> None:
    """The same rule as for every other wall time."""
    paper = Paper(moves={"2026-03-03": "2026-03-29T01:30"})

    assert date_of(paper, "2026-03-03").at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("period", ["2026-07-08", "soon", ""])
def test_a_day_that_the_rule_does_not_give_is_no_date_of_the_newsletter(period: str) -> None:
    """Nothing there to skip or to move."""
    with pytest.raises(BadRule):
        date_of(Paper(), period)


@given(
    zone=st.sampled_from(sorted(CHANGES)),
    taken=st.sets(st.integers(0, 11), max_size=4),
    moved=st.dictionaries(st.integers(0, 11), st.integers(-40, 40), max_size=4),
)
def test_exceptions_and_moves_touch_no_other_date(zone: str, taken: set[int], moved: dict[int, int]) -> None:
    """Every period of a year comes exactly once, unless it was taken out; only moved ones have another time."""
    plain = {each.period: each.at for each in occurrences(Paper(zone=zone), NEW_YEAR, 12)}
    periods = sorted(plain)
    moves = {periods[n]: f"{date.fromisoformat(periods[n]) + timedelta(days=by)}T10:15" for n, by in moved.items()}
    paper = Paper(zone=zone, exceptions=[periods[n] for n in taken], moves=moves)

    found = [each for each in occurrences(paper, NEW_YEAR - timedelta(days=60), 16) if each.period in plain]

    assert sorted(each.period for each in found) == sorted(set(periods) - {periods[n] for n in taken})
    assert all(each.at == plain[each.period] for each in found if not each.moved)
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_every_second_week_counts_from_the_day_that_was_chosen() -> None:
    """A newsletter may begin later than the day it was made."""
    paper = Paper(rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", starts_on=date(2026, 1, 14))

    assert [each.period for each in occurrences(paper, NEW_YEAR, 2)] == ["2026-01-14", "2026-01-28"]


def test_the_29th_of_february_comes_in_leap_years_only() -> None:
    """A yearly rule for that day skips the other years, 2100 too, and never slips to the 28th or into March."""
    paper = Paper(rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")

    found = [each.period for each in occurrences(paper, NEW_YEAR, 2)]
    late = [each.period for each in occurrences(paper, datetime(2096, 3, 1, tzinfo=UTC), 1)]

    assert (found, late) == (["2028-02-29", "2032-02-29"], ["2104-02-29"])


def test_the_31st_and_the_last_day_are_two_rules() -> None:
    """Months without a 31st have no issue by the one, and end on the 28th or 29th by the other."""
    start = datetime(2028, 1, 1, tzinfo=UTC)

    by_number = [each.period for each in occurrences(Paper(rrule="FREQ=MONTHLY;BYMONTHDAY=31"), start, 3)]
    by_end = [each.period for each in occurrences(Paper(rrule="FREQ=MONTHLY;BYMONTHDAY=-1"), start, 3)]

    assert by_number == ["2028-01-31", "2028-03-31", "2028-05-31"]
    assert by_end == ["2028-01-31", "2028-02-29", "2028-03-31"]


def test_a_date_that_was_moved_and_then_taken_out_does_not_come() -> None:
    """Neither on its own day nor on the day that it was moved to; put back, it comes where it was moved."""
    moves = {"2026-08-04": "2026-08-06T18:30"}
    july = datetime(2026, 7, 1, tzinfo=UTC)

    without = occurrences(Paper(exceptions=["2026-08-04"], moves=moves), july, 2)
    with_it = occurrences(Paper(moves=moves), july, 2)

    assert [each.period for each in without] == ["2026-07-07", "2026-09-01"]
    assert with_it[1].at == datetime(2026, 8, 6, 17, 30, tzinfo=UTC)


def test_an_exception_names_a_period_and_not_the_day_that_one_was_moved_to() -> None:
    """July's issue, moved to the day of August's, comes although August's was taken out."""
    paper = Paper(exceptions=["2026-08-04"], moves={"2026-07-07": "2026-08-04T09:00"})

    found = occurrences(paper, datetime(2026, 7, 1, tzinfo=UTC), 2)

    assert [(each.period, each.moved) for each in found] == [("2026-07-07", True), ("2026-09-01", False)]
