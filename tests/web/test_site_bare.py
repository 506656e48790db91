"""The public site on its first day, and on its worst."""

from dataclasses import replace

from flask.testing import FlaskClient

from service.app import create_app
from service.bootstrap import Services
from service.db import Database
from tests.conftest import Chime

PAGES = ["/", "/about", "/network", "/resources", "/search?q=x", "/feed.xml", "/feed.json", "/sitemap.xml"]


def test_the_site_stands_without_content(client: FlaskClient) -> None:
    """On the first day there is nothing to show, and nothing breaks."""
    assert [path for path in PAGES if client.get(path).status_code != 200] == []


def test_the_error_page_stands_without_a_database(services: Services, chime: Chime) -> None:
    """The page that says sorry must not need what has just failed."""
    lost = Database("sqlite:////nowhere/at/all.sqlite3", chime)

    answer = create_app(replace(services, database=lost)).test_client().get("/resources")

    assert answer.status_code == 503
    assert "It is not your fault" in answer.get_data(as_text=True)
