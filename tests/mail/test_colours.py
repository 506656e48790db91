"""Colours and their contrast."""

import pytest

from service.mail.colours import BLACK, WHITE, Colour, contrast, read_colour


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#FFF", WHITE),
        ("#1b6157 none", Colour(0x1B, 0x61, 0x57)),
        ("rgb(1, 2, 3)", Colour(1, 2, 3)),
        ("white", WHITE),
        ("transparent", None),
        ("", None),
        ("rgba(0,0,0,0)", None),
    ],
)
def test_colour_is_read_as_css_writes_it(text: str, colour: Colour | None) -> None:
    """What paints nothing, or cannot be read, is None."""
    assert read_colour(text) == colour


def test_contrast_is_that_of_wcag() -> None:
    """Known pairs."""
    assert contrast(BLACK, WHITE) == contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(Colour(0x77, 0x77, 0x77), WHITE) == pytest.approx(4.48, abs=0.01)
    assert contrast(WHITE, WHITE) == 1


def test_light_and_dark_are_swapped_and_the_hue_stays() -> None:
    """What programs without dark styles of ours do by force."""
    assert (BLACK.swapped, WHITE.swapped) == (WHITE, BLACK)
    assert Colour(255, 0, 0).swapped == Colour(255, 0, 0)
    assert Colour(0x1B, 0x61, 0x57).swapped == Colour(0x9E, 0xE4, 0xDA)
