"""Stories told before the ledger was chained are not lost on the way: what was agreed to holds, and verifies."""

import json
from datetime import timedelta
from typing import Any

from alembic import command
from sqlalchemy import Connection, MetaData, Table, create_engine, insert, text

from service.cli.database import alembic_config
from service.db import Database
from service.stories.model import Assent, GivenBy, Scope, StoryDraft
from service.stories.proving import verify
from service.stories.visibility import visible_stories
from service.vault import Vault
from tests.cast import ADA, NOW
from tests.conftest import TEST_SECRET, Chime
from tests.contracts.test_migrations import empty_url  # noqa: F401 - a fixture
from tests.stories.tales import a_revision

BEFORE = "0003"
ANSWERS = {"web": True, "newsletter": False, "read_and_contact": True}
YES_UNTIL = NOW + timedelta(days=700)


def what_stood_there(connection: Connection) -> None:
    """A story on the site with an answer for each place, its teller, and a draft of somebody else."""
    words = a_revision()
    add(connection, "storytellers", email=ADA, email_key="key", email_proven_at=NOW, created_at=NOW)
    add(
        connection, "stories",
        slug="what-i-packed", storyteller_id=1, state="published", role="patient", format="story", naming="first",
        display_name="Tomasz", age_band="", stage="", country="", topics=[], content_notes=[], lang="en-GB",
        shown_hash=words.hash, created_at=NOW, submitted_at=NOW, approved_at=NOW, published_at=NOW, decline_rule="",
        decline_note="", version=1,
    )  # fmt: skip
    add(
        connection, "story_revisions",
        story_id=1, number=1, title=words.title, teaser=words.teaser, body=words.body, author="storyteller",
        created_at=NOW, hash=words.hash,
    )  # fmt: skip
    for scope, granted in ANSWERS.items():
        add(
            connection, "story_consents",
            story_id=1, scope=scope, granted=granted, revision_hash=words.hash, statement="May we? Größe, שלום 💛",
            statement_version="1", lang="en-GB", given_by="self", method="web", recorded_by="", witness="",
            given_at=NOW, expires_at=YES_UNTIL if granted else None,
        )  # fmt: skip
    add(
        connection, "story_drafts",
        answers={"text": "It began 💛"}, created_at=NOW, saved_at=NOW, expires_on=(NOW + timedelta(days=60)).date(),
    )  # fmt: skip


def add(connection: Connection, table: str, **values: Any) -> None:
    """One row, in the columns that the table had."""
    reflected = Table(table, MetaData(), autoload_with=connection)
    connection.execute(insert(reflected).values(**values))


def test_a_story_from_before_the_ledger_goes_through(empty_url: str) -> None:  # noqa: F811 - the fixture
    """It is still on the site, with its answers as they were; the chain holds; the draft can be gone on with."""
    command.upgrade(alembic_config(empty_url), BEFORE)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        what_stood_there(connection)
    engine.dispose()
    command.upgrade(alembic_config(empty_url), "head")
    database = Database(empty_url, Chime(), pool_size=1)
    Vault((TEST_SECRET.encode(),)).guard(database.engine)

    with database.read() as session:
        verdict = verify(session)
        assert (verdict.holds, verdict.checked) == (True, len(ANSWERS))
        [(story, words)] = session.execute(visible_stories(Scope.WEB, NOW)).all()
        assert story.storyteller is not None
        assert (words.title, story.storyteller.email, story.shown_at) == ("What I packed", ADA, NOW)
        assert {one.scope.value: one.granted for one in story.consents} == ANSWERS
        assert {(one.given_by, one.assent) for one in story.consents} == {(GivenBy.SELF, Assent.NOT_ASKED)}
        assert session.get_one(StoryDraft, 1).answers == {"text": "It began 💛"}
    database.close()


def test_the_way_back_keeps_the_answers(empty_url: str) -> None:  # noqa: F811 - the fixture
    """Down to the tables of before and up again: the answers stand as they were given, and verify."""
    command.upgrade(alembic_config(empty_url), BEFORE)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        what_stood_there(connection)
    for way, revision in ((command.upgrade, "0004"), (command.downgrade, BEFORE), (command.upgrade, "head")):
        way(alembic_config(empty_url), revision)
    engine.dispose()
    database = Database(empty_url, Chime(), pool_size=1)

    with database.read() as session:
        assert verify(session).holds
        granted = session.execute(text("SELECT scope, granted FROM story_consents")).all()
    database.close()
    assert json.dumps({scope: bool(yes) for scope, yes in granted}) == json.dumps(ANSWERS)
