"""GET never changes state, and no door opens to the wrong visitor."""

from typing import NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from service.app import create_app
from service.bootstrap import Services
from service.db import Database
from service.web.access import Door, UndeclaredAccess, access_of, check_declared
from tests.conftest import Chime, Postbox


def get_rules(app: Flask) -> list[Rule]:
    """Every route that answers GET."""
    return [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())]


def address(app: Flask, rule: Rule) -> str:
    """The route with a made-up value in every place."""
    values = {name: 1 if isinstance(rule._converters[name], IntegerConverter) else "x" * 22 for name in rule.arguments}
    with app.test_request_context():
        built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]


@pytest.fixture
def no_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any unit of work is a fault from here on."""

    def refuse(_self: Database) -> NoReturn:
        raise AssertionError("a GET opened a unit of work")

    monkeypatch.setattr(Database, "unit", refuse)


def test_no_get_opens_a_unit_of_work(app: Flask, client: FlaskClient, desk: FlaskClient, no_units: None) -> None:
    """Mail scanners follow every link; following must do nothing, signed in or not."""
    for rule in get_rules(app):
        for browser in (client, desk):
            assert browser.get(address(app, rule)).status_code < 500, rule.rule


def test_no_get_rings_or_mails(
    app: Flask, services: Services, client: FlaskClient, desk: FlaskClient, chime: Chime, postbox: Postbox
) -> None:
    """No bell, no mail."""
    for rule in get_rules(app):
        desk.get(address(app, rule))

    assert chime.rung == []
    assert postbox.mailings == []


def test_the_desk_is_closed_to_visitors(app: Flask, client: FlaskClient) -> None:
    """Every desk page sends Mal to the sign-in page."""
    for rule in get_rules(app):
        access = access_of(app, rule.endpoint)
        if access is not None and access.door is Door.DESK:
            answer = client.get(address(app, rule))
            assert (answer.status_code, "/desk/sign-in" in answer.headers.get("Location", "")) == (303, True), rule.rule


def test_readers_get_no_cookie(app: Flask, client: FlaskClient) -> None:
    """No Set-Cookie outside the desk."""
    for rule in get_rules(app):
        if not rule.rule.startswith("/desk"):
            assert "Set-Cookie" not in client.get(address(app, rule)).headers, rule.rule


def test_a_route_that_does_not_say_who_may_use_it_stops_the_start(services: Services) -> None:
    """Nobody adds an open door by forgetting a line."""
    app = create_app(services)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")

    with pytest.raises(UndeclaredAccess, match="/forgotten"):
        check_declared(app)
