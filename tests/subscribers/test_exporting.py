"""Lists go out to files, and come back in unchanged."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from service.db import Database
from service.subscribers.cells import from_cell, to_cell
from service.subscribers.exporting import COLUMNS, export_subscribers
from service.subscribers.importing import Outcome, import_subscribers
from service.subscribers.model import Subscription
from service.subscribers.newsletters import open_newsletter
from service.subscribers.preferences import Choices, save_preferences
from tests.cast import ADA, BEN, CLEO, NOW
from tests.subscribers.readers import MONTHLY, TOKENS, a_newsletter, ada, ben, cleo, press


def taken_out(database: Database, newsletter_id: int = MONTHLY) -> str:
    """The exported file."""
    out = io.StringIO()
    with database.read() as session:
        export_subscribers(session, newsletter_id, out)
    return out.getvalue()


def test_every_subscription_is_a_line(database: Database) -> None:
    """With its newest consent."""
    ada(database)
    ben(database)
    press(database, BEN)
    rows = list(csv.DictReader(io.StringIO(taken_out(database))))

    assert [(row["email"], row["status"]) for row in rows] == [(ADA, "confirmed"), (BEN, "pending")]
    assert rows[0]["confirmed_at"] == "2026-06-10T09:30:00+00:00"
    assert (rows[0]["consent_text"], rows[1]["consent_source"]) == ("", "footer /")


def test_an_export_comes_back_in_with_everybody_where_they_were(database: Database) -> None:
    """Pending stays pending, and who left is not brought back."""
    press(database, ADA)
    press(database, BEN)
    cleo(database)
    with database.unit() as uow:
        uow.session.get_one(Subscription, 1).start(NOW)
        a_newsletter(uow.session, "copy")
    with database.read() as session:
        copy = open_newsletter(session, "copy")
    lines = taken_out(database).splitlines(keepends=True)
    counts = import_subscribers(database, TOKENS, lines, copy, now=NOW).counts

    assert (counts[Outcome.CONFIRMED], counts[Outcome.PENDING], counts[Outcome.UNSUBSCRIBED]) == (1, 1, 1)
    assert CLEO not in taken_out(database, copy.id)


def test_an_empty_list_is_a_header(database: Database) -> None:
    """Programs that read it need the columns."""
    assert taken_out(database) == ",".join(COLUMNS) + "\n"


def test_a_spreadsheet_finds_no_formula(database: Database) -> None:
    """A name can say anything."""
    place = ada(database)
    with database.unit() as uow:
        choices = Choices(name="=cmd()")
        save_preferences(uow, TOKENS, place, choices, "Storywell", now=NOW)

    assert "'=cmd()" in taken_out(database)


@given(st.text())
def test_cells_come_back_as_they_were(text: str) -> None:
    """The apostrophe goes on and off again."""
    assert from_cell(to_cell(text)) == text
    assert not to_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
