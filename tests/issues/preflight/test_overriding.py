"""Sending in spite of a finding takes a reason and a second person, and holds for one exact content."""

import pytest
from sqlalchemy import select

from service.db import Database
from service.editors.model import Editor, Role, TrailEntry
from service.issues import editing
from service.issues.errors import NotOverridable, SecondPersonNeeded
from service.issues.model import Issue
from service.issues.preflight.examine import blocks, examine
from service.issues.preflight.overriding import agree_to_override, ask_to_override
from service.mail.letterhead import Letterhead
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import take_back

KEY = "placeholder:xxx"


@pytest.fixture
def bo(database: Database) -> Editor:
    """A colleague."""
    with database.unit() as uow:
        person = Editor(email="bo@example.test", name="Bo", role=Role.EDITOR, created_at=NOW)
        uow.session.add(person)
    return person


@pytest.fixture(autouse=True)
def odd(database: Database, issue: Issue) -> None:
    """The issue names a film that looks like something unfinished."""
    with database.unit() as uow:
        editing.set_words(uow, issue.id, issue.items[0].id, "", "We saw the film xxx.", now=NOW)


def stops(database: Database, issue: Issue, head: Letterhead) -> list[str]:
    """What keeps it from leaving."""
    with database.read() as session:
        fresh = session.get_one(Issue, issue.id)
        return [each.key for each in blocks(session, fresh, examine(session, fresh, head, NOW))]


def test_two_people_send_it_in_spite_of_a_finding(
    database: Database, issue: Issue, editor: Editor, bo: Editor, head: Letterhead
) -> None:
    """The first gives a reason, the second agrees, and both are in the trail."""
    with database.unit() as uow:
        asked = ask_to_override(uow, issue.id, KEY, "It is the name.", editor, head=head, now=NOW)
    assert stops(database, issue, head) == [KEY]
    with database.unit() as uow:
        agree_to_override(uow, issue.id, asked.id, bo, now=NOW)

    assert stops(database, issue, head) == []
    with database.read() as session:
        entries = session.execute(select(TrailEntry.editor_id, TrailEntry.verb).order_by(TrailEntry.id)).all()
    assert entries[-2:] == [(editor.id, "asked_to_override_placeholder"), (bo.id, "agreed_to_override_placeholder")]


def test_nobody_is_their_own_second_person(database: Database, issue: Issue, editor: Editor, head: Letterhead) -> None:
    """Not even in a team of one."""
    with database.unit() as uow:
        asked = ask_to_override(uow, issue.id, KEY, "It is the name.", editor, head=head, now=NOW)

    with pytest.raises(SecondPersonNeeded), database.unit() as uow:
        agree_to_override(uow, issue.id, asked.id, editor, now=NOW)
    assert stops(database, issue, head) == [KEY]


def test_it_holds_for_exactly_this_content(
    database: Database, issue: Issue, editor: Editor, bo: Editor, head: Letterhead
) -> None:
    """After the next edit it stops the issue again."""
    with database.unit() as uow:
        asked = ask_to_override(uow, issue.id, KEY, "It is the name.", editor, head=head, now=NOW)
        agree_to_override(uow, issue.id, asked.id, bo, now=NOW)
    with database.unit() as uow:
        editing.set_subject(uow, issue.id, "Another subject", "", now=NOW)

    assert stops(database, issue, head) == [KEY]


@pytest.mark.parametrize(
    ("finding", "reason"), [(KEY, ""), ("placeholder:yyy", "Why not."), ("no_note:1", "A warning.")]
)
def test_only_what_stops_it_can_be_overridden_and_only_with_a_reason(
    database: Database, issue: Issue, editor: Editor, head: Letterhead, finding: str, reason: str
) -> None:
    """A warning needs no override."""
    with pytest.raises(NotOverridable), database.unit() as uow:
        ask_to_override(uow, issue.id, finding, reason, editor, head=head, now=NOW)


def test_a_storytellers_no_cannot_be_overridden(
    database: Database, issue: Issue, editor: Editor, head: Letterhead
) -> None:
    """Neither can the law."""
    with database.unit() as uow:
        take_back(uow.session.scalars(select(Story)).one(), Scope.NEWSLETTER)
    key = next(key for key in stops(database, issue, head) if key.startswith("consent"))

    with pytest.raises(NotOverridable), database.unit() as uow:
        ask_to_override(uow, issue.id, key, "We want to.", editor, head=head, now=NOW)


def test_what_was_asked_or_agreed_is_not_asked_again(
    database: Database, issue: Issue, editor: Editor, bo: Editor, head: Letterhead
) -> None:
    """Two colleagues press at the same time."""
    with database.unit() as uow:
        asked = ask_to_override(uow, issue.id, KEY, "It is the name.", editor, head=head, now=NOW)
    with pytest.raises(NotOverridable), database.unit() as uow:
        ask_to_override(uow, issue.id, KEY, "Me too.", bo, head=head, now=NOW)
    with database.unit() as uow:
        agree_to_override(uow, issue.id, asked.id, bo, now=NOW)

    with pytest.raises(NotOverridable), database.unit() as uow:
        agree_to_override(uow, issue.id, asked.id, bo, now=NOW)
