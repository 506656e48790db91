"""The vault: nothing to read at rest, and keys that can be changed."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import Text, select, text, type_coerce

from service.bootstrap import Services, bootstrap
from service.cli import main
from service.db import Database, SilentDoorbell
from service.rotation import rotate
from service.settings import Settings
from service.stories.model import StoryDraft, Storyteller
from service.tokens import Purpose, Tokens
from service.vault import MARK, Vault, VaultClosed
from tests.cast import ADA, NOW
from tests.conftest import TEST_SECRET

OLD, NEW = b"an-old-secret-of-at-least-32-characters", b"a-new-secret-of-at-least-32-characters!"


def a_teller(database: Database, email: str = ADA) -> None:
    """A storyteller with a draft."""
    with database.unit() as uow:
        uow.session.add(Storyteller(email=email, email_key="old", name="Ada L", created_at=NOW))
        uow.session.add(StoryDraft(answers={"text": "flu"}, created_at=NOW, saved_at=NOW, expires_on=NOW.date()))


def stored(database: Database) -> list[str]:
    """What stands in the tables."""
    with database.read() as session:
        rows = session.execute(select(type_coerce(Storyteller.email, Text), type_coerce(Storyteller.name, Text)))
        drafts = session.scalars(select(type_coerce(StoryDraft.answers, Text)))
        return [*(value for row in rows for value in row), *drafts]


def test_nothing_can_be_read_at_rest(database: Database) -> None:
    """Name, address and draft are tokens in the tables, and themselves for us."""
    a_teller(database)

    assert all(value.startswith(MARK) for value in stored(database))
    assert not any(word in " ".join(stored(database)) for word in (ADA, "Ada L", "flu"))
    with database.read() as session:
        assert session.scalars(select(Storyteller)).one().email == ADA
        assert session.scalars(select(StoryDraft)).one().answers == {"text": "flu"}


def test_without_keys_it_stays_shut(database: Database, database_url: str) -> None:
    """An engine that nobody gave keys reads nothing, and neither do other keys."""
    a_teller(database)
    for keys in ((), (NEW,)):
        other = Database(database_url, SilentDoorbell())
        if keys:
            Vault(keys).guard(other.engine)
        with other.read() as session, pytest.raises(VaultClosed):
            session.scalars(select(Storyteller)).one()
        other.close()


def test_what_was_written_before_the_vault_is_read_and_sealed(database: Database) -> None:
    """An address from before opens as it is; the first rotation seals it."""
    vault = Vault((TEST_SECRET.encode(),))
    a_teller(database)
    with database.unit() as uow:
        uow.session.execute(text("UPDATE storytellers SET email = 'ben@example.test'"))
    with database.read() as session:
        assert session.scalars(select(Storyteller)).one().email == "ben@example.test"

    assert rotate(database, vault, Tokens((TEST_SECRET.encode(),))).sealed == 1
    assert all(value.startswith(MARK) for value in stored(database))


def test_keys_are_changed(database: Database) -> None:
    """After a rotation the old key is not needed any more, and a second rotation finds nothing to do."""
    Vault((OLD,)).guard(database.engine)
    a_teller(database)
    both = Vault((NEW, OLD))
    both.guard(database.engine)

    assert rotate(database, both, Tokens((NEW, OLD))).sealed == 3
    assert rotate(database, both, Tokens((NEW, OLD))).sealed == 0

    Vault((NEW,)).guard(database.engine)
    with database.read() as session:
        teller = session.scalars(select(Storyteller)).one()
        assert (teller.email, teller.name) == (ADA, "Ada L")
        assert teller.email_key == Tokens((NEW,)).keyed_hash(Purpose.STORYTELLER, ADA)


def test_the_command_says_what_it_did(services: Services) -> None:
    """`storywell vault rotate --json`."""
    a_teller(services.database)

    done = CliRunner().invoke(main, ["vault", "rotate", "--json"], obj=services)

    assert (done.exit_code, json.loads(done.output)) == (0, {"looked_at": 3, "sealed": 0})


def test_a_lost_key_is_one_clear_line(services: Services, settings: Settings) -> None:
    """Nothing is changed, and the exit says so."""
    Vault((OLD,)).guard(services.database.engine)
    a_teller(services.database)
    again = bootstrap(settings, doorbell=SilentDoorbell())

    done = CliRunner().invoke(main, ["vault", "rotate"], obj=again)

    again.close()
    assert done.exit_code == 1
    assert "none of SECRET_KEYS" in done.output
