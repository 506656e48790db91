"""The safeguarding page: who waits, what worried us, what was done; open to the lead and to admins."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Editor, Role
from service.stories.holds import open_hold
from service.stories.model import HoldKind, StoryHold
from service.stories.watching import watch_draft
from tests.cast import ADA, NOW
from tests.stories.tales import a_draft
from tests.web.at_desk import press, trail


@pytest.fixture
def case(services: Services) -> int:
    """An open case about a draft."""
    with services.database.unit() as uow:
        hold = watch_draft(uow, a_draft(uow, text="I want to die."), now=NOW)
        assert hold is not None
        return hold.id


@pytest.fixture
def lena(app: Flask, services: Services) -> FlaskClient:
    """The safeguarding lead's browser."""
    with services.database.unit() as uow:
        lena = Editor(email="lena@example.org", name="Lena", role=Role.SAFEGUARDING, created_at=NOW)
        uow.session.add(lena)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = lena.fs_uniquifier, True
    return client


def hold(services: Services, case: int) -> StoryHold:
    """The case as it stands."""
    with services.database.read() as session:
        found = session.get_one(StoryHold, case)
        session.expunge_all()
    return found


def test_the_list_tells_the_kind_and_no_words(lena: FlaskClient, case: int) -> None:
    """A glance over a shoulder shows nothing."""
    page = lena.get("/desk/safeguarding").text

    assert "Suicide" in page
    assert "want to die" not in page
    assert ADA not in page


def test_looking_at_a_case_is_in_the_trail(lena: FlaskClient, services: Services, case: int) -> None:
    """The words that worried us and the way to reach them; not the rest of the draft."""
    page = press(lena, f"/desk/safeguarding/{case}")

    assert "want to die" in page.text
    assert ADA in page.text
    assert "The bench outside ward six" not in page.text
    assert trail(services) == [("opened_case", f"case:{case}")]


def test_a_case_is_closed_with_a_note(lena: FlaskClient, services: Services, case: int) -> None:
    """And listed among those closed lately."""
    closed = press(lena, f"/desk/safeguarding/{case}/resolve", resolution="Rang them. All is well.")

    assert closed.status_code == 303
    assert hold(services, case).resolution == "Rang them. All is well."
    assert hold(services, case).resolved_by.startswith("editor:")
    assert trail(services)[-1] == ("resolved_case", f"case:{case}")
    assert "Closed lately" in lena.get("/desk/safeguarding").text


def test_a_case_is_not_closed_without_a_word(lena: FlaskClient, services: Services, case: int) -> None:
    """What was done has to be said."""
    page = press(lena, f"/desk/safeguarding/{case}/resolve", resolution="  ")

    assert page.status_code == 422
    assert "Write down what you did" in page.text
    assert hold(services, case).resolved_at is None


def test_nobody_else_at_the_desk_sees_it(desk: FlaskClient, client: FlaskClient, services: Services, case: int) -> None:
    """Not an editor, not a visitor."""
    for method, path in (("get", ""), ("post", f"/{case}"), ("post", f"/{case}/resolve")):
        assert getattr(desk, method)(f"/desk/safeguarding{path}").status_code == 403
        assert getattr(client, method)(f"/desk/safeguarding{path}").status_code == 303
    assert trail(services) == []


def test_other_holds_are_not_cases_of_this_page(lena: FlaskClient, services: Services) -> None:
    """A question about other people in a story is the editors' own."""
    with services.database.unit() as uow:
        other = open_hold(uow, HoldKind.THIRD_PARTY, a_draft(uow), opened_by="storyteller", now=NOW).id

    assert press(lena, f"/desk/safeguarding/{other}").status_code == 404
    assert press(lena, "/desk/safeguarding/4711").status_code == 404
