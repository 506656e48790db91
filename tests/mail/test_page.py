"""MJML to a page that everybody can read."""

import re

import pytest

from service.mail.elements import read_page
from service.mail.mjml_source import BadTemplate
from service.mail.page import to_page

STYLES = "p { color: #123456; } p a { text-decoration: underline; }"
PICTURE = '<mj-image src="https://x.example/b.png" alt="A bench" />'
BUTTON = '<mj-button href="%%unsubscribe_url%%">Stop</mj-button>'
WORDS = '<mj-text><p>Hello %%greeting_html%% <a href="%%preferences_url%%">choose</a></p></mj-text>'


def page(column: str = WORDS + PICTURE + BUTTON, lang: str = "en", direction: str = "ltr") -> str:
    """The page of a small source."""
    head = "<mj-title>T</mj-title><mj-preview>Soon</mj-preview><mj-style>@media print { p { color: #000 } }</mj-style>"
    body = f"<mj-body><mj-section><mj-column>{column}</mj-column></mj-section></mj-body>"
    return to_page(f'<mjml lang="{lang}" dir="{direction}"><mj-head>{head}</mj-head>{body}</mjml>', STYLES)


def test_language_and_direction_stand_on_the_page_and_on_its_parts() -> None:
    """Some mail programs keep only what is inside the body."""
    html = read_page(page(lang="ar", direction="rtl"))

    [root] = html.find("html")
    [body] = html.find("body")
    parts = [child for child in body.children if not isinstance(child, str)]
    assert len(parts) == 2
    assert {(each.attributes["lang"], each.attributes["dir"]) for each in (root, *parts)} == {("ar", "rtl")}


def test_layout_tables_and_pictures_say_what_they_are() -> None:
    """A screen reader does not count cells, and reads a picture out."""
    html = read_page(page())

    assert {table.attributes.get("role") for table in html.find("table")} == {"presentation"}
    assert [picture.attributes.get("alt") for picture in html.find("img")] == ["A bench"]


def test_slots_pass_untouched() -> None:
    """In the words and in addresses."""
    assert re.findall(r"%%\w+%%", page()) == ["%%greeting_html%%", "%%preferences_url%%", "%%unsubscribe_url%%"]
    assert 'href="%%unsubscribe_url%%"' in page()


def test_own_styles_are_written_onto_the_elements_and_media_rules_kept() -> None:
    """Gmail on the mobile web reads no style sheet; others get dark colours from it."""
    html = page()

    assert '<p style="color: #123456;">' in html
    assert "@media print { p { color: #000 } }" in html
    assert "css-inline" not in html


def test_nothing_is_loaded_from_elsewhere() -> None:
    """Opening a mail tells nobody, but for the pictures an editor put in."""
    assert re.findall(r"https?://[^\"' <)]+", page(WORDS + BUTTON)) == ["http://www.w3.org/1999/xhtml"]


@pytest.mark.parametrize("column", ["<mj-text><p>open</mj-text>", "<mj-text>a < b & c</mj-text", "<mj-bogus />"])
def test_broken_source_is_refused(column: str) -> None:
    """Before anybody gets it."""
    with pytest.raises(BadTemplate):
        page(column)
