"""Rules in plain words."""

from datetime import UTC, datetime

import pytest

from service.issues.errors import BadRule
from service.issues.plain_rule import DAYS, PLACES, Every, PlainRule, in_words, plain_rule
from service.issues.schedule import occurrences
from tests.issues.test_schedule import Paper

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "rrule", "words", "first"),
    [
        (PlainRule(every=Every.WEEK, day="TH"), "FREQ=WEEKLY;BYDAY=TH", "every Thursday", "2026-01-01"),
        (
            PlainRule(every=Every.TWO_WEEKS, day="MO"),
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
            "every second Monday",
            "2026-01-12",
        ),
        (
            PlainRule(every=Every.MONTH, day="TU", place=1),
            "FREQ=MONTHLY;BYDAY=1TU",
            "the first Tuesday of every month",
            "2026-01-06",
        ),
        (
            PlainRule(every=Every.QUARTER, day="FR", place=-1),
            "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=-1FR",
            "the last Friday of January, April, July and October",
            "2026-01-30",
        ),
    ],
)
def test_a_rule_is_built_and_said_back(rule: PlainRule, rrule: str, words: str, first: str) -> None:
    """What was chosen, what is kept, what is said, and the first date it gives."""
    assert rule.rrule() == rrule
    assert plain_rule(rrule) == rule
    assert in_words(rrule, "09:00", "Europe/London") == f"{words} at 09:00, Europe/London"
    assert occurrences(Paper(rrule=rrule), JANUARY, 1)[0].period == first


def test_every_rule_of_the_form_comes_back_as_it_was_chosen() -> None:
    """The form shows the answers that gave the rule."""
    for every in (Every.MONTH, Every.QUARTER):
        for day in DAYS:
            for place in PLACES:
                rule = PlainRule(every=every, day=day, place=place)
                assert plain_rule(rule.rrule()) == rule


def test_a_rule_of_ones_own_is_kept_as_it_is() -> None:
    """With or without the word that calendars write before it."""
    rule = PlainRule(every=Every.CUSTOM, custom=" rrule:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1 ")

    assert rule.rrule() == "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"
    assert plain_rule(rule.rrule()).every is Every.CUSTOM


def test_answers_that_the_form_does_not_offer_are_refused() -> None:
    """Somebody wrote the request by hand."""
    with pytest.raises(BadRule):
        PlainRule(every=Every.MONTH, day="XX").rrule()
    with pytest.raises(BadRule):
        PlainRule(every=Every.MONTH, place=7).rrule()
