"""Passwords of accounts."""

import pytest
from argon2 import PasswordHasher

from service.editors import passwords
from service.editors.errors import PasswordTooShort
from service.editors.model import Editor
from service.editors.passwords import check_password, hash_password
from tests.cast import EVE, NOW

PASSWORD = "grey kettle on tuesday"


@pytest.fixture(scope="module")
def eve() -> Editor:
    """Eve, who has a password."""
    return Editor(email=EVE, password=hash_password(PASSWORD), created_at=NOW)


def test_the_right_password_opens_the_account(eve: Editor) -> None:
    """What was set is what is asked for."""
    assert check_password(eve, PASSWORD)


@pytest.mark.parametrize("typed", ["", "grey kettle on monday!", PASSWORD + " ", PASSWORD.upper()])
def test_any_other_password_does_not(eve: Editor, typed: str) -> None:
    """Nothing is trimmed and nothing is folded."""
    assert not check_password(eve, typed)


def test_an_account_without_a_password_cannot_be_opened_with_one() -> None:
    """Before one is set, only a link opens the account."""
    assert not check_password(Editor(email=EVE, created_at=NOW), "")


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    """An e with an accent may be one code point or two (NFKC)."""
    eve = Editor(email=EVE, password=hash_password("café at the corner"), created_at=NOW)

    assert check_password(eve, "cafe\u0301 at the corner")


@pytest.mark.parametrize("typed", ["", "elevenchars", "   "])
def test_a_password_under_twelve_characters_is_refused(typed: str) -> None:
    """Length is the rule, and the only one."""
    with pytest.raises(PasswordTooShort):
        hash_password(typed)


def test_twelve_characters_are_enough() -> None:
    """The shortest password that is taken is hashed with argon2id."""
    assert hash_password("twelve chars").startswith("$argon2id$")


def test_an_unknown_address_costs_the_same_work_as_a_wrong_password() -> None:
    """The decoy has the parameters of a real hash, so that the time tells nothing."""
    assert not PasswordHasher().check_needs_rehash(passwords._DECOY)
    assert not check_password(None, PASSWORD)
