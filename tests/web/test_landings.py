"""Visits by the links of an issue: counted without a cookie or a person, and never in the way of a page."""

from collections.abc import Iterator
from contextlib import closing
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.issues.counts import Seen
from service.issues.landings import Landings
from service.web.landings import AWAY, Counter
from tests.cast import NOW
from tests.conftest import Clock
from tests.issues.gone_out import an_issue
from tests.stories.tales import a_published_story

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
STORY = "/stories/what-i-packed"


@pytest.fixture(autouse=True)
def issue_id(services: Services) -> int:
    """An issue that went out, and a story to land on."""
    with services.database.unit() as uow:
        a_published_story(uow.session)
    return an_issue(services)


@pytest.fixture
def landings(services: Services) -> Iterator[Landings]:
    """What waits in Redis."""
    with closing(Landings(services.settings.redis)) as landings:
        yield landings


def visit(client: FlaskClient, path: str, *, method: str = "GET", **headers: str) -> int:
    """Follow a link with a phone, or with whatever the headers say; gives the status."""
    asked = {"User-Agent": PHONE} | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(path, method=method, headers=asked).status_code


def seen(landings: Landings) -> list[tuple[int, str, int]]:
    """(issue, page, how often)."""
    return [(each.issue_id, each.page, each.times) for each in landings.take()]


def test_a_visit_is_counted_by_issue_page_and_day(client: FlaskClient, landings: Landings, issue_id: int) -> None:
    """Twice is two: nobody knows that it was the same reader."""
    for _ in range(2):
        assert visit(client, f"{STORY}?issue={issue_id}") == 200

    [noted] = landings.take()
    assert noted == Seen(issue_id=issue_id, what=noted.what, day=NOW.date(), page=STORY, times=2)


@pytest.mark.parametrize("named", ["", "0", "-1", "999", "june", "99999999999999999999", "1%00"])
def test_a_link_that_names_no_issue_is_not_counted(client: FlaskClient, landings: Landings, named: str) -> None:
    """Nor does it do any harm."""
    assert visit(client, f"{STORY}?issue={named}") == 200
    assert seen(landings) == []


def test_an_issue_that_has_not_left_is_not_counted(client: FlaskClient, services: Services, landings: Landings) -> None:
    """Editors look at the preview."""
    draft = an_issue(services, "july", started_at=None)
    visit(client, f"{STORY}?issue={draft}")

    assert seen(landings) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"User_Agent": ""},
        {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User_Agent": "curl/8.5.0"},
        {"User_Agent": "python-requests/2.32"},
        {"User_Agent": "Mozilla/5.0 HeadlessChrome/128"},
        {"User_Agent": "Mozilla/5.0 BarracudaLinkScanner"},
        {"Sec_Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X_Moz": "prefetch"},
        {"Sec_Fetch_Dest": "image"},
    ],
)
def test_machines_and_prefetching_are_not_counted(
    client: FlaskClient, landings: Landings, issue_id: int, headers: dict[str, str]
) -> None:
    """As far as they say what they are; they get the page all the same."""
    assert visit(client, f"{STORY}?issue={issue_id}", **headers) == 200
    assert seen(landings) == []


@pytest.mark.parametrize("program", [PHONE, "Mozilla/5.0 (X11; Linux) Firefox/140.0", "Mozilla/5.0 Chrome/141 CUBOT"])
def test_people_are_counted(client: FlaskClient, landings: Landings, issue_id: int, program: str) -> None:
    """Whatever they read with."""
    visit(client, f"{STORY}?issue={issue_id}", User_Agent=program, Sec_Fetch_Dest="document")

    assert seen(landings) == [(issue_id, STORY, 1)]


@pytest.mark.parametrize(
    ("method", "path"),
    [("HEAD", STORY), ("GET", "/stories/never-was"), ("GET", "/feed.xml"), ("GET", "/unsubscribe/x"), ("GET", "/desk")],
)
def test_only_pages_for_everybody_are_counted(
    client: FlaskClient, landings: Landings, issue_id: int, method: str, path: str
) -> None:
    """No question about a page, no page that is not there, no feed, and nobody's own page."""
    visit(client, f"{path}?issue={issue_id}", method=method)

    assert seen(landings) == []


def test_without_redis_the_page_stands(app: Flask, client: FlaskClient, clock: Clock, issue_id: int) -> None:
    """The count is lost, and Redis is left alone for a while."""
    kept = app.extensions["storywell_landings"]
    app.extensions["storywell_landings"] = away = Counter(Landings("unix:///nowhere.sock"), clock)
    try:
        assert visit(client, f"{STORY}?issue={issue_id}") == 200
    finally:
        app.extensions["storywell_landings"] = kept
    assert away.is_resting
    clock.at += AWAY
    assert not away.is_resting


def test_a_visit_leaves_no_trace_of_the_visitor(
    client: FlaskClient, services: Services, landings: Landings, issue_id: int
) -> None:
    """No cookie, and no address or program in what is kept."""
    answer = client.get(f"{STORY}?issue={issue_id}", headers={"User-Agent": PHONE})

    assert "Set-Cookie" not in answer.headers
    kept = cast("dict[str, str]", landings._server.hgetall("storywell:landings"))
    assert kept == {f"{issue_id} {NOW.date()} {STORY}": "1"}
