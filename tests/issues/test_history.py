"""The history of an issue: every change is kept, and every state can come back."""

from datetime import timedelta

import pytest

from service.db import Database
from service.editors.model import Editor
from service.issues import editing, history
from service.issues.approvals import approve
from service.issues.comments import comments_of, say
from service.issues.editing import Direction
from service.issues.errors import ChangedMeanwhile, NoSuchIssue, NothingToUndo
from service.issues.model import Issue, IssueState, Item
from service.issues.revisions import revisions_of, since
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import take_back


def write(database: Database, issue: Issue, editor: Editor, words: str, place: int = 0) -> None:
    """Eve writes in an item."""
    with database.unit() as uow:
        editing.set_words(uow, issue.id, issue.items[place].id, "Hello", words, by=editor, now=NOW)


def state(database: Database, issue: Issue) -> tuple[str, list[tuple[str, str]]]:
    """The subject, and the kind and words of each item in order."""
    with database.read() as session:
        saved = session.get_one(Issue, issue.id)
        return saved.subject, [(item.kind.value, item.words) for item in saved.items]


def undo(database: Database, issue: Issue, editor: Editor) -> str:
    """Press Undo once."""
    with database.unit() as uow:
        return history.undo(uow, issue.id, by=editor, now=NOW)


def test_every_change_is_kept_with_who_when_and_what(database: Database, issue: Issue, editor: Editor) -> None:
    """After the draft as it was composed, which nobody made."""
    write(database, issue, editor, "Spring.")
    with database.unit() as uow:
        editing.move_item(uow, issue.id, issue.items[0].id, Direction.DOWN, by=editor, now=NOW + timedelta(hours=1))

    with database.read() as session:
        kept = [(step.revision.what, step.by.name if step.by else None) for step in history.history(session, issue.id)]
    assert kept == [
        ("Moved “Hello” to place 2.", "Eve"),
        ("Wrote in “Hello”.", "Eve"),
        ("The draft as it was composed.", None),
    ]


def test_differences_are_shown_word_by_word(database: Database, issue: Issue, editor: Editor) -> None:
    """Only the words that changed are marked."""
    write(database, issue, editor, "Spring is here.")
    write(database, issue, editor, "Summer is here.")

    with database.read() as session:
        (difference,) = history.history(session, issue.id)[0].differences
    assert difference.where == "“Hello”"
    assert [piece.text for piece in difference.words.before if piece.changed] == ["Spring"]
    assert [piece.text for piece in difference.words.after if piece.changed] == ["Summer"]


def test_the_same_words_again_are_no_change(database: Database, issue: Issue, editor: Editor) -> None:
    """No revision, and an approval stands."""
    write(database, issue, editor, "Spring.")
    with database.unit() as uow:
        approve(uow, issue.id, editor, now=NOW)
    write(database, issue, editor, "Spring.")

    with database.read() as session:
        assert len(revisions_of(session, issue.id)) == 2
        assert session.get_one(Issue, issue.id).state is IssueState.APPROVED


def test_undo_goes_back_step_by_step(database: Database, issue: Issue, editor: Editor) -> None:
    """To the draft as it was composed, and not beyond; the way back is in the history too."""
    composed = state(database, issue)
    write(database, issue, editor, "One.")
    one = state(database, issue)
    write(database, issue, editor, "Two.")
    with database.unit() as uow:
        editing.remove_item(uow, issue.id, issue.items[1].id, by=editor, now=NOW)

    assert undo(database, issue, editor) == "Took out “A story”."
    undo(database, issue, editor)
    assert state(database, issue) == one
    undo(database, issue, editor)
    assert state(database, issue) == composed
    with pytest.raises(NothingToUndo):
        undo(database, issue, editor)
    with database.read() as session:
        assert len(revisions_of(session, issue.id)) == 7


def test_undo_after_an_undo_and_a_change(database: Database, issue: Issue, editor: Editor) -> None:
    """Takes the new change back first, then what stood before."""
    composed = state(database, issue)
    write(database, issue, editor, "One.")
    one = state(database, issue)
    write(database, issue, editor, "Two.")
    undo(database, issue, editor)
    write(database, issue, editor, "Three.")

    undo(database, issue, editor)
    assert state(database, issue) == one
    undo(database, issue, editor)
    assert state(database, issue) == composed


def test_nothing_can_be_undone_in_a_fresh_draft(database: Database, issue: Issue, editor: Editor) -> None:
    """The page shows no button either."""
    with pytest.raises(NothingToUndo):
        undo(database, issue, editor)


def test_an_earlier_revision_comes_back_as_a_new_one(database: Database, issue: Issue, editor: Editor) -> None:
    """Also after an approval, which ends; and going back can be undone."""
    composed = state(database, issue)
    write(database, issue, editor, "One.")
    later = state(database, issue)
    with database.unit() as uow:
        approve(uow, issue.id, editor, now=NOW)

    with database.unit() as uow:
        assert history.restore(uow, issue.id, 1, by=editor, now=NOW) == 0

    assert state(database, issue) == composed
    with database.read() as session:
        assert [each.number for each in revisions_of(session, issue.id)] == [1, 2, 3]
        assert session.get_one(Issue, issue.id).state is IssueState.IN_REVIEW
    undo(database, issue, editor)
    assert state(database, issue) == later


def test_a_story_taken_back_does_not_come_back(database: Database, issue: Issue, editor: Editor) -> None:
    """Whatever revision is restored, its teller's no holds."""
    with database.unit() as uow:
        editing.remove_item(uow, issue.id, issue.items[1].id, by=editor, now=NOW)
        take_back(uow.session.get_one(Story, issue.items[1].story_id), Scope.NEWSLETTER)

    with database.unit() as uow:
        assert history.restore(uow, issue.id, 1, by=editor, now=NOW) == 1

    assert [kind for kind, _ in state(database, issue)[1]] == ["hello", "article", "dates", "prompt"]


def test_a_story_that_was_added_again_comes_back_once(database: Database, issue: Issue, editor: Editor) -> None:
    """It stands in the issue as another item, which makes room."""
    story = issue.items[1].story_id or 0
    with database.unit() as uow:
        editing.remove_item(uow, issue.id, issue.items[1].id, by=editor, now=NOW)
    with database.unit() as uow:
        editing.add_story(uow, issue.id, story, by=editor, now=NOW)

    with database.unit() as uow:
        assert history.restore(uow, issue.id, 1, by=editor, now=NOW) == 0

    assert [kind for kind, _ in state(database, issue)[1]].count("story") == 1


def test_an_item_that_comes_back_keeps_what_was_said_about_it(database: Database, issue: Issue, editor: Editor) -> None:
    """An undo gives the whole card back."""
    item = issue.items[1].id
    with database.unit() as uow:
        say(uow, issue.id, item, "Lovely.", editor, now=NOW)
        editing.remove_item(uow, issue.id, item, by=editor, now=NOW)
    undo(database, issue, editor)

    with database.read() as session:
        (said,) = comments_of(session, issue.id)
        assert session.get_one(Item, said.comment.item_id).kind == "story"


def test_a_revision_that_is_not_there(database: Database, issue: Issue, editor: Editor) -> None:
    """Nothing changes."""
    with pytest.raises(NoSuchIssue), database.unit() as uow:
        history.restore(uow, issue.id, 9, by=editor, now=NOW)


def test_words_saved_while_writing_are_one_revision(database: Database, issue: Issue, editor: Editor) -> None:
    """Within ten minutes; later, or with a press of Save, it is the next one."""
    hello = issue.items[0].id
    for minutes, words in ((0, "Spr"), (1, "Spring"), (2, "Spring."), (30, "Spring!")):
        with database.unit() as uow:
            at = NOW + timedelta(minutes=minutes)
            editing.set_words(uow, issue.id, hello, "Hello", words, by=editor, autosaved=True, now=at)

    with database.read() as session:
        kept = [each.items[0]["words"] for each in revisions_of(session, issue.id)][1:]
    assert kept == ["Spring.", "Spring!"]


def test_two_who_write_in_different_items_do_not_meet(database: Database, issue: Issue, editor: Editor) -> None:
    """Both saved from the same page; both changes stand. In the same item, the second is told."""
    seen = issue.version
    write(database, issue, editor, "One.")
    with database.unit() as uow:
        editing.set_words(uow, issue.id, issue.items[2].id, "Learn", "Two.", version=seen, now=NOW)
        editing.set_subject(uow, issue.id, "Spring", "", version=seen, now=NOW)
    with pytest.raises(ChangedMeanwhile), database.unit() as uow:
        editing.set_words(uow, issue.id, issue.items[0].id, "", "Three.", version=seen, now=NOW)

    assert [words for _, words in state(database, issue)[1]][::2][:2] == ["One.", "Two."]
    with database.read() as session:
        assert len(since(session, issue.id, seen)) == 3
