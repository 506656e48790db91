"""What is kept, at the desk."""

from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Editor, Role
from service.retention import RETENTION
from tests.stories.tales import a_draft


def test_the_desk_says_what_will_go_when(desk: FlaskClient, services: Services) -> None:
    """Every row of the table, with what waits in it and the first day on which something goes."""
    with services.database.unit() as uow:
        a_draft(uow)

    page = desk.get("/desk/retention").text

    assert all(row.what in page for row in RETENTION)
    assert "60 days, counted from when they were last saved" in page
    assert "9 August 2026" in page


def test_a_viewer_does_not_see_it(desk: FlaskClient, services: Services, eve: Editor) -> None:
    """Nor who is not signed in."""
    with services.database.unit() as uow:
        uow.session.get_one(Editor, eve.id).role = Role.VIEWER

    assert desk.get("/desk/retention").status_code == 403


def test_strangers_are_sent_to_the_door(client: FlaskClient) -> None:
    """Without a session there is nothing to see."""
    assert client.get("/desk/retention").status_code in {302, 303, 401}
