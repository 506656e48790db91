"""The trail."""

from service.db import Database
from service.editors.actions import add_editor
from service.editors.model import Role
from service.editors.queries import newest_entries
from service.editors.trail import note
from tests.cast import EVE, NOW


def test_the_newest_entry_comes_first(database: Database) -> None:
    """With who did it, or nobody when it was a command."""
    with database.unit() as uow:
        eve = add_editor(uow, EVE, role=Role.EDITOR, now=NOW)
        note(uow, None, "added", f"editor:{eve.id}", now=NOW)
        note(uow, eve, "published", "story:12", now=NOW)

    with database.read() as session:
        seen = [(entry.verb, who and who.email) for entry, who in newest_entries(session, most=10)]
        assert seen == [("published", EVE), ("added", None)]


def test_the_trail_is_read_page_by_page(database: Database) -> None:
    """Each page begins where the one before ended."""
    with database.unit() as uow:
        for number in range(5):
            note(uow, None, "saved", f"article:{number}", now=NOW)

    with database.read() as session:
        first = newest_entries(session, most=2)
        second = newest_entries(session, most=2, before=first[-1][0].id)
        assert [entry.subject for entry, _ in (*first, *second)] == ["article:4", "article:3", "article:2", "article:1"]
