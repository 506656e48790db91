"""The part of MJML that templates may use."""

import pytest

from service.mail.mjml_source import BadTemplate, check_source


def source(column: str = "", head: str = "", start: str = '<mjml lang="en" dir="ltr">') -> str:
    """A small source with something in its column or head."""
    body = f"<mj-body><mj-section><mj-column>{column}</mj-column></mj-section></mj-body>"
    return f"{start}<mj-head>{head}</mj-head>{body}</mjml>"


def test_language_and_direction_are_told() -> None:
    """They go onto every part of the page that needs them."""
    assert check_source(source(start='<mjml lang="ar" dir="rtl">')) == {"lang": "ar", "dir": "rtl"}


def test_what_we_use_is_let_through() -> None:
    """Also defaults, which need not say what each element must."""
    head = '<mj-title>T</mj-title><mj-attributes><mj-button color="#fff" /><mj-all font-family="x" /></mj-attributes>'
    column = '<mj-text align="left"><p style="x">a<br>b</p></mj-text><mj-button href="x">B</mj-button><mj-spacer />'

    check_source(source(column, head))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("<mj-carousel></mj-carousel>", "<mj-carousel>"),
        ("<mj-txet>x</mj-txet>", "<mj-txet>"),
        ('<mj-text colour="red">x</mj-text>', "'colour'"),
        ('<mj-text href="x">x</mj-text>', "'href'"),
        ('<mj-image src="x.png" />', "'alt'"),
        ("<mj-button>x</mj-button>", "'href'"),
        ("<mj-section></mj-section>", "<mj-section> may not stand in <mj-column>"),
        ("<mj-text><mj-text>x</mj-text></mj-text>", "<mj-text> may not stand in <mj-text>"),
        ("<mj-style>p {}</mj-style>", "<mj-style> may not stand in <mj-column>"),
        ("<mj-table><tr><td>x</td></tr></mj-table>", "<mj-table>"),
    ],
)
def test_anything_else_is_refused_by_name(wrong: str, named: str) -> None:
    """The converter would take it without a word."""
    with pytest.raises(BadTemplate, match=named):
        check_source(source(wrong))


@pytest.mark.parametrize("start", ["<mjml>", '<mjml lang="en">', "<html>"])
def test_page_without_language_is_refused(start: str) -> None:
    """A screen reader has to know how to speak it."""
    with pytest.raises(BadTemplate):
        check_source(source(start=start))


def test_line_is_told() -> None:
    """So that the fault is found."""
    with pytest.raises(BadTemplate, match="line 3"):
        check_source(source("\n\n<mj-bogus />"))
