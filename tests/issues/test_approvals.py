"""Who must say yes to an issue, to which words, and what takes a yes away."""

import pytest
from sqlalchemy import select

from service.db import Database
from service.editors.model import Editor, Role, TrailEntry
from service.issues import approvals, editing
from service.issues.errors import ApprovedAlready, ChangedSinceApproval, EditedByYourself, RoleMayNotApprove
from service.issues.model import Issue, IssueApproval, IssueState
from service.issues.preflight.findings import PreflightBlocks
from service.issues.scheduling import clear_to_leave, schedule, schedule_by_itself
from service.library.model import Article
from service.mail.letterhead import Letterhead
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import FIRST_JULY, take_back


def colleague(database: Database, name: str, role: Role = Role.EDITOR) -> Editor:
    """Another account."""
    with database.unit() as uow:
        person = Editor(email=f"{name}@example.test", name=name.title(), role=role, created_at=NOW)
        uow.session.add(person)
    return person


def approved_by(database: Database, issue: Issue, *people: Editor) -> IssueState:
    """Where the issue stands after these people have said yes, one after the other."""
    for person in people:
        with database.unit() as uow:
            state = approvals.approve(uow, issue.id, person, now=NOW).state
    return state


def edited_by(database: Database, issue: Issue, person: Editor | None, subject: str = "July") -> None:
    """Somebody changes the subject."""
    with database.unit() as uow:
        editing.set_subject(uow, issue.id, subject, "", by=person, now=NOW)


def verbs(database: Database) -> list[str]:
    """What the trail says."""
    with database.read() as session:
        return list(session.scalars(select(TrailEntry.verb).order_by(TrailEntry.id)))


def state_of(database: Database, issue: Issue) -> IssueState:
    """Where it stands."""
    with database.read() as session:
        return session.get_one(Issue, issue.id).state


def test_two_people_approve(database: Database, issue: Issue, editor: Editor) -> None:
    """After the first yes it is in review, after the second it is approved."""
    bo = colleague(database, "bo")

    assert approved_by(database, issue, editor) is IssueState.IN_REVIEW
    assert approved_by(database, issue, bo) is IssueState.APPROVED
    assert verbs(database) == ["approved", "approved"]


def test_nobody_says_yes_twice(database: Database, issue: Issue, editor: Editor) -> None:
    """One person is one person."""
    colleague(database, "bo")
    approved_by(database, issue, editor)

    with pytest.raises(ApprovedAlready), database.unit() as uow:
        approvals.approve(uow, issue.id, editor, now=NOW)


def test_a_team_of_one_approves_its_own_words_and_the_trail_says_so(
    database: Database, issue: Issue, editor: Editor
) -> None:
    """A closed account and a viewer are no colleagues."""
    colleague(database, "val", Role.VIEWER)
    gone = colleague(database, "gone")
    with database.unit() as uow:
        uow.session.get_one(Editor, gone.id).active = False
    edited_by(database, issue, editor)

    assert approved_by(database, issue, editor) is IssueState.APPROVED
    assert verbs(database) == ["edited", "approved_alone"]


def test_whoever_edited_last_does_not_approve(database: Database, issue: Issue, editor: Editor) -> None:
    """A colleague can: of two people the other one is enough."""
    bo = colleague(database, "bo")
    edited_by(database, issue, editor)

    with pytest.raises(EditedByYourself), database.unit() as uow:
        approvals.approve(uow, issue.id, editor, now=NOW)
    assert approved_by(database, issue, bo) is IssueState.APPROVED


def test_in_a_team_of_three_the_two_others_approve(database: Database, issue: Issue, editor: Editor) -> None:
    """The last editor is not one of the two."""
    bo, cy = colleague(database, "bo"), colleague(database, "cy")
    edited_by(database, issue, editor)

    assert approved_by(database, issue, bo) is IssueState.IN_REVIEW
    assert approved_by(database, issue, cy) is IssueState.APPROVED


def test_a_newsletter_may_ask_for_one_person(database: Database, issue: Issue, editor: Editor) -> None:
    """However large the team is."""
    colleague(database, "bo")
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.approvals = 1

    assert approved_by(database, issue, editor) is IssueState.APPROVED


def test_a_newsletter_may_ask_for_a_role(database: Database, issue: Issue, editor: Editor) -> None:
    """Two editors are not enough where a reviewer is wanted; a viewer never is."""
    bo, rae = colleague(database, "bo"), colleague(database, "rae", Role.REVIEWER)
    val = colleague(database, "val", Role.VIEWER)
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.approver_roles = ["reviewer"]

    with pytest.raises(RoleMayNotApprove), database.unit() as uow:
        approvals.approve(uow, issue.id, val, now=NOW)
    assert approved_by(database, issue, editor, bo) is IssueState.IN_REVIEW
    assert approved_by(database, issue, rae) is IssueState.APPROVED


def test_the_only_reviewer_approves_even_after_an_edit_of_their_own(
    database: Database, issue: Issue, editor: Editor
) -> None:
    """Otherwise nobody could."""
    rae = colleague(database, "rae", Role.REVIEWER)
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.approver_roles = ["reviewer"]
    edited_by(database, issue, rae)

    assert approved_by(database, issue, editor, rae) is IssueState.APPROVED


def test_an_edit_ends_every_yes(database: Database, issue: Issue, editor: Editor, head: Letterhead) -> None:
    """Back to review and off the schedule; even the old words back again need a new yes. The rows stay."""
    approved_by(database, issue, editor)
    with database.unit() as uow:
        schedule(uow, issue.id, FIRST_JULY, editor, head=head, now=NOW)
    edited_by(database, issue, None, "Other words")
    edited_by(database, issue, None, issue.subject)

    with database.read() as session:
        fresh = session.get_one(Issue, issue.id)
        assert (fresh.state, fresh.send_at, fresh.approved_hash) == (IssueState.IN_REVIEW, None, "")
        assert not approvals.standing_of(session, fresh).given
        assert session.scalars(select(IssueApproval.ended_at)).all() == [NOW]


def change_story(database: Database) -> None:
    """The name under a featured story changes."""
    with database.unit() as uow:
        uow.session.scalars(select(Story)).one().display_name = "Somebody else"


def change_article(database: Database) -> None:
    """The summary of a featured article changes."""
    with database.unit() as uow:
        uow.session.scalars(select(Article)).one().summary = "Another summary."


@pytest.mark.parametrize("change", [change_story, change_article])
def test_what_an_item_shows_must_stay_what_was_approved(
    database: Database, issue: Issue, editor: Editor, head: Letterhead, change: object
) -> None:
    """The timer finds it, takes the issue off the schedule and back to review, once."""
    approved_by(database, issue, editor)
    with database.unit() as uow:
        schedule(uow, issue.id, FIRST_JULY, editor, head=head, now=NOW)
        assert approvals.send_back_changed(uow, NOW) == []
    change(database)  # type: ignore[operator]

    with database.unit() as uow:
        assert [each.id for each in approvals.send_back_changed(uow, NOW)] == [issue.id]
        assert approvals.send_back_changed(uow, NOW) == []

    assert state_of(database, issue) is IssueState.IN_REVIEW
    assert verbs(database)[-1] == "sent_back_changed"


def test_changed_words_are_neither_scheduled_nor_sent(
    database: Database, issue: Issue, editor: Editor, head: Letterhead
) -> None:
    """Even if the timer has not come round yet."""
    approved_by(database, issue, editor)
    change_article(database)

    with pytest.raises(ChangedSinceApproval), database.unit() as uow:
        schedule(uow, issue.id, FIRST_JULY, editor, head=head, now=NOW)
    with database.unit() as uow:
        assert not clear_to_leave(uow, uow.session.get_one(Issue, issue.id), head, NOW)

    assert state_of(database, issue) is IssueState.IN_REVIEW


def test_a_story_taken_back_leaves_the_approval_of_the_rest(
    database: Database, issue: Issue, editor: Editor, head: Letterhead
) -> None:
    """Before the schedule somebody takes it out; once it is there the mail leaves without it."""
    approved_by(database, issue, editor)
    with database.unit() as uow:
        schedule(uow, issue.id, FIRST_JULY, editor, head=head, now=NOW)
        take_back(uow.session.scalars(select(Story)).one(), Scope.NEWSLETTER)

    with database.unit() as uow:
        assert clear_to_leave(uow, uow.session.get_one(Issue, issue.id), head, FIRST_JULY)
        with pytest.raises(PreflightBlocks):
            schedule(uow, issue.id, FIRST_JULY, editor, head=head, now=NOW)


def test_an_issue_schedules_itself_with_its_last_yes(
    database: Database, issue: Issue, editor: Editor, head: Letterhead
) -> None:
    """Where the newsletter says so, for its date."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.schedules_itself = True
    with database.unit() as uow:
        approved = approvals.approve(uow, issue.id, editor, now=NOW)
        assert schedule_by_itself(uow, approved, head=head, now=NOW) == []

    assert (approved.state, approved.send_at) == (IssueState.SCHEDULED, FIRST_JULY)


def test_an_issue_whose_date_has_passed_asks(
    database: Database, issue: Issue, editor: Editor, head: Letterhead
) -> None:
    """And so does one that preflight has something against."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.schedules_itself = True
        uow.session.get_one(Issue, issue.id).items[0].words = "TODO"
    with database.unit() as uow:
        approved = approvals.approve(uow, issue.id, editor, now=NOW)
        assert [each.code for each in schedule_by_itself(uow, approved, head=head, now=NOW)] == ["placeholder"]
        assert schedule_by_itself(uow, approved, head=head, now=FIRST_JULY) == []

    assert state_of(database, issue) is IssueState.APPROVED
