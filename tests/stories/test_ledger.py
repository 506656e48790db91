"""The ledger: chained, append-only, and proof against a hand in the database, on both kinds of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from service.db import Database
from service.stories.consent import ASKED_FOR_APPROVAL, Source, record_act, record_answers
from service.stories.ledger import GENESIS, PERSONAL, StoryConsent, canonical
from service.stories.model import Act, Method, Scope, Story
from service.stories.moderation import withdraw
from service.stories.proving import verify
from tests.cast import NOW
from tests.stories.tales import a_published_story

SOURCE = Source(method=Method.PHONE, preamble=ASKED_FOR_APPROVAL, recorded_by="editor:1", witness="Bo")


def answer(story: Story, *, web: bool) -> None:
    """One more answer for the website."""
    record_answers(story, {Scope.WEB: web}, story.words, SOURCE, organisation="The Group", given_at=NOW)


def by_hand(database: Database, *statements: str) -> None:
    """Somebody with a key to the database."""
    with database.unit() as uow:
        for statement in statements:
            uow.session.execute(text(statement))


def without_triggers(database: Database) -> None:
    """Somebody with all the keys."""
    if database.is_sqlite:
        by_hand(database, "DROP TRIGGER story_consents_stay", "DROP TRIGGER story_consents_as_given")
    else:
        by_hand(database, "ALTER TABLE story_consents DISABLE TRIGGER story_consents_stay")


@pytest.fixture
def story(database: Database) -> Story:
    """A story with three records in the ledger."""
    with database.unit() as uow:
        story = a_published_story(uow.session, scopes=[Scope.WEB, Scope.NEWSLETTER])
        answer(story, web=True)
    return story


@pytest.fixture(autouse=True)
def triggers_again(database: Database):  # type: ignore[no-untyped-def]
    """PostgreSQL keeps its tables from test to test."""
    yield
    if not database.is_sqlite:
        by_hand(database, "ALTER TABLE story_consents ENABLE TRIGGER story_consents_stay")


def test_each_record_follows_the_one_before(database: Database, story: Story) -> None:
    """Numbers without gaps, each with the hash of the record before it."""
    with database.read() as session:
        records = session.query(StoryConsent).order_by(StoryConsent.sequence).all()

        assert [each.sequence for each in records] == [1, 2, 3]
        assert [each.previous for each in records] == [GENESIS, records[0].hash, records[1].hash]
        assert verify(session).holds
        assert verify(session).head == records[2].hash


def test_the_canonical_form_is_the_documented_one() -> None:
    """Sorted keys, no blanks, ASCII, instants in UTC with six decimals, enums as their values."""
    assert canonical({"b": NOW, "a": Scope.WEB, "c": "é", "d": None, "e": True}) == (
        b'{"a":"web","b":"2026-06-10T09:30:00.000000Z","c":"\\u00e9","d":null,"e":true}'
    )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM story_consents WHERE sequence = 3",
        "UPDATE story_consents SET granted = false",
        "UPDATE story_consents SET statement = 'yes to everything'",
        "UPDATE story_consents SET erased_at = '2026-06-10 09:30:00', granted = false, statement = ''",
        "UPDATE story_consents SET expires_at = NULL",
    ],
)
def test_the_database_refuses_every_change(database: Database, story: Story, statement: str) -> None:
    """Also to somebody who speaks SQL."""
    with pytest.raises(DatabaseError, match="consent records are never"):
        by_hand(database, statement)


@pytest.mark.parametrize(
    ("statement", "sequence", "why"),
    [
        ("UPDATE story_consents SET granted = false WHERE sequence = 2", 2, "not as it was given"),
        ("UPDATE story_consents SET scope = 'bogus' WHERE sequence = 2", 2, "not as it was given"),
        ("UPDATE story_consents SET statement = 'x' WHERE sequence = 1", 1, "its words are not"),
        ("DELETE FROM story_consents WHERE sequence = 2", 3, "record 2 is missing"),
        ("DELETE FROM story_consents WHERE sequence = 3", None, "record 3 is missing: the chain had 3"),
    ],
)
def test_tampering_is_found(database: Database, story: Story, statement: str, sequence: int | None, why: str) -> None:
    """The first broken record is named, a missing one by its number, also the last."""
    without_triggers(database)
    by_hand(database, statement)

    with database.read() as session:
        verdict = verify(session)

    assert (verdict.holds, verdict.sequence) == (False, sequence)
    assert why in verdict.why


def test_a_chain_made_anew_is_not_the_one_on_paper(database: Database, story: Story) -> None:
    """Whoever can rewrite everything cannot rewrite a head that was written down elsewhere."""
    with database.read() as session:
        on_paper = verify(session).head
    with database.unit() as uow:
        answer(uow.session.get_one(Story, story.id), web=True)
    with database.read() as session:
        assert verify(session, on_paper).holds
        assert not verify(session, "f" * 64).holds


def test_erasure_empties_words_and_the_chain_still_holds(database: Database, story: Story) -> None:
    """Hashes, choices and dates stay."""
    emptied = ", ".join(f"{name} = ''" for name in (*PERSONAL, "salt"))
    by_hand(database, f"UPDATE story_consents SET {emptied}, erased_at = '2026-06-10 09:30:00'")

    with database.read() as session:
        assert verify(session).holds
    with pytest.raises(DatabaseError, match="never changed"):
        by_hand(database, "UPDATE story_consents SET erased_at = '2027-06-10 09:30:00'")


def test_answers_at_the_same_time_stand_one_after_the_other(database: Database) -> None:
    """The chain does not fork."""
    with database.unit() as uow:
        ids = [a_published_story(uow.session, f"story-{number}").id for number in range(4)]

    def add(story_id: int) -> None:
        with database.unit() as uow:
            answer(uow.session.get_one(Story, story_id), web=True)

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(add, ids))

    with database.read() as session:
        assert verify(session).holds
        assert verify(session).checked == 8


def test_other_acts_are_records_too(database: Database, story: Story) -> None:
    """Narrowing and withdrawing add; nothing is taken out."""
    with database.unit() as uow:
        mine = uow.session.get_one(Story, story.id)
        record_act(mine, [Scope.NEWSLETTER], Act.NARROW, SOURCE, organisation="The Group", given_at=NOW)
        withdraw(uow, mine, organisation="The Group", now=NOW)

    with database.read() as session:
        acts = [each.act for each in session.get_one(Story, story.id).consents]
        assert acts[-2:] == [Act.NARROW, Act.WITHDRAW]
        assert verify(session).holds
