"""Who is told when a storyteller may be in danger."""

from service.db import Database
from service.editors.leads import alert_leads, leads
from service.editors.model import Editor, Role
from service.mail.model import Notice
from tests.cast import NOW


def people(database: Database, *accounts: tuple[str, Role, bool]) -> None:
    """Accounts at the desk."""
    with database.unit() as uow:
        for email, role, active in accounts:
            uow.session.add(Editor(email=email, role=role, active=active, created_at=NOW))


def test_the_safeguarding_leads_are_told(database: Database) -> None:
    """All of them that are active, and no admin."""
    people(
        database,
        ("one@example.org", Role.SAFEGUARDING, True),
        ("two@example.org", Role.SAFEGUARDING, True),
        ("left@example.org", Role.SAFEGUARDING, False),
        ("admin@example.org", Role.ADMIN, True),
    )

    with database.unit() as uow:
        assert [lead.email for lead in leads(uow.session)] == ["one@example.org", "two@example.org"]
        assert alert_leads(uow, now=NOW) == 2
        assert {notice.template for notice in uow.session.query(Notice)} == {"safeguarding_alert"}


def test_without_one_the_admins_are(database: Database) -> None:
    """Editors are not: safeguarding is nobody's side job by accident."""
    people(database, ("admin@example.org", Role.ADMIN, True), ("editor@example.org", Role.EDITOR, True))

    with database.read() as session:
        assert [lead.email for lead in leads(session)] == ["admin@example.org"]


def test_an_empty_desk_is_no_fault(database: Database) -> None:
    """The case waits for the first account."""
    with database.unit() as uow:
        assert alert_leads(uow, now=NOW) == 0
