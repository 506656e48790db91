"""The numbers for somebody in danger are there for every country that can be set."""

import re

import pytest

from service.settings import READERS
from service.stories.helplines import HELPLINES


@pytest.mark.parametrize("country", HELPLINES)
def test_each_country_has_its_lines(country: str) -> None:
    """Emergency first, each with a way to reach it and a sentence that says what for."""
    lines = HELPLINES[country]

    assert READERS["helplines"](country) == country
    assert lines[0].name == "Emergency"
    assert all((line.call or line.text) and line.says.endswith(".") for line in lines)


def test_a_number_can_be_pressed() -> None:
    """Digits only, whatever stands between them for the eye; a line for texts is not dialled."""
    links = [line.link for lines in HELPLINES.values() for line in lines if line.link]

    assert all(re.fullmatch(r"tel:[\d-]+", link) for link in links)
    assert [line.link for line in HELPLINES["GB"] if line.name == "SHOUT"] == [""]


def test_the_united_kingdom_has_the_lines_that_everybody_knows() -> None:
    """Samaritans, Childline, SHOUT and 999."""
    said = " ".join(f"{line.name} {line.call} {line.text}" for line in HELPLINES["GB"])

    for known in ("999", "116 123", "85258", "0800 1111"):
        assert known in said
