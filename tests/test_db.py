"""Units of work: all or nothing, doorbells only after the commit, and reads that cannot write."""

import socket
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from service.db import Database
from service.mail.model import Notice
from tests.cast import NOW
from tests.conftest import Chime


def a_notice() -> Notice:
    """Any row."""
    return Notice(template="welcome", subject_id=1, due_at=NOW, created_at=NOW)


def test_a_unit_commits_and_then_rings(database: Database, chime: Chime) -> None:
    """The bell is silent inside the unit and rings after it."""
    with database.unit() as uow:
        uow.session.add(a_notice())
        uow.enqueue("mail.send_notice", 1)
        assert chime.rung == []

    assert chime.rung == [("mail.send_notice", 1)]


def test_a_unit_that_raises_changes_nothing_and_rings_nobody(database: Database, chime: Chime) -> None:
    """No commit, no bell."""
    with pytest.raises(ZeroDivisionError), database.unit() as uow:
        uow.session.add(a_notice())
        uow.enqueue("mail.send_notice", 1)
        raise ZeroDivisionError

    with database.read() as session:
        assert session.scalars(select(Notice)).all() == []
    assert chime.rung == []


def test_the_same_note_rings_once(database: Database, chime: Chime) -> None:
    """Two reasons to look at one row are one bell."""
    with database.unit() as uow:
        uow.enqueue("mail.send_notice", 1)
        uow.enqueue("mail.send_notice", 1)

    assert chime.rung == [("mail.send_notice", 1)]


def test_a_read_cannot_write(database: Database) -> None:
    """The database itself refuses a change in a read."""
    with pytest.raises(DBAPIError), database.read() as session:
        session.add(a_notice())
        session.flush()


def test_a_unit_writes_after_a_read_on_the_same_connection(database: Database) -> None:
    """The read-only switch does not stick to a pooled connection."""
    with database.read() as session:
        session.scalars(select(Notice)).all()
    with database.unit() as uow:
        uow.session.add(a_notice())

    with database.read() as session:
        assert len(session.scalars(select(Notice)).all()) == 1


def test_instants_come_back_aware(database: Database) -> None:
    """What goes in aware comes out aware and equal."""
    with database.unit() as uow:
        uow.session.add(a_notice())

    with database.read() as session:
        assert session.scalars(select(Notice)).one().due_at == NOW


def test_a_naive_instant_is_refused(database: Database) -> None:
    """A time without a zone is a mistake, not a guess."""
    notice = a_notice()
    notice.due_at = datetime(2026, 6, 1)  # noqa: DTZ001
    with pytest.raises(StatementError, match="naive"), database.unit() as uow:
        uow.session.add(notice)


def test_rows_do_not_print_their_contents() -> None:
    """A row in a log line gives nobody away."""
    assert "welcome" not in repr(a_notice())


def test_a_server_that_never_answers_is_given_up() -> None:
    """Soon enough for a page to say so."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        database = Database(f"postgresql+psycopg://storywell@127.0.0.1:{port}/storywell", Chime())

        with pytest.raises(OperationalError, match="timeout"), database.read():
            pass
