"""The report of an issue at the desk."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.delivery.figures import FIGURES, IssueFigures
from service.editors.model import Role
from service.issues.counts import Counted, Seen, add_up
from service.issues.model import Issue, IssueState
from tests.cast import NOW
from tests.issues.gone_out import an_issue
from tests.web.at_desk import browser

PAGE = "/desk/issues/1/report"


@pytest.fixture(autouse=True)
def issue_id(services: Services) -> int:
    """June, which 1,200 readers got."""
    made = an_issue(services, state=IssueState.REPORTED, accessibility=[])
    with services.database.unit() as uow:
        figures = dict.fromkeys(FIGURES, 0) | {"recipients": 1200, "handed_over": 1200, "delivered": 1140, "bounced": 6}
        uow.session.add(IssueFigures(issue_id=made, settled_at=NOW, **figures))
    return made


def seen(services: Services, **times: int) -> None:
    """What came back after June."""
    with services.database.unit() as uow:
        add_up(uow, [Seen(issue_id=1, what=Counted(what), day=NOW.date(), times=n) for what, n in times.items()])


def row(page: str, name: str) -> str:
    """The row of a table that begins with `name`, without its markup."""
    found = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_numbers_stand_with_their_share_and_in_words(desk: FlaskClient, services: Services) -> None:
    """Of those handed over."""
    seen(services, unsubscribed=12, landing=300, reply=2)
    page = desk.get(PAGE).text

    assert row(page, "Delivered").startswith("1,140 95.0%")
    assert row(page, "Bounced").startswith("6 0.5%")
    assert row(page, "Unsubscribed").startswith("12 1.0%")
    assert row(page, "Replies").startswith("2 0.2%")
    assert row(page, "Visits").startswith("300 Pages")
    assert "It found no fault." in page
    assert "are final since" in page


def test_small_numbers_are_not_told(desk: FlaskClient, services: Services) -> None:
    """Neither as a number nor as a share."""
    seen(services, unsubscribed=4, landing=3)
    page = desk.get(PAGE).text

    assert row(page, "Unsubscribed").startswith("fewer than 5 They")
    assert row(page, "Visits").startswith("fewer than 5 Pages")


def test_before_any_reply_it_does_not_pretend_to_know(desk: FlaskClient, services: Services) -> None:
    """A zero would say that nobody wrote."""
    assert row(desk.get(PAGE).text, "Replies").startswith("not known No reply to any issue has reached this service")
    seen(services, reply=1)

    assert row(desk.get(PAGE).text, "Replies").startswith("1 0.1% They answered")


def test_an_issue_that_still_moves_says_so(desk: FlaskClient, services: Services) -> None:
    """Its report can be read from the first mail on."""
    going = an_issue(services, "july", state=IssueState.SENDING, sent_at=None)

    assert "still move" in desk.get(f"/desk/issues/{going}/report").text


def test_the_issues_before_it_stand_beside_it(desk: FlaskClient, services: Services) -> None:
    """With a way to each; and the list and the issue lead to the report."""
    an_issue(services, "may")
    page = desk.get(PAGE).text

    assert '<a href="/desk/issues/2/report">May</a>' in page
    assert "This issue" in page
    for path in ("/desk/issues", "/desk/issues/1"):
        assert f'href="{PAGE}"' in desk.get(path).text


def test_the_file_is_offered_and_named(desk: FlaskClient) -> None:
    """Both issues and the words above them, for a spreadsheet."""
    assert f'href="{PAGE}/issues.csv"' in desk.get(PAGE).text
    answer = desk.get(f"{PAGE}/issues.csv")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="issues-monthly.csv"'
    assert answer.data.startswith(b"\xef\xbb\xbfissue,subject,")


@pytest.mark.parametrize("role", Role)
def test_everybody_at_the_desk_may_read_it(app: Flask, services: Services, role: Role) -> None:
    """It names nobody."""
    assert browser(app, services, role).get(PAGE).status_code == 200


def test_there_is_none_of_a_draft_or_for_strangers(desk: FlaskClient, client: FlaskClient, services: Services) -> None:
    """Nor of an issue that does not exist."""
    draft = an_issue(services, "draft", state=IssueState.DRAFT, started_at=None)

    for path in (f"/desk/issues/{draft}/report", "/desk/issues/99/report", f"/desk/issues/{draft}/report/issues.csv"):
        assert desk.get(path).status_code == 404
    assert "/desk/sign-in" in client.get(PAGE).headers["Location"]


def test_faults_of_accessibility_are_named(desk: FlaskClient, services: Services) -> None:
    """As the public archive names them."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, 1).accessibility = ["a picture has no alt text"]

    assert "<li>a picture has no alt text</li>" in desk.get(PAGE).text
