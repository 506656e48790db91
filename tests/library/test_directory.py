"""The network directory."""

from datetime import date

import pytest

from service.db import Database
from service.library.directory import Wish, choices, is_fresh
from service.library.queries import network
from tests.library.shelf import a_group


@pytest.mark.parametrize(
    ("today", "fresh"), [(date(2026, 3, 10), True), (date(2026, 9, 6), True), (date(2026, 9, 7), False)]
)
def test_an_entry_goes_stale(today: date, fresh: bool) -> None:
    """180 days after somebody last checked it."""
    assert is_fresh(a_group("Riverside", last_checked=date(2026, 3, 10)), today) is fresh


def test_what_nobody_checked_is_stale() -> None:
    """And what was switched off is not shown either."""
    assert not is_fresh(a_group("Riverside", last_checked=None), date(2026, 3, 10))
    assert not is_fresh(a_group("Riverside", active=False), date(2026, 3, 10))


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        (Wish(), True),
        (Wish(country="GB", language="cy", service="helpline"), True),
        (Wish(country="FR"), False),
        (Wish(language="fr"), False),
        (Wish(service="grants"), False),
    ],
)
def test_an_entry_must_have_all_that_was_asked_for(wish: Wish, fits: bool) -> None:
    """An empty word means anything."""
    assert wish.fits(a_group("Riverside")) is fits


def test_choices_are_what_the_entries_offer() -> None:
    """Each once, sorted."""
    offered = choices([a_group("Riverside"), a_group("Hillside")])

    assert (offered.countries, offered.languages, offered.services) == (["GB"], ["cy", "en"], ["helpline"])


def test_only_fresh_entries_are_listed(database: Database) -> None:
    """By name."""
    with database.unit() as uow:
        uow.session.add_all([a_group("Zeal"), a_group("Arc"), a_group("Old", last_checked=date(2020, 1, 1))])

    with database.read() as session:
        assert [entry.name for entry in network(session, date(2026, 6, 10))] == ["Arc", "Zeal"]
