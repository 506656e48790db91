"""The page that says what is in our mail."""

from flask.testing import FlaskClient

from service.bootstrap import Services
from service.delivery.model import Variant
from service.issues.model import IssueState
from tests.cast import NOW
from tests.issues.gone_out import an_issue

PAGE = "/newsletter/links"


def a_copy(services: Services, issue_id: int, html: str, *, edition: int = 1) -> None:
    """What was sent of an issue."""
    with services.database.unit() as uow:
        uow.session.add(
            Variant(
                issue_id=issue_id, key="default", edition=edition, lang="en", subject="June", text="", html=html,
                created_at=NOW,
            )
        )  # fmt: skip


def test_before_the_first_issue_it_says_so(client: FlaskClient) -> None:
    """And what we count all the same."""
    page = client.get(PAGE).text

    assert "We have not sent an issue yet." in page
    assert "What we count" in page


def test_it_reads_the_mail_of_the_last_issue(client: FlaskClient, services: Services) -> None:
    """Every edition of it, and none of a draft; the list of issues leads here."""
    june = an_issue(services, "june")
    a_copy(services, june, '<a href="http://localhost/stories/gone-since?issue=1">x</a><a href="%%unsubscribe_url%%">')
    a_copy(services, june, '<a href="https://elsewhere.test/x">x</a>', edition=2)
    draft = an_issue(services, "july", state=IssueState.DRAFT, started_at=None)
    a_copy(services, draft, '<a href="https://draft.test/">x</a>')

    page = client.get(PAGE).text
    assert "/stories/…?issue=…" in page
    assert "/unsubscribe/…" in page
    assert "elsewhere.test" in page
    assert "draft.test" not in page
    assert "gone-since" not in page  # a story may have been taken back
    assert "Nothing in this mail is loaded" in page
    assert PAGE in client.get("/newsletter").text
