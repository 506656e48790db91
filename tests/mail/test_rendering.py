"""Folders of templates, and the issue's own."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from css_inline import CSSInliner
from jinja2 import UndefinedError
from markupsafe import Markup

from service.issues.frames.english import ENGLISH
from service.issues.frames.frame import Frame
from service.issues.frames.table import FRAMES
from service.mail.accessibility import faults
from service.mail.elements import read_page
from service.mail.rendering import Rendered, Templates
from tests.mail.sample import ARABIC, ITEMS, issue, item


def rendered(templates: Templates, lang: str = "en-GB", frame: Frame = ENGLISH, **changes: Any) -> Rendered:
    """The sample issue."""
    return templates.render("issue", lang=lang, **issue(frame, within=lang, **changes))


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A folder of templates with one of our own in it."""
    (tmp_path / "note").mkdir()
    (tmp_path / "_layout.css").write_text("p { margin: 0; }")
    (tmp_path / "note" / "subject.txt").write_text("  Hello\n{{ name }}\n\n")
    (tmp_path / "note" / "body.txt").write_text("{{ subject }}  \n\n\n\n{{ name }}\n\n")
    (tmp_path / "note" / "body.mjml").write_text(
        '<mjml lang="{{ lang }}" dir="{{ dir }}"><mj-body><mj-section><mj-column>'
        "<mj-text><p>{{ name }}</p></mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    return tmp_path


def test_subject_is_one_line_and_text_is_tidy(note: Path) -> None:
    """Whatever blanks the template leaves."""
    page = Templates(note).render("note", lang="en", name="Ada\r\nBcc: mal@example.test")

    assert page.subject == "Hello Ada Bcc: mal@example.test"
    assert Templates(note).render("note", lang="en", name="Ada").text == "Hello Ada\n\nAda\n"


def test_words_are_escaped_in_html_and_only_there(note: Path) -> None:
    """A name is a name."""
    page = Templates(note).render("note", lang="en", name="<b>Ada</b> & co")

    assert "<p style" in page.html
    assert "&lt;b&gt;Ada&lt;/b&gt; &amp; co" in page.html
    assert "<b>Ada</b> & co" in page.text


def test_word_that_nobody_gave_is_an_error(note: Path) -> None:
    """Never a gap in a mail."""
    with pytest.raises(UndefinedError, match="name"):
        Templates(note).render("note", lang="en")


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("lang", ["en-GB", "ar", "pl"])
def test_issue_passes_every_check(lang: str, frame: str, templates: Templates) -> None:
    """The goal is no fault at all, in both directions and in every frame."""
    page = rendered(templates, lang, FRAMES[frame])

    assert faults(page.html, page.text) == []
    assert [title.text for title in read_page(page.html).walk() if title.tag == "title"] == [page.subject]


def test_issue_says_the_same_in_text_and_html(templates: Templates) -> None:
    """Who reads the text part misses nothing."""
    page = rendered(templates)
    seen = read_page(page.html).text

    for part in ITEMS:
        for words in (
            part["title"] or part["heading"],
            part["teaser"],
            part["note"],
            part["byline"],
            part["link_words"],
        ):
            assert words in page.text
            assert words in seen
        assert part["url"] in page.text
        assert part["url"] in page.html


def test_unsubscribe_stands_at_the_top_and_at_the_end(templates: Templates) -> None:
    """The top one is there even when a mail program cuts the end off."""
    page = rendered(templates)

    for part in (page.text, page.html):
        assert part.count("%%unsubscribe_url%%") == 2
        assert part.index("%%unsubscribe_url%%") < part.index("%%greeting")
        assert "%%preferences_url%%" in part


@pytest.mark.parametrize("part", ["html", "text"])
@pytest.mark.parametrize("frame", [frame for frame in FRAMES.values() if frame is not ENGLISH])
def test_no_english_is_left_in_another_frame(part: str, frame: Frame, templates: Templates) -> None:
    """Every word that is not the editors' comes from the frame."""
    page = unescape(getattr(rendered(templates, frame.lang, frame), part))

    for words in (frame.web_copy, frame.unsubscribe, frame.choose, frame.before_you_read, frame.hard_day):
        assert words in page
    for words in ("Read this on", "Unsubscribe", "Choose what", "You get", "Before you", "If today", "People who"):
        assert words not in page


def test_a_frame_in_the_language_of_the_letter_says_nothing_of_it(templates: Templates) -> None:
    """The page has said it."""
    english, french = rendered(templates).html, rendered(templates, "fr", FRAMES["fr"]).html

    assert 'lang="en"' not in english
    assert 'dir="rtl"' not in english + french


@pytest.mark.parametrize(("lang", "frame"), [("en-GB", "ar"), ("ar", "en"), ("pl", "en")])
def test_words_in_another_language_than_the_letter_say_so(lang: str, frame: str, templates: Templates) -> None:
    """Every one of them, and they begin on their own side (WCAG 2.2, 3.1.2)."""
    ours, page = FRAMES[frame], rendered(templates, lang, FRAMES[frame]).html
    said = (ours.web_copy, ours.choose, ours.before_you_read, ours.hard_day, ours.hard_day_words)

    assert [words for words in said if words not in page] == []
    for words in said:
        for found in (each for each in read_page(page).find("h2", "p", "a", "strong") if each.own_text == words):
            around = next(each.attributes for each in found.lineage() if each.attributes.get("lang"))
            assert (around["lang"], around["dir"]) == (ours.lang, ours.dir)


def test_a_telephone_number_keeps_its_order(templates: Templates) -> None:
    """Between words from right to left its groups would change places."""
    page = read_page(rendered(templates, "ar", FRAMES["ar"]).html)

    assert [each.own_text for each in page.find("bdi") if each.attributes.get("dir") == "ltr"] == ["116 123"]


def test_right_to_left_really_is(templates: Templates) -> None:
    """Sections and columns as well as words: the converter leaves them left to right."""
    html = rendered(templates, "ar", FRAMES["ar"]).html

    assert "direction:rtl" in html
    assert "direction:ltr" not in html
    assert "text-align:left;color" not in html


def test_preview_is_padded(templates: Templates) -> None:
    """So that the first words of the body do not run into it."""
    [preview] = [each for each in read_page(rendered(templates).html).walk() if each.style.get("max-height") == "0px"]

    assert preview.own_text.startswith(issue()["issue"]["preheader"])
    assert "\u034f\u200c\xa0" * 60 in "".join(child for child in preview.children if isinstance(child, str))


def test_words_of_people_stay_words(templates: Templates) -> None:
    """Markup is taken only where an editor's text was cleaned before."""
    part = item(
        "story", "A <i>", title="<script>x</script>", teaser='"><b>', url="https://x.example/?a=1&b=2", link_words="L&L"
    )

    html = rendered(templates, items=[part | {"html": Markup("<p>clean</p>")}]).html

    assert "<script>" not in html
    assert "<p" in html
    assert 'href="https://x.example/?a=1&amp;b=2"' in html


def test_twelve_stories_stay_small(templates: Templates) -> None:
    """Gmail cuts at 102 kB; our own budget is 60."""
    stories = [ITEMS[1] | {"title": f"Story {n}", "link_words": f"Read story {n}"} for n in range(12)]

    assert len(rendered(templates, items=stories).html.encode()) < 60_000


def test_dark_colours_can_be_read_too(templates: Templates) -> None:
    """The rules for dark screens, written onto the elements as a mail program in the dark applies them."""
    page = rendered(templates)
    [dark] = re.findall(r"@media \(prefers-color-scheme: dark\) \{(.*?\})\s*\}", page.html, re.DOTALL)

    html = CSSInliner(load_remote_stylesheets=False, extra_css=dark).inline(page.html)

    assert "#ece4d6" in re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    assert faults(html, page.text) == []


def test_links_that_stand_alone_are_as_high_as_a_thumb(templates: Templates) -> None:
    """Unsubscribe above all: 44 pixels, at the top and at the end."""
    page = read_page(templates.render("issue", lang="en-GB", **issue()).html)
    alone = [link for link in page.find("a") if link.attributes.get("class") == "tap"]

    assert [link.text for link in alone] == [
        "Read this on the web", "Unsubscribe", "call 116 123", "Find a helpline near you",
        "Choose what you get, or take a break", "Unsubscribe",
    ]  # fmt: skip
    assert {link.line_height + link.height_of_padding for link in alone} == {44}


def test_an_item_in_another_language_says_so(templates: Templates) -> None:
    """A screen reader changes its voice (WCAG 2.2, 3.1.2)."""
    story = item(
        "story", "A story", title="كرسي", teaser="نص", link_words="اقرأ", url="https://x.example", lang="ar", dir="rtl"
    )

    html = templates.render("issue", lang="en-GB", **issue(items=[story])).html

    assert html.count('lang="ar" dir="rtl"') == 2
    assert '<p class="kicker" lang' not in html


def test_an_issue_from_right_to_left_with_english_in_it_passes(templates: Templates) -> None:
    """Each language begins on its own side."""
    page = rendered(templates, "ar", FRAMES["ar"], items=ARABIC)

    assert faults(page.html, page.text) == []
    english = [each for each in read_page(page.html).find("h2", "p") if each.attributes.get("lang") == "en-GB"]
    assert [each.style["text-align"] for each in english] == ["left", "left"]
