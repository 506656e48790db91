"""Pins: an editor's word before the rule."""

import pytest
from sqlalchemy import func, select

from service.db import Database
from service.editors.model import Editor
from service.issues.compose import compose
from service.issues.errors import NoSuchIssue, NotEligible
from service.issues.model import Issue, IssueState, ItemKind, Newsletter
from service.issues.pins import IssuePin, can_be_pinned, open_pins, pin, unpin
from service.stories.model import Scope
from tests.cast import NOW
from tests.issues.paper import FIRST_JULY, a_story, an_article, days_before, take_back


def composed(database: Database, newsletter: Newsletter, period: str = "2026-07-07") -> Issue:
    """The issue of a period, with its items."""
    with database.unit() as uow:
        issue = compose(uow, uow.session.merge(newsletter), period, FIRST_JULY, NOW)
        assert issue.items is not None
    return issue


def pinned(database: Database, newsletter: Newsletter, editor: Editor, kind: ItemKind, row: int) -> int:
    """A pin by Eve."""
    with database.unit() as uow:
        return pin(uow, newsletter.id, kind, row, editor, now=NOW).id


def test_a_pin_beats_the_rule(database: Database, newsletter: Newsletter, editor: Editor) -> None:
    """The newer story and the later article come first, because an editor said so."""
    with database.unit() as uow:
        a_story(uow.session, "older", days_before(60))
        newer = a_story(uow.session, "newer", days_before(5))
        an_article(uow.session, "first", position=1)
        later = an_article(uow.session, "later", position=2)
    pinned(database, newsletter, editor, ItemKind.STORY, newer.id)
    pinned(database, newsletter, editor, ItemKind.ARTICLE, later.id)

    items = {item.kind: item for item in composed(database, newsletter).items}

    assert (items[ItemKind.STORY].story_id, items[ItemKind.ARTICLE].article_id) == (newer.id, later.id)
    assert items[ItemKind.STORY].why == items[ItemKind.ARTICLE].why == "You pinned it for the next issue."


def test_a_pin_is_for_one_issue(database: Database, newsletter: Newsletter, editor: Editor) -> None:
    """Unless that issue is cancelled before anybody got it."""
    with database.unit() as uow:
        story = a_story(uow.session, "the-bench")
    pinned(database, newsletter, editor, ItemKind.STORY, story.id)
    issue = composed(database, newsletter)
    with database.read() as session:
        assert open_pins(session, newsletter.id) == []

    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).state = IssueState.CANCELLED
        assert [each.row_id for each in open_pins(uow.session, newsletter.id)] == [story.id]


def test_a_pin_is_no_consent(database: Database, newsletter: Newsletter, editor: Editor) -> None:
    """A story that was taken back after it was pinned stays away."""
    with database.unit() as uow:
        story = a_story(uow.session, "the-bench")
        row = pin(uow, newsletter.id, ItemKind.STORY, story.id, editor, now=NOW).row_id
        take_back(story, Scope.NEWSLETTER)

    assert row not in {item.story_id for item in composed(database, newsletter).items}


def test_only_what_may_be_in_an_issue_can_be_pinned(database: Database, newsletter: Newsletter, editor: Editor) -> None:
    """No story without consent, none that was in an issue, and nothing twice."""
    with database.unit() as uow:
        web_only = a_story(uow.session, "web-only", scopes=(Scope.WEB,))
        had = a_story(uow.session, "had", days_before(9))
    composed(database, newsletter)
    with database.unit() as uow:
        free = a_story(uow.session, "free")
    pinned(database, newsletter, editor, ItemKind.STORY, free.id)

    for row in (web_only.id, had.id, free.id, 999):
        with pytest.raises(NotEligible), database.unit() as uow:
            pin(uow, newsletter.id, ItemKind.STORY, row, editor, now=NOW)
    with database.read() as session:
        assert can_be_pinned(session, session.get_one(Newsletter, newsletter.id), NOW) == []


def test_a_pin_can_be_taken_out(database: Database, newsletter: Newsletter, editor: Editor) -> None:
    """Twice is as good as once; at a newsletter that is not there, nothing can be pinned."""
    with database.unit() as uow:
        story = a_story(uow.session, "the-bench")
    number = pinned(database, newsletter, editor, ItemKind.STORY, story.id)
    for _ in range(2):
        with database.unit() as uow:
            unpin(uow, newsletter.id, number, editor, now=NOW)

    with database.read() as session:
        assert session.scalar(select(func.count(IssuePin.id))) == 0
    with pytest.raises(NoSuchIssue), database.unit() as uow:
        pin(uow, 999, ItemKind.STORY, story.id, editor, now=NOW)
