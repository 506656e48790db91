"""Tokens: opaque, for one purpose, for ever; and hashes that need a key."""

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from service.tokens import BadToken, Purpose, Tokens, derive_key

OLD, NEW = b"o" * 32, b"n" * 32
TOKENS = Tokens((NEW, OLD))
ROWS = st.integers(0, 2**63 - 1)


@given(ROWS, st.sampled_from(Purpose))
def test_a_sealed_token_opens_to_its_row(row: int, purpose: Purpose) -> None:
    """What was sealed for a purpose comes back for that purpose."""
    assert TOKENS.open(purpose, TOKENS.seal(purpose, row)) == row


@given(ROWS)
def test_a_token_is_good_for_its_purpose_only(row: int) -> None:
    """An unsubscribe token opens no preference page."""
    with pytest.raises(BadToken):
        TOKENS.open(Purpose.PREFERENCES, TOKENS.seal(Purpose.SUBSCRIPTION, row))


def test_a_token_of_a_retired_signing_key_still_opens() -> None:
    """Links in old mails work for as long as the old key is kept."""
    old = Tokens((OLD,)).seal(Purpose.SUBSCRIPTION, 7)

    assert TOKENS.open(Purpose.SUBSCRIPTION, old) == 7


@given(st.text())
def test_anything_else_is_a_bad_token(text: str) -> None:
    """No text that we did not make opens anything."""
    with pytest.raises(BadToken):
        TOKENS.open(Purpose.SUBSCRIPTION, text)


@given(ROWS, st.integers(0, 21), st.sampled_from("ABCxyz019-_"))
def test_a_changed_token_is_a_bad_token(row: int, place: int, char: str) -> None:
    """Changing one character spoils a token."""
    token = TOKENS.seal(Purpose.SUBSCRIPTION, row)
    changed = token[:place] + char + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadToken):
            TOKENS.open(Purpose.SUBSCRIPTION, changed)


@given(st.lists(ROWS, max_size=5), st.lists(st.text(max_size=24), max_size=3))
def test_many_are_opened_at_once_under_every_key_and_the_others_left_out(rows: list[int], others: list[str]) -> None:
    """What was sealed with an old key, with the new one, and what was not sealed for this."""
    sealed = {Tokens((key,)).seal(Purpose.DELIVERY, row): row for row in rows for key in (OLD, NEW)}
    foreign = [TOKENS.seal(Purpose.PREFERENCES, row) for row in rows]

    assert TOKENS.open_many(Purpose.DELIVERY, [*sealed, *foreign, *others]) == sealed


def test_fresh_tokens_differ_and_are_stored_as_hashes() -> None:
    """A fresh token never equals another, nor its stored form."""
    (one, stored), (two, _) = TOKENS.fresh(), TOKENS.fresh()

    assert one != two
    assert stored == TOKENS.fresh_hash(one) != one


def test_keyed_hashes_come_under_every_key_with_the_signing_key_first() -> None:
    """A look-up finds what an old key has stored."""
    assert TOKENS.keyed_hashes(Purpose.SUPPRESSION, "x") == [
        Tokens((NEW,)).keyed_hash(Purpose.SUPPRESSION, "x"),
        Tokens((OLD,)).keyed_hash(Purpose.SUPPRESSION, "x"),
    ]


def test_no_key_is_refused() -> None:
    """Tokens without a key would be open to all."""
    with pytest.raises(ValueError, match="secret key"):
        Tokens(())


@given(st.lists(st.integers(0, 2**63 - 1), max_size=40))
def test_many_are_sealed_as_one_by_one(rows: list[int]) -> None:
    """The same tokens, with one call of the cipher; a link made either way opens."""
    tokens = Tokens((b"a key of the tests, long enough now",))

    sealed = tokens.seal_many(Purpose.DELIVERY, rows)

    assert sealed == [tokens.seal(Purpose.DELIVERY, row) for row in rows]
    assert [tokens.open(Purpose.DELIVERY, token) for token in sealed] == rows


@given(st.binary(min_size=1, max_size=200), st.sampled_from(Purpose))
def test_keys_are_derived_as_the_library_derives_them(key: bytes, purpose: Purpose) -> None:
    """HKDF (RFC 5869), byte for byte: another key would close the vault and end every link."""
    theirs = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"storywell " + purpose.encode())

    assert derive_key(key, purpose) == theirs.derive(key)
