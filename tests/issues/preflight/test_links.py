"""The worker's look at an issue's links."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db import Database
from service.issues import editing
from service.issues.model import Issue, IssueState
from service.issues.preflight.links import issues_to_try, try_links
from service.issues.preflight.model import LinkCheck, LinkVerdict
from service.issues.preflight.visiting import Visit
from service.mail.letterhead import Letterhead
from tests.cast import NOW
from tests.conftest import Clock

WORDS = (
    "[One leaflet](https://one.example.org/), [another](https://two.example.org/), [ours](http://localhost/about), "
    "[a mailbox](mailto:us@example.org)"
)


class Tourist:
    """Goes wherever they are sent, and always has the same to tell."""

    def __init__(self, verdict: LinkVerdict = LinkVerdict.ANSWERS) -> None:
        self.verdict = verdict
        self.seen: set[str] = set()

    def __call__(self, url: str) -> Visit:
        """Remember it."""
        self.seen.add(url)
        return Visit(self.verdict, "answers with an error (404)")


@pytest.fixture(autouse=True)
def linking(database: Database, issue: Issue) -> None:
    """The hello links to two sites of others, to our own, and to a mailbox."""
    with database.unit() as uow:
        editing.set_words(uow, issue.id, issue.items[0].id, "", WORDS, now=NOW)


def test_only_the_sites_of_others_are_tried(database: Database, issue: Issue, head: Letterhead, clock: Clock) -> None:
    """And the answers are kept."""
    tourist = Tourist()

    try_links(database, issue.id, head, tourist, clock=clock)

    assert tourist.seen == {"https://one.example.org/", "https://two.example.org/"}
    with database.read() as session:
        kept = session.scalars(select(LinkCheck).order_by(LinkCheck.url)).all()
    assert [(check.url, check.verdict, check.checked_at) for check in kept] == [
        ("https://one.example.org/", LinkVerdict.ANSWERS, NOW),
        ("https://two.example.org/", LinkVerdict.ANSWERS, NOW),
    ]


def test_an_answer_is_good_for_an_hour(database: Database, issue: Issue, head: Letterhead, clock: Clock) -> None:
    """Then the link is tried again, and the newest answer counts."""
    try_links(database, issue.id, head, Tourist(), clock=clock)
    at_once = Tourist()
    try_links(database, issue.id, head, at_once, clock=clock)
    clock.move(hours=1)
    try_links(database, issue.id, head, Tourist(LinkVerdict.BROKEN), clock=clock)

    assert not at_once.seen
    with database.read() as session:
        assert set(session.scalars(select(LinkCheck.verdict))) == {LinkVerdict.BROKEN}


def test_the_links_of_an_issue_that_has_left_are_nobodys_business(
    database: Database, issue: Issue, head: Letterhead, clock: Clock
) -> None:
    """Nor those of one that is not there."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).state = IssueState.SENT
    tourist = Tourist()

    for issue_id in (issue.id, 404):
        try_links(database, issue_id, head, tourist, clock=clock)

    assert not tourist.seen


def test_issues_that_leave_soon_are_tried_again(database: Database, issue: Issue) -> None:
    """Three hours before their time."""
    with database.unit() as uow:
        fresh = uow.session.get_one(Issue, issue.id)
        fresh.state, fresh.send_at = IssueState.SCHEDULED, NOW + timedelta(hours=3)

    with database.read() as session:
        assert issues_to_try(session, NOW) == [issue.id]
        assert issues_to_try(session, NOW - timedelta(minutes=1)) == []
