"""Names go into mails, so they are only names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.subscribers.names import LONGEST_NAME, tidy_name


@given(st.text())
def test_a_name_is_one_short_line(typed: str) -> None:
    """No control character survives, so no header and no line can be broken with a name."""
    name = tidy_name(typed)

    assert len(name) <= LONGEST_NAME
    assert not any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in name)


@pytest.mark.parametrize("name", ["Ada", "Zoë Åström", "محمد", "李小龍", "O'Neil", "J. R. de la Cruz"])
def test_names_of_the_world_stay_as_they_are(name: str) -> None:
    """Whatever script."""
    assert tidy_name(f"  {name}\n") == name


@pytest.mark.parametrize(
    "typed", ["Win at https://evil.test", "www.evil.test", "mal@example.test", "visit evil.com now"]
)
def test_an_advertisement_is_not_a_name(typed: str) -> None:
    """Our mails carry nobody's web address to strangers."""
    assert tidy_name(typed) == ""
