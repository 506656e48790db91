"""A story in an issue to come is taken back: the next one stands in, or its slot closes; nobody's yes is stretched."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db import Database
from service.editors.model import Editor, TrailEntry
from service.issues import approvals
from service.issues.content import archived, mailed
from service.issues.model import Issue, IssueApproval, IssueState, ItemKind
from service.issues.queries import issue_at_desk
from service.issues.taking_back import issue_places
from service.links import Links
from service.stories.erasure import erase_story
from service.stories.model import Revision, Scope, Story
from service.stories.moderation import withdraw
from service.stories.queries import story_for_change
from service.stories.take_backs import Place
from service.stories.taking_back import Outcome
from service.tokens import Tokens
from tests.cast import NOW
from tests.issues.paper import a_story
from tests.stories.tales import a_published_story

LINKS = Links("http://localhost", Tokens((b"a-secret-that-only-the-tests-know-0123456789",)))
APPROVED = [IssueState.APPROVED, IssueState.SCHEDULED, IssueState.PREFLIGHT]


def taken_back(database: Database, place: Place = Place.COMING) -> Outcome:
    """The story of the issue is taken back, and the fan-out comes by."""
    [surface] = [one for one in issue_places() if one.place is place]
    with database.unit() as uow:
        story = uow.session.scalars(select(Story).where(Story.slug == "the-bench")).one()
        withdraw(uow, story, organisation="The Group", now=NOW, by="storyteller")
        assert surface.was_there(uow.session, story)
        return surface.clean(uow, story, NOW)


def slots(database: Database, issue: Issue) -> list[tuple[str, str]]:
    """The slots with an item and the stories in them."""
    with database.read() as session:
        stories = {story.id: story.slug for story in session.scalars(select(Story))}
        found = issue_at_desk(session, issue.id)
        assert [item.position for item in found.items] == list(range(1, len(found.items) + 1))
        return [(item.slot, stories[item.story_id]) for item in found.items if item.story_id]


def approved(database: Database, issue: Issue, editor: Editor, state: IssueState = IssueState.APPROVED) -> None:
    """Eve says yes to the issue, and it goes on its way."""
    with database.unit() as uow:
        approvals.approve(uow, issue.id, editor, now=NOW).state = state


@pytest.mark.parametrize("state", [IssueState.DRAFT, IssueState.IN_REVIEW])
def test_in_a_draft_the_next_story_stands_in(database: Database, issue: Issue, state: IssueState) -> None:
    """In the same place, with why; words that editors wrote around the old one go with it."""
    with database.unit() as uow:
        a_story(uow.session, "the-window")
        draft = issue_at_desk(uow.session, issue.id)
        draft.state = state
        next(item for item in draft.items if item.story_id).words = "About the bench."
    assert slots(database, issue) == [("lead_story", "the-bench")]

    assert taken_back(database).clean
    assert slots(database, issue) == [("lead_story", "the-window")]
    with database.read() as session:
        [item] = [item for item in issue_at_desk(session, issue.id).items if item.story_id]
        assert item.why.startswith("It stands in for a story that its teller took back. Waiting since")
        assert item.words == ""
        assert session.scalars(select(TrailEntry.verb)).all()[-1] == "story_swapped"


def test_without_a_next_story_the_slot_is_closed(database: Database, issue: Issue) -> None:
    """And the issue says why it is empty."""
    assert taken_back(database).clean

    assert slots(database, issue) == []
    with database.read() as session:
        assert issue_at_desk(session, issue.id).skipped[-1] == {
            "slot": "lead_story",
            "reason": "A story stood here. Its teller took it back.",
        }


def test_a_story_that_somebody_added_by_hand_has_a_next_one_too(database: Database, issue: Issue) -> None:
    """Any story that waits."""
    with database.unit() as uow:
        a_story(uow.session, "the-window")
        next(item for item in issue_at_desk(uow.session, issue.id).items if item.story_id).slot = ""
    taken_back(database)

    assert slots(database, issue) == [("", "the-window")]


@pytest.mark.parametrize("state", APPROVED)
def test_an_approved_issue_gets_no_words_that_nobody_read(
    database: Database, issue: Issue, editor: Editor, state: IssueState
) -> None:
    """Its slot is closed although a story waits; it stays where it is, and its people's yes holds for the rest."""
    approved(database, issue, editor, state)
    with database.unit() as uow:
        a_story(uow.session, "the-window")

    assert taken_back(database).clean
    assert slots(database, issue) == []
    with database.unit() as uow:
        found = issue_at_desk(uow.session, issue.id)
        assert found.state is state
        assert approvals.is_as_approved(uow.session, found)
        assert approvals.send_back_changed(uow, NOW) == []
        assert approvals.standing_of(uow.session, found).complete
        rows = uow.session.scalars(select(IssueApproval).order_by(IssueApproval.id)).all()
        assert [row.ended_at for row in rows] == [NOW, None]
        assert rows[0].content_hash != rows[1].content_hash == found.approved_hash


def test_an_approved_issue_stays_approved_when_the_words_are_erased(
    database: Database, issue: Issue, editor: Editor
) -> None:
    """An hour later name and words are gone; nobody has to approve the rest anew."""
    approved(database, issue, editor, IssueState.SCHEDULED)
    taken_back(database)
    with database.unit() as uow:
        story = uow.session.scalars(select(Story).where(Story.slug == "the-bench")).one()
        erase_story(uow, story_for_change(uow.session, story.id), now=NOW + timedelta(hours=1))

    with database.unit() as uow:
        assert approvals.send_back_changed(uow, NOW) == []


def test_a_yes_is_not_carried_to_words_that_have_changed(database: Database, issue: Issue, editor: Editor) -> None:
    """An article was edited after the yes: the issue is not as approved, with the story or without it."""
    approved(database, issue, editor)
    with database.unit() as uow:
        next(item for item in issue_at_desk(uow.session, issue.id).items if item.article_id).heading = "Changed"
    taken_back(database)

    with database.unit() as uow:
        assert not approvals.is_as_approved(uow.session, issue_at_desk(uow.session, issue.id))


def test_an_editor_with_the_old_page_open_is_told(database: Database, issue: Issue) -> None:
    """The issue has a new version: nothing is changed on top of what they did not see."""
    with database.read() as session:
        seen = issue_at_desk(session, issue.id).version
    taken_back(database)

    with database.read() as session:
        assert issue_at_desk(session, issue.id).version > seen


def test_the_archive_loses_it_at_once(database: Database, issue: Issue, editor: Editor) -> None:
    """The page of an old issue is made anew for each reader; the item stays as history, and shows nothing."""
    with database.unit() as uow:
        found = issue_at_desk(uow.session, issue.id)
        found.state, found.started_at = IssueState.SENT, NOW

    assert taken_back(database, Place.ARCHIVE).clean
    with database.read() as session:
        sent = issue_at_desk(session, issue.id)
        for shown in (archived(session, sent, LINKS, NOW), mailed(session, sent, LINKS, NOW)):
            assert all("bench" not in f"{block.title} {block.teaser} {block.url}" for block in shown.items)


def test_a_mail_carries_sixty_words_of_a_story_at_most(database: Database, issue: Issue) -> None:
    """Whatever the story's own teaser is: the one place that writes it into a mail or its archive cuts it."""
    long = " ".join(f"word{n}" for n in range(200))
    for teaser, body in ((long, "Short."), ("", long)):
        words = Revision(number=1, title="Long", teaser=teaser, body=body, author="storyteller", created_at=NOW)
        with database.unit() as uow:
            slug = f"long-{len(teaser)}"
            story = a_published_story(uow.session, slug, scopes=[Scope.WEB, Scope.NEWSLETTER], words=words)
            item = next(item for item in issue_at_desk(uow.session, issue.id).items if item.kind is ItemKind.STORY)
            item.story_id = story.id

        with database.read() as session:
            content = mailed(session, issue_at_desk(session, issue.id), LINKS, NOW)
            [block] = [block for block in content.items if block.kind is ItemKind.STORY]
            assert "word59 …" in block.teaser
            assert "word60" not in f"{block.teaser} {block.text} {block.html}"
