"""Who may stand in for an item: those that everybody who approved the issue was shown, in the words they saw."""

import pytest
from sqlalchemy.orm import Session

from service.db import Database
from service.editors.model import Editor, Role
from service.issues import approvals
from service.issues.errors import ChangedMeanwhile
from service.issues.fitting import Tailor, Wants
from service.issues.model import Issue, IssueState, ItemKind
from service.issues.standing_in import may_stand_in, seal
from service.stories.model import Story
from tests.cast import NOW
from tests.issues.paper import a_story, days_before


@pytest.fixture
def tea(database: Database, issue: Issue) -> int:
    """A story that is next in line."""
    with database.unit() as uow:
        return a_story(uow.session, "the-tea", days_before(5)).id


@pytest.fixture
def ada(database: Database) -> Editor:
    """A colleague of Eve."""
    with database.unit() as uow:
        person = Editor(email="ada@example.test", name="Ada", role=Role.EDITOR, created_at=NOW)
        uow.session.add(person)
    return person


def approve(database: Database, issue: Issue, *people: Editor, shown: str = "") -> IssueState:
    """They say yes one after the other."""
    for person in people:
        with database.unit() as uow:
            state = approvals.approve(uow, issue.id, person, shown=shown, now=NOW).state
    return state


def names(session: Session, issue: Issue) -> list[str]:
    """The titles of those that may stand in."""
    return [each.title for each in may_stand_in(session, session.get_one(Issue, issue.id), NOW)]


def instead(session: Session, issue: Issue) -> list[int | None]:
    """What somebody gets who has had the issue's story."""
    here = session.get_one(Issue, issue.id)
    own = next(item.story_id for item in here.items if item.story_id)
    fit = Tailor(session, here, NOW).fit(Wants(had=frozenset({own})))
    return [entry.story_id for entry in fit.entries if entry.kind is ItemKind.STORY]


def test_a_draft_shows_who_is_in_line(database: Database, issue: Issue, tea: int) -> None:
    """With what approvers have to know of each."""
    with database.read() as session:
        (found,) = may_stand_in(session, session.get_one(Issue, issue.id), NOW)

    assert (found.kind, found.id, found.title, found.teaser) == (ItemKind.STORY, tea, "The tea", "A blue blanket.")


def test_a_yes_is_for_those_that_were_shown(
    database: Database, issue: Issue, tea: int, editor: Editor, ada: Editor
) -> None:
    """They stand in; a story that joins the line later does not, though it may be mailed."""
    assert approve(database, issue, editor, ada) is IssueState.APPROVED
    with database.unit() as uow:
        a_story(uow.session, "the-walk", days_before(90))

    with database.read() as session:
        assert names(session, issue) == ["The tea"]
        assert instead(session, issue) == [tea]


def test_every_yes_counts(database: Database, issue: Issue, tea: int, editor: Editor, ada: Editor) -> None:
    """What came between two approvals was seen by one of them only."""
    approve(database, issue, editor)
    with database.unit() as uow:
        a_story(uow.session, "the-walk", days_before(90))
    approve(database, issue, ada)

    with database.read() as session:
        assert instead(session, issue) == [tea]


def test_one_that_was_edited_since_stays_out(
    database: Database, issue: Issue, tea: int, editor: Editor, ada: Editor
) -> None:
    """Its place closes, and the issue itself stays approved: its own words are as they were."""
    approve(database, issue, editor, ada)
    with database.unit() as uow:
        uow.session.get_one(Story, tea).content_notes = ["relapse"]

    with database.unit() as uow:
        assert instead(uow.session, issue) == []
        assert not approvals.send_back_changed(uow, NOW)


def test_a_page_that_showed_others_is_no_yes(
    database: Database, issue: Issue, tea: int, editor: Editor, ada: Editor
) -> None:
    """Somebody joined the line while it was read: it is shown again."""
    with database.read() as session:
        seen = seal(may_stand_in(session, session.get_one(Issue, issue.id), NOW))
    with database.unit() as uow:
        a_story(uow.session, "the-walk", days_before(90))

    with pytest.raises(ChangedMeanwhile):
        approve(database, issue, editor, shown=seen)
    with database.read() as session:
        now_seen = seal(may_stand_in(session, session.get_one(Issue, issue.id), NOW))
    assert approve(database, issue, editor, shown=now_seen) is IssueState.IN_REVIEW


def test_an_edit_asks_anew(database: Database, issue: Issue, tea: int, editor: Editor, ada: Editor) -> None:
    """The next approvers are shown the line of their own day."""
    approve(database, issue, editor, ada)
    with database.unit() as uow:
        a_story(uow.session, "the-walk", days_before(90))
        approvals.end_approvals(uow.session, uow.session.get_one(Issue, issue.id), NOW)

    with database.read() as session:
        assert set(names(session, issue)) == {"The tea", "The walk"}
