"""Whose turn an issue is."""

from datetime import datetime

from service.db import Database
from service.issues.cadence import cadences_of, last_opening, opens_quarter
from service.issues.model import Issue, IssueState, Newsletter
from service.subscribers.model import Cadence
from tests.cast import NOW


def out(database: Database, newsletter: Newsletter, period: str, *, started: bool = True) -> Issue:
    """An issue of that day, at nine in London."""
    at = datetime.fromisoformat(f"{period}T08:00:00+00:00")
    with database.unit() as uow:
        issue = Issue(
            newsletter=uow.session.merge(newsletter), period=period, slug=period, subject=period, planned_for=at,
            state=IssueState.SENT if started else IssueState.DRAFT, started_at=at if started else None, created_at=NOW,
        )  # fmt: skip
        uow.session.add(issue)
    return issue


def test_the_first_issue_of_a_quarter_is_for_quarterly_readers_too(database: Database, newsletter: Newsletter) -> None:
    """The first that leaves, whatever its place in the rule."""
    june, july, august, october = (
        out(database, newsletter, f"2026-{month}-07", started=month != "10") for month in ("06", "07", "08", "10")
    )
    with database.read() as session:
        turns = [opens_quarter(session, session.merge(each, load=False)) for each in (june, july, august, october)]

        assert turns == [True, True, False, True]
        assert last_opening(session, october) == july.started_at
        assert last_opening(session, june) is None


def test_a_quarter_begins_at_midnight_where_the_newsletter_is(database: Database, newsletter: Newsletter) -> None:
    """23:30 on 30 June in UTC is July in London."""
    first, second = (out(database, newsletter, f"2026-07-0{day}") for day in (7, 8))
    with database.unit() as uow:
        uow.session.get_one(Issue, first.id).planned_for = datetime.fromisoformat("2026-06-30T23:30:00+00:00")
    with database.read() as session:
        assert not opens_quarter(session, session.get_one(Issue, second.id))


def test_big_news_is_for_those_who_want_only_that(database: Database, newsletter: Newsletter) -> None:
    """And an ordinary issue is not."""
    out(database, newsletter, "2026-07-07")
    plain = out(database, newsletter, "2026-08-04", started=False)
    with database.read() as session:
        issue = session.get_one(Issue, plain.id)

        assert cadences_of(session, issue) == (Cadence.EACH,)
        assert cadences_of(session, issue, big_news=True) == (Cadence.EACH, Cadence.BIG_NEWS)
