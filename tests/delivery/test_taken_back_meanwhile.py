"""A storyteller takes consent back at the very moment at which an issue with the story is started."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import event, select

from service.bootstrap import Services
from service.delivery.errors import ContentChanged
from service.delivery.ledger import claim, intend
from service.delivery.model import Batch, Variant
from service.delivery.start import start
from service.issues.model import Issue, IssueState, Item, ItemKind, Newsletter
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import a_story, take_back

BLANKET = "The blue blanket"
CONSENT = "story_consents"
"""The table that every such question reads."""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_story_taken_back_at_any_step_of_the_start_is_never_sent(
    services: Services, newsletter: Newsletter, readers: list[int]
) -> None:
    """Before each question for consent in turn: the copy is without it, or the hand-over finds that it is not.

    On PostgreSQL only: on SQLite nobody can write while an issue is started.
    """
    found = set()
    for number in count(1):
        issue_id, story_id = an_issue_with_a_story(services, newsletter, number)
        with taken_back_before(services, story_id, number) as done, services.database.unit() as uow:
            start(uow, issue_id, services.head, batch_size=9, slots=1, now=services.clock())
        if not done:
            break
        found.add(what_leaves(services, issue_id))

    assert found <= {"held", "without it", "found out"}
    assert "found out" in found, "or the story was never taken back between the rendering and its check"


def an_issue_with_a_story(services: Services, newsletter: Newsletter, number: int) -> tuple[int, int]:
    """One that is due; gives its id and the story's."""
    with services.database.unit() as uow:
        story = a_story(uow.session, f"the-blue-blanket-{number}")
        issue = Issue(
            newsletter=uow.session.merge(newsletter), period=f"june {number}", slug=f"june-{number}", subject="June",
            planned_for=NOW, state=IssueState.SCHEDULED, send_at=NOW, created_at=NOW,
        )  # fmt: skip
        issue.items.append(
            Item(issue=issue, position=1, kind=ItemKind.HELLO, slot="welcome", why="first", words="Hello.")
        )
        issue.items.append(
            Item(issue=issue, position=2, kind=ItemKind.STORY, slot="lead", why="newest", story_id=story.id)
        )
        uow.session.add(issue)
    return issue.id, story.id


@contextmanager
def taken_back_before(services: Services, story_id: int, number: int) -> Iterator[list[int]]:
    """Somebody else's transaction takes the story back before consent is asked for again; the list says so."""
    statements, done = count(1), list[int]()

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if CONSENT in statement and not done and next(statements) == number:
            done.append(number)
            with services.database.unit() as other:
                take_back(other.session.get_one(Story, story_id), Scope.NEWSLETTER)

    event.listen(services.database.engine, "before_cursor_execute", look)
    try:
        yield done
    finally:
        event.remove(services.database.engine, "before_cursor_execute", look)


def what_leaves(services: Services, issue_id: int) -> str:
    """What the first hand-over comes to."""
    with services.database.unit() as uow:
        holds = claim(uow.session, issue_id, "worker", most=9, now=services.clock())
        if not holds:
            return "held"
        try:
            intend(uow.session, holds, "worker", now=services.clock())
        except ContentChanged:
            return "found out"
        used = select(Batch.variant_id).where(Batch.issue_id == issue_id)
        texts = uow.session.scalars(select(Variant.text).where(Variant.id.in_(used))).all()
        return "the story" if any(BLANKET.lower() in text.lower() for text in texts) else "without it"
