"""Checks for the people at the other end: words, what others may see, and the hour."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from service.db import Database
from service.issues.model import Issue
from service.issues.preflight.findings import Finding, Level
from service.issues.preflight.readers import is_holiday
from service.library.model import Helpline
from service.mail.letterhead import Letterhead
from tests.issues.preflight.test_examine import an_item, found

HARD = (
    "Individuals experiencing haematological malignancies frequently encounter considerable psychological difficulties "
    "throughout immunosuppressive pharmacotherapy, necessitating comprehensive multidisciplinary rehabilitation."
)
EASY = "You may feel tired for a long time. That is common. Rest when you can. Ask a friend to help with the shopping."


def codes(findings: list[Finding]) -> dict[str, Level]:
    """Which checks said something, and how loudly."""
    return {finding.code: finding.level for finding in findings}


@pytest.mark.parametrize(
    ("words", "told"), [(HARD, True), (EASY, False), ("Immunosuppressive pharmacotherapy.", False)]
)
def test_hard_words_are_named(database: Database, issue: Issue, head: Letterhead, words: str, told: bool) -> None:
    """With the item they stand in; a few words alone are no text."""
    findings = found(database, issue, head, lambda each: an_item(each, words=words))

    assert ("reading_level" in codes(findings)) is told
    assert codes(findings).get("reading_level", Level.WARN) is Level.WARN


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (lambda _paper: None, False),
        (lambda paper: setattr(paper, "discreet_name", "The June letter"), False),
        (lambda paper: setattr(paper, "discreet_name", "Leukaemia letters"), True),
        (lambda paper: setattr(paper, "discreet_sender", "Cancer care"), True),
        (lambda paper: setattr(paper, "discreet_sender", "Letters <chemo@mail.example.org>"), True),
    ],
)
def test_no_discreet_copy_names_an_illness(
    database: Database, issue: Issue, head: Letterhead, change: Callable[[object], object], refused: bool
) -> None:
    """Neither in its name nor in its sender."""
    findings = found(database, issue, head, lambda each: change(each.newsletter))

    assert (codes(findings).get("discreet") is Level.BLOCK) is refused


@pytest.mark.parametrize(
    ("at", "told"),
    [("2026-07-07T08:00Z", ""), ("2026-07-07T02:30Z", "hour"), ("2026-07-07T20:30Z", "hour"),
     ("2026-12-25T09:00Z", "holiday"), ("2026-08-31T09:00Z", "holiday")],
)  # fmt: skip
def test_the_hour_it_comes(database: Database, issue: Issue, head: Letterhead, at: str, told: str) -> None:
    """On the newsletter's clock; in a night, or on a day on which helplines are closed, somebody is asked."""
    with database.unit() as uow:
        uow.session.add(Helpline(country="GB", name="A line", phone="1"))

    findings = found(database, issue, head, lambda each: setattr(each, "send_at", datetime.fromisoformat(at)))

    assert {"hour", "holiday"} & set(codes(findings)) == ({told} if told else set())


@pytest.mark.parametrize(
    ("day", "zone", "closed"),
    [
        (date(2027, 3, 26), "Europe/Paris", True),
        (date(2027, 3, 29), "Europe/Paris", True),
        (date(2027, 1, 1), "Europe/Paris", True),
        (date(2027, 5, 3), "Europe/Paris", False),
        (date(2027, 5, 3), "Europe/London", True),
        (date(2027, 5, 4), "Europe/London", False),
    ],
)
def test_holidays(day: date, zone: str, closed: bool) -> None:
    """Good Friday and Easter Monday move; bank holidays are those of London."""
    assert is_holiday(day, zone) is closed
