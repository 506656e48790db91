"""What a mail program computes from inline styles."""

import pytest

from service.mail.colours import BLACK, WHITE, read_colour
from service.mail.elements import Element, read_page


def innermost(html: str) -> Element:
    """The last <b> of a page."""
    return list(read_page(html).find("b"))[-1]


@pytest.mark.parametrize(
    ("outer", "inner", "size"),
    [
        ("", "", 16),
        ("font-size:20px", "", 20),
        ("font-size:20px", "font-size:1.5em", 30),
        ("font-size:20px", "font-size:50%", 10),
        ("font-size:20px", "font-size:2rem", 32),
        ("font-size:20px", "font-size:large", 20),
    ],
)
def test_font_size_is_inherited_in_pixels(outer: str, inner: str, size: float) -> None:
    """Relative sizes are relative to what is around."""
    assert innermost(f'<p style="{outer}"><b style="{inner}">x</b></p>').font_size == size


@pytest.mark.parametrize(
    ("outer", "height"),
    [("", 24), ("line-height:1.5", 30), ("line-height:150%", 15), ("line-height:30px", 30), ("line-height:normal", 0)],
)
def test_line_height_as_number_grows_with_the_letters(outer: str, height: float) -> None:
    """Said as a length or a share, it stays what it was where it was said."""
    assert innermost(f'<p style="font-size:10px;{outer}"><b style="font-size:20px">x</b></p>').line_height == height


def test_colours_come_from_the_nearest_that_says_one() -> None:
    """Styles before attributes, and white paper under everything."""
    element = innermost('<table bgcolor="#ff0000"><tr><td style="color:#00f"><b>x</b></td></tr></table>')

    assert (element.colour, element.background) == (read_colour("#00f"), read_colour("#f00"))
    assert (innermost("<b>x</b>").colour, innermost("<b>x</b>").background) == (BLACK, WHITE)


def test_reading_order_and_hidden_parts() -> None:
    """What is read out, and what is not there for a reader."""
    page = read_page('<p>One <b>two</b><br>three <img alt="four"></p><p style="display:none"><b>five</b></p>')

    assert next(page.find("p")).text == "One two three four"
    assert [each.text for each in page.find("b")] == ["two"]


def test_stray_end_tags_do_no_harm() -> None:
    """Mails come from many hands."""
    assert innermost("</td></p><p>a</div><b>x</b>").text == "x"
