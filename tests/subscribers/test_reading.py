"""Ways of reading: equal ones are one profile, and nobody who looks at the tables learns what a reader avoids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, cast, func, select, type_coerce, update

from service.db import Base, Database
from service.rotation import rotate
from service.subscribers.avoiding import LABELS
from service.subscribers.erasure import erase
from service.subscribers.model import ReadingProfile, Subscriber
from service.subscribers.reading import (
    STANDARD,
    Reading,
    choose_reading,
    from_text,
    reading_of,
    readings,
    sweep_profiles,
    to_text,
)
from service.tokens import Tokens
from service.vault import MARK, Vault
from tests.cast import ADA, BEN, CLEO, NOW
from tests.conftest import TEST_SECRET
from tests.subscribers.readers import TOKENS, a_subscription, ada

OLD, NEW = b"an-old-secret-of-at-least-32-characters", b"a-new-secret-of-at-least-32-characters!"
GENTLE = Reading(avoid=frozenset({"death", "relapse"}))
ANY = st.builds(
    Reading,
    plain_text=st.booleans(),
    large_text=st.booleans(),
    discreet=st.booleans(),
    avoid=st.frozensets(st.sampled_from(list(LABELS)).map(str)),
    lang=st.sampled_from(["", "ar", "en-GB", "fr-CA"]),
)


def reads(database: Database, email: str, reading: Reading, tokens: Tokens = TOKENS) -> str:
    """Let somebody read like this; gives the key of the profile."""
    with database.unit() as uow:
        reader = uow.session.scalar(select(Subscriber).where(Subscriber.email == email))
        reader = reader or a_subscription(uow.session, email).subscriber
        choose_reading(uow, tokens, reader, reading, now=NOW)
        return reader.reading


def profiles(database: Database) -> int:
    """How many there are."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(ReadingProfile)) or 0


def sweep(database: Database) -> None:
    """What upkeep does."""
    with database.unit() as uow:
        sweep_profiles(uow)


@given(ANY)
def test_a_reading_comes_back_as_it_was(reading: Reading) -> None:
    """Through its one spelling, which is as long as any other: a length would tell how much somebody avoids."""
    assert from_text(to_text(reading)) == reading
    assert len(to_text(reading)) == len(to_text(STANDARD))


@given(ANY, ANY)
def test_different_readings_are_spelled_differently(one: Reading, other: Reading) -> None:
    """So they never share a profile."""
    assert (to_text(one) == to_text(other)) == (one == other)


def test_equal_choices_are_one_profile(database: Database) -> None:
    """An issue is rendered once for them."""
    keys = {reads(database, email, GENTLE) for email in (ADA, BEN)} | {reads(database, CLEO, Reading(discreet=True))}

    assert (len(keys), profiles(database)) == (2, 2)
    with database.read() as session:
        assert set(readings(session, keys).values()) == {GENTLE, Reading(discreet=True)}


def test_the_standard_has_no_row(database: Database) -> None:
    """Who has chosen nothing, or everything back, is like everybody else."""
    reads(database, ADA, GENTLE)

    assert reads(database, ADA, STANDARD) == ""
    with database.read() as session:
        assert reading_of(session, session.query(Subscriber).one()) == STANDARD
        assert readings(session, ["", "gone"]) == {"": STANDARD, "gone": STANDARD}
        assert readings(session, []) == {}


def test_saving_the_same_again_changes_nothing(database: Database) -> None:
    """Also when a sweep comes between."""
    key = reads(database, ADA, GENTLE)
    sweep(database)

    assert (reads(database, ADA, GENTLE), profiles(database)) == (key, 1)


def test_no_word_of_what_somebody_avoids_stands_in_the_database(database: Database) -> None:
    """Every column of every table, read as text; the same walk finds the address, so it does look."""
    ada(database)
    reads(database, ADA, Reading(avoid=frozenset(LABELS), discreet=True, lang="ar"))
    stored = ""
    with database.read() as session:
        for column in (column for table in Base.metadata.sorted_tables for column in table.columns):
            stored += " ".join(map(str, session.scalars(select(cast(type_coerce(column, Text), Text)))))

    assert ADA in stored
    assert [word for word in (*LABELS, "avoid", "discreet") if word in stored] == []


def test_a_key_says_nothing_about_the_choices(database: Database) -> None:
    """It is made anew each time, so that one who has old keys and old tables can guess nothing from it."""
    first = reads(database, ADA, GENTLE)
    reads(database, ADA, STANDARD)
    sweep(database)

    assert reads(database, ADA, GENTLE) != first


def test_only_unused_profiles_are_swept(database: Database) -> None:
    """What nobody reads by is forgotten, with the reader or with the choice."""
    for email, reading in ((ADA, GENTLE), (BEN, GENTLE), (CLEO, Reading(large_text=True))):
        reads(database, email, reading)
    with database.unit() as uow:
        erase(uow, TOKENS, 1, now=NOW)
    reads(database, CLEO, STANDARD)
    sweep(database)

    with database.read() as session:
        kept = session.scalars(select(ReadingProfile)).all()
    assert [from_text(profile.sealed) for profile in kept] == [GENTLE]

    with database.unit() as uow:
        erase(uow, TOKENS, 2, now=NOW)
    sweep(database)

    assert profiles(database) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_profile_that_is_being_chosen_is_not_swept(database: Database) -> None:
    """Only PostgreSQL lets two write at once: the sweep passes by what somebody holds."""
    key = reads(database, ADA, GENTLE)
    reads(database, ADA, STANDARD)
    with database.unit() as uow:
        choose_reading(uow, TOKENS, uow.session.query(Subscriber).one(), GENTLE, now=NOW)
        sweep(database)

    with database.read() as session:
        assert readings(session, [key]) == {key: GENTLE}


def test_profiles_are_found_under_every_key(database: Database) -> None:
    """While keys are changed, the old profile serves new readers; strangers' keys find nothing."""
    key = reads(database, ADA, GENTLE, Tokens((OLD,)))

    assert reads(database, BEN, GENTLE, Tokens((NEW, OLD))) == key
    assert reads(database, CLEO, GENTLE, Tokens((NEW,))) != key


def test_rotation_renews_the_seal_and_the_hash_and_leaves_the_key(database: Database) -> None:
    """After it the old key is needed for nothing; mails on their way still find the profile."""
    Vault((OLD,)).guard(database.engine)
    key = reads(database, ADA, GENTLE, Tokens((OLD,)))
    both = Vault((NEW, OLD))
    both.guard(database.engine)

    assert rotate(database, both, Tokens((NEW, OLD))).sealed == 1

    Vault((NEW,)).guard(database.engine)
    assert reads(database, BEN, GENTLE, Tokens((NEW,))) == key
    with database.read() as session:
        assert readings(session, [key]) == {key: GENTLE}


def test_the_profile_of_an_older_database_is_sealed_by_the_first_rotation(database: Database) -> None:
    """The migration has no keys: it leaves plain text in the open, which says nothing about anybody's health."""
    with database.unit() as uow:
        uow.session.add(ReadingProfile(key="old", fingerprint="", sealed="", created_at=NOW))
        uow.session.flush()
        clear = type_coerce('{"plain_text": true}', Text)
        uow.session.execute(update(ReadingProfile).values(sealed=clear))
        assert readings(uow.session, ["old"]) == {"old": Reading(plain_text=True)}
    rotate(database, Vault((TEST_SECRET.encode(),)), TOKENS)

    assert reads(database, ADA, Reading(plain_text=True)) == "old"
    with database.read() as session:
        assert session.scalars(select(type_coerce(ReadingProfile.sealed, Text))).one().startswith(MARK)


@pytest.mark.parametrize("left", ["death", "relapse"])
def test_a_changed_list_is_another_profile(database: Database, left: str) -> None:
    """One word less is another letter."""
    key = reads(database, ADA, GENTLE)

    assert reads(database, ADA, Reading(avoid=frozenset({left}))) != key
