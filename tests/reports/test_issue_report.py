"""The report of an issue: how many, never who."""

import csv
import io
from datetime import timedelta

import pytest

from service.bootstrap import Services
from service.delivery.figures import FIGURES, IssueFigures
from service.issues.counts import Counted, Seen, add_up
from service.issues.model import Issue, IssueState
from service.reports.issue_csv import BYTE_ORDER_MARK, COLUMNS, as_csv
from service.reports.issue_report import FEWER, IssueReport, report_on, shown, side_by_side, visits
from service.stories.model import Scope
from service.stories.thanks import thank
from tests.cast import NOW
from tests.issues.gone_out import an_issue
from tests.issues.paper import a_story, take_back

MONTH = timedelta(days=30)


@pytest.fixture
def issue_id(services: Services) -> int:
    """An issue that 200 readers got, and what came back."""
    made = an_issue(services, state=IssueState.REPORTED, accessibility=[])
    with services.database.unit() as uow:
        figures = dict.fromkeys(FIGURES, 0) | {"recipients": 200, "handed_over": 200, "delivered": 190, "bounced": 3}
        uow.session.add(IssueFigures(issue_id=made, settled_at=NOW, **figures))
        seen = {Counted.UNSUBSCRIBED: 4, Counted.REPLY: 2, Counted.LANDING: 7}
        add_up(uow, [Seen(issue_id=made, what=what, day=NOW.date(), times=times) for what, times in seen.items()])
        story = a_story(uow.session, "the-bench")
        for _ in range(3):
            thank(uow, story.id, made)
    return made


def report(services: Services, issue_id: int) -> IssueReport:
    """The report of one issue."""
    with services.database.read() as session:
        return report_on(session, session.get_one(Issue, issue_id))


def test_it_counts_what_arrived_and_what_came_back(services: Services, issue_id: int) -> None:
    """People, visits, and thank-yous."""
    found = report(services, issue_id)

    assert (found.handed_over, found.delivered, found.bounced) == (200, 190, 3)
    assert (found.unsubscribed, found.replies, found.landings, found.thanks) == (4, 2, 7, 3)
    assert found.share(found.delivered) == 0.95
    assert found.settled_at == NOW


def test_an_issue_that_nobody_got_has_no_shares(services: Services) -> None:
    """Nothing is divided by nothing, and nothing is settled."""
    found = report(services, an_issue(services))

    assert found.share(0) is None
    assert not found.is_settled


def test_the_last_twelve_stand_side_by_side(services: Services) -> None:
    """The latest first; drafts are not among them."""
    for number in range(14):
        an_issue(services, f"n{number}", at=NOW + number * MONTH)
    an_issue(services, "draft", at=NOW + 20 * MONTH, started_at=None)

    with services.database.read() as session:
        slugs = [each.issue.slug for each in side_by_side(session, 1)]
    assert slugs == [f"n{number}" for number in range(13, 1, -1)]


@pytest.mark.parametrize(("count", "words"), [(0, FEWER), (1, FEWER), (4, FEWER), (5, "5"), (12345, "12,345")])
def test_small_numbers_are_not_told(count: int, words: str) -> None:
    """They could point at somebody."""
    assert shown(count) == words


def test_the_address_of_a_story_that_was_taken_back_is_not_shown(services: Services, issue_id: int) -> None:
    """Its visits stay."""
    with services.database.unit() as uow:
        gone = a_story(uow.session, "gone")
        take_back(gone, Scope.WEB)
        for page, times in {"/stories/the-bench": 9, "/stories/gone": 8, "/stories/share": 6}.items():
            add_up(uow, [Seen(issue_id=issue_id, what=Counted.LANDING, day=NOW.date(), page=page, times=times)])

    with services.database.read() as session:
        pages = [(visit.page, visit.times) for visit in visits(session, issue_id, NOW)][:4]
    assert pages == [("/stories/the-bench", 9), ("", 8), ("", 7), ("/stories/share", 6)]


def test_the_file_is_what_spreadsheets_read(services: Services, issue_id: int) -> None:
    """RFC 4180 behind a byte order mark, one line an issue, and no cell that is run."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, issue_id).subject = '=HYPERLINK("https://evil.test";"June, ""free""")'
    with services.database.read() as session:
        text = as_csv(side_by_side(session, 1))

    assert text.startswith(BYTE_ORDER_MARK)
    assert text.count("\r\n") == 2
    [head, line] = csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""))
    row = dict(zip(head, line, strict=True))
    assert tuple(head) == COLUMNS
    assert row["subject"].startswith("'=HYPERLINK")
    assert (row["delivered"], row["unsubscribed"], row["visits"], row["thank_yous"]) == ("190", FEWER, "7", "3")
    assert (row["state"], row["accessibility_faults"]) == ("reported", "0")
