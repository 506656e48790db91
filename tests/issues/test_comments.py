"""What colleagues say about an issue."""

import pytest

from service.db import Database
from service.editors.model import Editor
from service.issues import comments, editing
from service.issues.approvals import approve
from service.issues.errors import NoSuchIssue
from service.issues.model import Issue, IssueState
from tests.cast import NOW
from tests.issues.paper import a_story


def test_a_comment_stands_with_its_item_and_its_writer(database: Database, issue: Issue, editor: Editor) -> None:
    """Open until somebody deals with it; and it can be opened again."""
    with database.unit() as uow:
        said = comments.say(uow, issue.id, issue.items[1].id, "Is this the right photo?", editor, now=NOW)
    with database.unit() as uow:
        comments.resolve(uow, issue.id, said.id, editor, now=NOW)
    with database.read() as session:
        (seen,) = comments.comments_of(session, issue.id)
        assert (seen.by.name, seen.is_open, seen.comment.resolved_by) == ("Eve", False, editor.id)

    with database.unit() as uow:
        comments.open_again(uow, issue.id, said.id, editor, now=NOW)
    with database.read() as session:
        assert comments.comments_of(session, issue.id)[0].is_open


def test_a_comment_takes_no_approval_away(database: Database, issue: Issue, editor: Editor) -> None:
    """Readers see nothing of it."""
    with database.unit() as uow:
        approve(uow, issue.id, editor, now=NOW)
    with database.unit() as uow:
        comments.say(uow, issue.id, None, "Well done.", editor, now=NOW)

    with database.read() as session:
        assert session.get_one(Issue, issue.id).state is IssueState.APPROVED


def test_a_comment_needs_an_item_of_the_issue(database: Database, issue: Issue, editor: Editor) -> None:
    """And to deal with one needs one that is there."""
    with pytest.raises(NoSuchIssue), database.unit() as uow:
        comments.say(uow, issue.id, 404, "Where?", editor, now=NOW)
    with pytest.raises(NoSuchIssue), database.unit() as uow:
        comments.resolve(uow, issue.id, 404, editor, now=NOW)


def test_a_new_item_inherits_nobodys_comments(database: Database, issue: Issue, editor: Editor) -> None:
    """Row ids may be used again; what was said is then about no item."""
    last = issue.items[-1].id
    with database.unit() as uow:
        story = a_story(uow.session, "another")
        comments.say(uow, issue.id, last, "Ask something else?", editor, now=NOW)
        editing.remove_item(uow, issue.id, last, by=editor, now=NOW)
    with database.unit() as uow:
        new = editing.add_story(uow, issue.id, story.id, by=editor, now=NOW)

    with database.read() as session:
        (said,) = comments.comments_of(session, issue.id)
        assert said.comment.item_id != new.id
