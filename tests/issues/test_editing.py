"""What editors change in an issue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.db import Database
from service.editors.model import Editor
from service.issues import actions, approvals, editing, scheduling
from service.issues.editing import Direction
from service.issues.errors import ChangedMeanwhile, NoSuchIssue, NotEligible, NotPossibleNow
from service.issues.model import Issue, IssueState, Item, ItemKind, Newsletter
from service.mail.letterhead import Letterhead
from service.stories.model import Scope
from tests.cast import NOW
from tests.issues.paper import a_story, an_article, take_back


def kinds(database: Database, issue_id: int) -> list[str]:
    """The items in reading order, as the database has them."""
    with database.read() as session:
        return [item.kind for item in session.get_one(Issue, issue_id).items]


def test_the_hello_and_the_subject_can_be_written(database: Database, issue: Issue) -> None:
    """Each change counts the version up."""
    hello = issue.items[0]
    with database.unit() as uow:
        editing.set_words(uow, issue.id, hello.id, "Dear all", "Spring is here.", version=issue.version, now=NOW)
    with database.unit() as uow:
        editing.set_subject(uow, issue.id, "Spring", "Small things that help.", version=issue.version + 1, now=NOW)

    with database.read() as session:
        saved = session.get_one(Issue, issue.id)
        assert (saved.subject, saved.preheader) == ("Spring", "Small things that help.")
        assert (saved.items[0].heading, saved.items[0].words) == ("Dear all", "Spring is here.")
        assert saved.version == issue.version + 2


def test_the_second_of_two_editors_is_told(database: Database, issue: Issue) -> None:
    """Also when the first changed only an item; nothing is overwritten."""
    hello = issue.items[0]
    with database.unit() as uow:
        editing.set_words(uow, issue.id, hello.id, "", "Eve's words.", version=issue.version, now=NOW)

    with pytest.raises(ChangedMeanwhile), database.unit() as uow:
        editing.set_words(uow, issue.id, hello.id, "", "Other words.", version=issue.version, now=NOW)

    with database.read() as session:
        assert session.get_one(Item, hello.id).words == "Eve's words."


@pytest.mark.parametrize("scheduled", [False, True])
def test_an_edit_takes_approval_and_schedule_away(
    database: Database, issue: Issue, editor: Editor, scheduled: bool, head: Letterhead
) -> None:
    """What was read is not what would be sent."""
    with database.unit() as uow:
        approvals.approve(uow, issue.id, editor, now=NOW)
        if scheduled:
            scheduling.schedule(uow, issue.id, NOW, editor, head=head, now=NOW)

    with database.unit() as uow:
        edited = editing.set_subject(uow, issue.id, "New", "", now=NOW)

    assert (edited.state, edited.approved_by, edited.send_at) == (IssueState.IN_REVIEW, None, None)


def test_nothing_can_be_edited_once_it_leaves(
    database: Database, issue: Issue, editor: Editor, head: Letterhead
) -> None:
    """Readers have it."""
    with database.unit() as uow:
        approvals.approve(uow, issue.id, editor, now=NOW)
        scheduling.schedule(uow, issue.id, NOW, editor, head=head, now=NOW)
        actions.begin_sending(uow, issue.id, NOW)

    with pytest.raises(NotPossibleNow), database.unit() as uow:
        editing.set_subject(uow, issue.id, "New", "", now=NOW)


def test_items_move_up_and_down(database: Database, issue: Issue) -> None:
    """One place at a time; the first stays first."""
    hello, story = issue.items[0], issue.items[1]
    with database.unit() as uow:
        editing.move_item(uow, issue.id, story.id, Direction.UP, now=NOW)
        editing.move_item(uow, issue.id, story.id, Direction.UP, now=NOW)
    assert kinds(database, issue.id) == ["story", "hello", "article", "dates", "prompt"]

    with database.unit() as uow:
        editing.move_item(uow, issue.id, hello.id, Direction.DOWN, now=NOW)
    assert kinds(database, issue.id) == ["story", "article", "hello", "dates", "prompt"]


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(Direction)), max_size=12))
def test_moving_never_loses_or_doubles_an_item(moves: list[tuple[int, Direction]]) -> None:
    """Whatever the order of presses, the same items stand there, numbered from one."""
    items = list("abcde")
    order = items.copy()
    for place, to in moves:
        order = editing.moved(order, items[place], to)

    assert sorted(order) == items


def test_a_removed_item_leaves_no_gap(database: Database, issue: Issue) -> None:
    """And its story is free for a later issue."""
    story = issue.items[1]
    with database.unit() as uow:
        editing.remove_item(uow, issue.id, story.id, now=NOW)

    with database.read() as session:
        saved = session.get_one(Issue, issue.id)
        assert [item.position for item in saved.items] == [1, 2, 3, 4]
        assert [s.id for s, _ in editing.stories_to_add(session, saved, NOW)] == [story.story_id]


def test_a_story_that_waits_can_be_added(database: Database, issue: Issue) -> None:
    """At the end, with a sentence that says who put it there."""
    with database.unit() as uow:
        story = a_story(uow.session, "another")
        item = editing.add_story(uow, issue.id, story.id, now=NOW)

    assert (item.kind, item.story_id, item.position) == (ItemKind.STORY, story.id, 6)
    assert item.why == "You added it on 10 June 2026."


def test_a_story_without_consent_cannot_be_added(database: Database, issue: Issue) -> None:
    """Nor one that was in an issue, nor one that is not there."""
    with database.unit() as uow:
        silent = a_story(uow.session, "silent")
        take_back(silent, Scope.NEWSLETTER)

    for story_id in (silent.id, issue.items[1].story_id or 0, 404):
        with pytest.raises(NotEligible), database.unit() as uow:
            editing.add_story(uow, issue.id, story_id, now=NOW)


def test_an_article_can_be_added_once(database: Database, issue: Issue) -> None:
    """The second time it is in the issue already."""
    with database.unit() as uow:
        article = an_article(uow.session, "fatigue")
        editing.add_article(uow, issue.id, article.id, now=NOW)

    with pytest.raises(NotEligible), database.unit() as uow:
        editing.add_article(uow, issue.id, article.id, now=NOW)


def test_words_of_ones_own_can_be_added(database: Database, issue: Issue) -> None:
    """An item that comes from no list."""
    with database.unit() as uow:
        item = editing.add_words(uow, issue.id, "Thank you", "To all who wrote.", now=NOW)

    assert (item.kind, item.heading, item.words) == (ItemKind.ASK, "Thank you", "To all who wrote.")


def test_an_item_of_another_issue_is_not_touched(database: Database, issue: Issue, newsletter: Newsletter) -> None:
    """Both ids must fit together."""
    with database.unit() as uow:
        other = Issue(
            newsletter=uow.session.merge(newsletter), period="x", slug="x", subject="x", planned_for=NOW, created_at=NOW
        )
        uow.session.add(other)

    with pytest.raises(NoSuchIssue), database.unit() as uow:
        editing.remove_item(uow, other.id, issue.items[0].id, now=NOW)
