"""The calendar at the desk, and the feed at its secret address."""

import re

from flask.testing import FlaskClient

from service.bootstrap import Services
from service.editors.model import Editor
from tests.web.at_desk import fill, press


def address(desk: FlaskClient) -> str:
    """Have an address made, and give its path."""
    found = re.search(r'value="https?://[^/]+(/calendar/[^"]+\.ics)"', press(desk, "/desk/calendar/address").text)
    assert found
    return found[1]


def test_a_month_is_shown_with_the_ones_beside_it(desk: FlaskClient, services: Services) -> None:
    """Any month can be opened by its address."""
    fill(services)
    page = desk.get("/desk/calendar?month=2028-02").text

    assert "February 2028" in page
    assert "month=2028-01" in page
    assert "month=2028-03" in page


def test_a_month_that_is_none_is_this_month(desk: FlaskClient) -> None:
    """A mistyped address does no harm."""
    for text in ("2026-13", "x", "9999-12", "-1", "2026-1"):
        assert desk.get(f"/desk/calendar?month={text}").status_code == 200


def test_the_list_holds_the_next_three_months(desk: FlaskClient, services: Services) -> None:
    """For a phone, and for reading aloud."""
    fill(services)
    page = desk.get("/desk/calendar?view=list").text

    assert "The next three months" in page
    assert "Review due" in page or "Issue to come" in page


def test_the_feed_answers_at_its_secret_address_only(desk: FlaskClient, client: FlaskClient) -> None:
    """Made once, shown once, readable without signing in; a made-up address is 404."""
    path = address(desk)
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert answer.text.startswith("BEGIN:VCALENDAR")
    assert client.get(path.replace(".ics", "x.ics")).status_code == 404


def test_a_new_address_ends_the_old_one(desk: FlaskClient, client: FlaskClient) -> None:
    """What was shared by mistake leads nowhere."""
    old, new = address(desk), address(desk)

    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)


def test_the_feed_can_be_stopped(desk: FlaskClient, client: FlaskClient) -> None:
    """And begun again later."""
    path = address(desk)
    assert press(desk, "/desk/calendar/address/end").status_code == 303

    assert client.get(path).status_code == 404


def test_the_feed_ends_with_the_account(desk: FlaskClient, client: FlaskClient, services: Services) -> None:
    """Somebody who left reads nothing more."""
    path = address(desk)
    with services.database.unit() as uow:
        for person in uow.session.query(Editor):
            person.active = False

    assert client.get(path).status_code == 404


def test_the_calendar_needs_a_sign_in(client: FlaskClient) -> None:
    """The page itself is the desk's."""
    assert client.get("/desk/calendar").status_code in {302, 303, 401}
