"""Articles of others in an issue: chosen once, shown with the editor's words and where they lead."""

import pytest
from sqlalchemy import select

from service.db import Database
from service.issues.compose import compose
from service.issues.content import archived, mailed
from service.issues.editing import add_resource
from service.issues.errors import NotEligible
from service.issues.fingerprint import content_hash
from service.issues.model import Issue, ItemKind, Newsletter
from service.issues.render import render_issue
from service.library.resources import Resource, ResourceState
from service.library.suggestions import Answer, accept, follow, suggested, take_in
from service.mail.letterhead import Letterhead
from tests.cast import NOW
from tests.issues.paper import FIRST_JULY, a_newsletter
from tests.library.test_suggestions import ADDRESS, item, rss


@pytest.fixture
def paper(database: Database) -> Newsletter:
    """A newsletter with one place for articles of others."""
    with database.unit() as uow:
        return a_newsletter(uow.session, recipe={"slots": [{"slot": "elsewhere", "source": "resources"}]})


@pytest.fixture
def resource(database: Database) -> int:
    """One that an editor accepted; another still waits for a decision."""
    with database.unit() as uow:
        feed = follow(uow, ADDRESS, now=NOW)
        take_in(uow, feed.id, Answer(rss(item(), item("2", "Sleep", "/sleep"))), now=NOW)
        row = next(each.id for each in suggested(uow.session) if each.title == "Eating well")
        accept(uow, row, title="Food in treatment", words="Small meals help.", now=NOW)
    return row


def composed(database: Database, paper: Newsletter, period: str = "2026-07-07") -> Issue:
    """The issue of a period."""
    with database.unit() as uow:
        issue = compose(uow, uow.session.merge(paper), period, FIRST_JULY, NOW)
        assert issue.items is not None
    return issue


def test_an_accepted_one_comes_once(database: Database, paper: Newsletter, resource: int) -> None:
    """The suggestion that nobody decided about never; after that the slot stays empty and says why."""
    first, second = composed(database, paper), composed(database, paper, "2026-08-04")

    assert [(each.kind, each.resource_id) for each in first.items] == [(ItemKind.RESOURCE, resource)]
    assert first.items[0].why == "Accepted on 10 June 2026. Not in any issue yet."
    assert second.items == []
    assert second.skipped[0]["reason"].startswith("No accepted article of others is left")


def test_it_is_shown_with_the_editors_words_and_its_host(
    database: Database, paper: Newsletter, resource: int, head: Letterhead
) -> None:
    """In both parts of the mail, and in the archive; never with the words of the feed."""
    row = composed(database, paper).id
    with database.read() as session:
        issue = session.get_one(Issue, row)
        mail = render_issue(session, issue, head, NOW)
        blocks = archived(session, issue, head.links, NOW).items

    for words in ("Food in treatment", "on charity.example", "Small meals help.", "https://charity.example/eating"):
        assert words in mail.html
        assert words in mail.text
    assert "Plain & simple" not in mail.text
    assert blocks[0].link_words == "Read “Food in treatment” on charity.example"


def test_one_that_is_not_accepted_any_more_is_left_out(
    database: Database, paper: Newsletter, resource: int, head: Letterhead
) -> None:
    """And its place is named."""
    row = composed(database, paper).id
    with database.unit() as uow:
        uow.session.get_one(Resource, resource).state = ResourceState.PASSED
        content = mailed(uow.session, uow.session.get_one(Issue, row), head.links, NOW)

    assert content.items == []
    assert [each.resource_id for each in content.left_out] == [resource]


def test_other_words_are_another_content(database: Database, paper: Newsletter, resource: int) -> None:
    """An approval holds for the words that were read."""
    row = composed(database, paper).id
    with database.unit() as uow:
        issue = uow.session.get_one(Issue, row)
        before = content_hash(uow.session, issue)
        uow.session.scalars(select(Resource).where(Resource.id == resource)).one().words = "Other words."
        uow.session.flush()

        assert content_hash(uow.session, issue) != before


def test_an_editor_adds_one_as_an_item(database: Database, paper: Newsletter, resource: int) -> None:
    """Of a kind of its own, so that it is shown and counted as such; nobody adds it a second time."""
    with database.unit() as uow:
        draft = compose(uow, a_newsletter(uow.session, "weekly", recipe={"slots": []}), "2026-07-07", FIRST_JULY, NOW)
        item = add_resource(uow, draft.id, resource, now=NOW)

        assert (item.kind, item.resource_id, item.words) == (ItemKind.RESOURCE, resource, "")
        with pytest.raises(NotEligible):
            add_resource(uow, draft.id, resource, now=NOW)
