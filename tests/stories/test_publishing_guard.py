"""The database itself refuses to show words that were not agreed to, whatever the code does (M6)."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from service.db import Database
from service.stories.model import Scope, Story, StoryState
from tests.cast import NOW
from tests.stories.tales import a_published_story, a_revision, an_answer, an_approved_story

REFUSED = "has not agreed to these words"


def show(database: Database, story_id: int, words_hash: str) -> None:
    """Publish with raw SQL."""
    with database.unit() as uow:
        uow.session.execute(
            text("UPDATE stories SET state = 'published', shown_hash = :hash, shown_at = :at WHERE id = :id"),
            {"hash": words_hash, "at": "2026-06-10 09:30:00.000000", "id": story_id},
        )


def test_the_approved_words_may_be_shown(database: Database) -> None:
    """The newest answer for the website is a yes for exactly these."""
    with database.unit() as uow:
        story = an_approved_story(uow.session, words=a_revision())

    show(database, story.id, story.words.hash)

    with database.read() as session:
        assert session.get_one(Story, story.id).state is StoryState.PUBLISHED


def test_other_words_are_refused(database: Database) -> None:
    """A hash that nobody approved, for a story that is public already and for one that is not."""
    with database.unit() as uow:
        waiting = an_approved_story(uow.session, "one", words=a_revision())
        public = a_published_story(uow.session, "two")

    for story in (waiting, public):
        with pytest.raises(DatabaseError, match=REFUSED):
            show(database, story.id, "f" * 64)


@pytest.mark.parametrize("newest", ["no", "ended", "newsletter only", "none"])
def test_without_a_living_yes_it_is_refused(database: Database, newest: str) -> None:
    """A later no, a yes that has ended, a yes for another place, no answer at all."""
    with database.unit() as uow:
        scopes = {"newsletter only": [Scope.NEWSLETTER], "none": []}.get(newest, [Scope.WEB])
        story = an_approved_story(uow.session, scopes=scopes, words=a_revision())
        if newest == "no":
            story.consents.append(an_answer(Scope.WEB, story.words, granted=False))
        if newest == "ended":
            story.consents.append(an_answer(Scope.WEB, story.words, expires_at=NOW - timedelta(seconds=1)))

    with pytest.raises(DatabaseError, match=REFUSED):
        show(database, story.id, story.words.hash)


def test_no_story_begins_public(database: Database) -> None:
    """Not even as a new row."""
    with database.unit() as uow, pytest.raises(DatabaseError, match=REFUSED):
        uow.session.add(Story(slug="sudden", state=StoryState.PUBLISHED, shown_at=NOW, created_at=NOW))
        uow.session.flush()


def test_a_public_story_may_change_otherwise(database: Database) -> None:
    """A content note needs no new answer, also after a no that has not been acted on yet."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.consents.append(an_answer(Scope.WEB, story.words, granted=False))
        uow.session.flush()
        story.content_notes = ["relapse"]
