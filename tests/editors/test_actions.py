"""What happens to accounts and sign-in links."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db import Database
from service.editors.actions import (
    LINK_LIFE,
    NOBODY,
    add_editor,
    ask_for_link,
    make_sign_in_link,
    set_password,
    use_sign_in_link,
)
from service.editors.errors import AddressTaken, LinkSpent, NotAnAddress, PasswordTooShort
from service.editors.model import Editor, Role, SignInLink, TrailEntry
from service.editors.passwords import check_password
from service.editors.queries import editor_by_email, editor_of_session, link_is_open
from service.mail.model import Notice
from service.tokens import Tokens
from tests.cast import EVE, MAL, NOW

TOKENS = Tokens((b"a-key-for-the-tests-of-the-editors",))
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def eve(database: Database) -> Editor:
    """Eve's account."""
    with database.unit() as uow:
        return add_editor(uow, EVE, name="Eve", role=Role.EDITOR, now=NOW)


@pytest.fixture
def link(database: Database, eve: Editor) -> str:
    """The token of a fresh link for Eve."""
    with database.unit() as uow:
        return make_sign_in_link(uow, eve, tokens=TOKENS, now=NOW)


def test_an_account_is_found_however_its_address_is_written(database: Database, eve: Editor) -> None:
    """Capitals and outer blanks do not matter."""
    with database.read() as session:
        found = editor_by_email(session, f" {EVE.upper()} ")

        assert found is not None
        assert found.id == eve.id


def test_an_address_has_one_account(database: Database, eve: Editor) -> None:
    """The same address in capitals is the same address."""
    with pytest.raises(AddressTaken), database.unit() as uow:
        add_editor(uow, EVE.upper(), role=Role.ADMIN, now=NOW)


@pytest.mark.parametrize("typed", ["", "eve", "@example.test", "eve@", "eve@localhost", "e ve@example.test"])
def test_an_account_needs_an_address(database: Database, typed: str) -> None:
    """A slip of the hand is told at once, not when the first mail comes back."""
    with pytest.raises(NotAnAddress), database.unit() as uow:
        add_editor(uow, typed, role=Role.EDITOR, now=NOW)


def test_a_link_signs_in_its_editor(database: Database, eve: Editor, link: str) -> None:
    """The token gives the account it was made for, and the trail says so."""
    with database.unit() as uow:
        assert use_sign_in_link(uow, TOKENS, link, now=LATER).id == eve.id

    with database.read() as session:
        assert [(entry.editor_id, entry.verb) for entry in session.scalars(select(TrailEntry))] == [
            (eve.id, "signed_in_by_link")
        ]


def test_a_link_works_once(database: Database, link: str) -> None:
    """The second use finds it spent."""
    with database.unit() as uow:
        use_sign_in_link(uow, TOKENS, link, now=LATER)

    with pytest.raises(LinkSpent), database.unit() as uow:
        use_sign_in_link(uow, TOKENS, link, now=LATER)


def test_a_link_ends_after_half_an_hour(database: Database, link: str) -> None:
    """At the very moment its life is over it no longer works."""
    with pytest.raises(LinkSpent), database.unit() as uow:
        use_sign_in_link(uow, TOKENS, link, now=NOW + LINK_LIFE)


def test_a_link_may_be_given_a_longer_life(database: Database, eve: Editor) -> None:
    """The first link of a new installation is read by somebody who is still finding their way."""
    with database.unit() as uow:
        link = make_sign_in_link(uow, eve, tokens=TOKENS, now=NOW, life=timedelta(hours=24))

    with database.unit() as uow:
        assert use_sign_in_link(uow, TOKENS, link, now=NOW + timedelta(hours=23)).id == eve.id


def test_looking_at_a_link_does_not_use_it(database: Database, link: str) -> None:
    """A mail scanner that follows it takes nothing away."""
    with database.read() as session:
        assert link_is_open(session, TOKENS, link, now=LATER)
        assert link_is_open(session, TOKENS, link, now=LATER)


def test_an_unknown_token_is_a_spent_link(database: Database, eve: Editor) -> None:
    """Mal learns nothing from trying."""
    with database.read() as session:
        assert not link_is_open(session, TOKENS, "made-up", now=NOW)
    with pytest.raises(LinkSpent), database.unit() as uow:
        use_sign_in_link(uow, TOKENS, "made-up", now=NOW)


def test_a_closed_account_cannot_be_entered(database: Database, eve: Editor, link: str) -> None:
    """Neither by a link that was made before nor by a session that was open."""
    with database.unit() as uow:
        uow.session.get_one(Editor, eve.id).active = False

    with database.read() as session:
        assert editor_by_email(session, EVE) is None
        assert editor_of_session(session, eve.fs_uniquifier) is None
    with pytest.raises(LinkSpent), database.unit() as uow:
        use_sign_in_link(uow, TOKENS, link, now=LATER)


def test_links_that_have_ended_are_forgotten(database: Database, eve: Editor, link: str) -> None:
    """A new link clears away the old ones of its editor."""
    with database.unit() as uow:
        make_sign_in_link(uow, eve, tokens=TOKENS, now=NOW + LINK_LIFE)

    with database.read() as session:
        assert len(session.scalars(select(SignInLink)).all()) == 1


def test_the_token_itself_is_not_stored(database: Database, link: str) -> None:
    """Whoever reads the database cannot sign in with it."""
    with database.read() as session:
        assert link not in session.scalars(select(SignInLink.token_hash)).one()


@pytest.mark.parametrize("address", [EVE, MAL])
def test_asking_for_a_link_costs_the_same_for_every_address(database: Database, eve: Editor, address: str) -> None:
    """One notice each; the one for nobody is thrown away by the worker that wants to write it."""
    with database.unit() as uow:
        ask_for_link(uow, address, now=NOW)

    with database.read() as session:
        notice = session.scalars(select(Notice)).one()
        assert (notice.template, notice.subject_id) == ("sign_in_link", eve.id if address == EVE else NOBODY)


def test_a_new_password_ends_every_session(database: Database, eve: Editor) -> None:
    """Whoever knew the old one is out."""
    with database.unit() as uow:
        set_password(uow, uow.session.get_one(Editor, eve.id), "grey kettle on tuesday", now=NOW)

    with database.read() as session:
        assert editor_of_session(session, eve.fs_uniquifier) is None
        assert check_password(editor_by_email(session, EVE), "grey kettle on tuesday")


def test_a_refused_password_changes_nothing(database: Database, eve: Editor) -> None:
    """The sessions stay as they are."""
    with pytest.raises(PasswordTooShort), database.unit() as uow:
        set_password(uow, uow.session.get_one(Editor, eve.id), "short", now=NOW)

    with database.read() as session:
        assert editor_of_session(session, eve.fs_uniquifier) is not None
