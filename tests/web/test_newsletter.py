"""The archive: what was sent, as pages that anybody may read."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.issues.compose import compose_next
from service.issues.model import Issue, IssueState
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import a_newsletter, a_story, an_article, take_back

PAGE = "/newsletter/monthly-2026-07-07"
EVERYWHERE = (Scope.WEB, Scope.NEWSLETTER, Scope.ARCHIVE)


@pytest.fixture(autouse=True)
def sent(services: Services) -> Issue:
    """An issue that was sent, with a story and an article."""
    with services.database.unit() as uow:
        paper = a_newsletter(uow.session)
        a_story(uow.session, "the-bench", scopes=EVERYWHERE)
        an_article(uow.session, "remission")
        issue = compose_next(uow, paper, NOW)
        issue.state, issue.started_at, issue.sent_at = IssueState.SENT, NOW, NOW
    return issue


def test_the_list_leads_to_the_issue(client: FlaskClient) -> None:
    """And says when the next one comes."""
    page = client.get("/newsletter").text

    assert f'href="{PAGE}"' in page
    assert "Monthly news, 7 July 2026" in page
    assert "The next one is planned for Tue 7 July 2026." in page


def test_an_issue_links_to_its_stories_and_articles(client: FlaskClient) -> None:
    """As a page of the site."""
    page = client.get(PAGE).text

    assert 'href="http://localhost/stories/the-bench"' in page
    assert 'href="http://localhost/understanding/remission"' in page
    assert "A blue blanket." in page


def test_the_archive_holds_nobodys_links(client: FlaskClient) -> None:
    """No greeting, no slot, no token, no cookie."""
    answer = client.get(PAGE)

    assert "%%" not in answer.text
    assert "/unsubscribe/" not in answer.text
    assert "/preferences/" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_story_taken_back_leaves_a_kind_line(client: FlaskClient, services: Services) -> None:
    """Its words and its title are gone at once; the rest of the issue stays."""
    with services.database.unit() as uow:
        take_back(uow.session.scalars(select(Story)).one(), Scope.ARCHIVE)

    page = client.get(PAGE).text

    assert "A story stood here in the mail." in page
    assert "blue blanket" not in page
    assert "The bench" not in page
    assert "Remission" in page


@pytest.mark.parametrize(
    ("state", "started", "status"),
    [(IssueState.DRAFT, False, 404), (IssueState.SCHEDULED, False, 404), (IssueState.SENDING, True, 200)],
)
def test_a_draft_is_nobodys_business(
    client: FlaskClient, services: Services, state: IssueState, started: bool, status: int
) -> None:
    """The page opens with the first mail that links to it."""
    with services.database.unit() as uow:
        issue = uow.session.scalars(select(Issue)).one()
        issue.state, issue.started_at = state, NOW if started else None

    assert client.get(PAGE).status_code == status
    assert PAGE not in client.get("/newsletter").text


def test_an_address_that_was_never_one(client: FlaskClient) -> None:
    """Is a page that says so."""
    assert client.get("/newsletter/weekly-2020-01-01").status_code == 404


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [([], "It found no fault."), (["a picture has no alt text"], "found 1 fault: a picture has no alt text.")],
)
def test_an_issue_carries_the_result_of_its_accessibility_check(
    client: FlaskClient, services: Services, faults: list[str], sentence: str
) -> None:
    """As it was kept when the issue left; one from before there was a check says nothing."""
    assert "A machine checked" not in client.get(PAGE).text
    with services.database.unit() as uow:
        uow.session.scalars(select(Issue)).one().accessibility = faults

    assert sentence in client.get(PAGE).text
