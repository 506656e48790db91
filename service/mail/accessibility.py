"""Whether everybody can read a mail: rules of the Email Markup Consortium and of WCAG 2.2 that a machine can check.

Colours are judged three times: as they are written, with our own styles for dark mode, and with light and dark swapped,
which is what programs that know no such styles do by force.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from quopri import encodestring

from service.mail.colours import contrast
from service.mail.elements import Element, read_page
from service.mail.page import darkened

LARGEST = 100_000
"""Bytes of HTML as sent; from about 102 kB on Gmail cuts the end off, and the unsubscribe link with it."""

SMALLEST_TEXT = 16.0
"""Pixels."""

LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WITHIN_A_LINE = frozenset({"a", "abbr", "b", "bdi", "em", "i", "span", "strong"})
_FILE_NAME = re.compile(
    r"(?i).*\.(png|jpe?g|gif|webp|svg|bmp)|(asset|image|img|photo|picture|untitled|screenshot|dsc)[ _-]*\d*"
)
_EMPTY_WORDS = frozenset(
    {"click", "click here", "here", "learn more", "link", "more", "read more", "this", "this link", "go"}
)
_ADDRESS = re.compile(r"(?i)(https?://|www\.)\S+")


def faults(html: str, text: str) -> list[str]:
    """What is wrong with a mail, one plain sentence each, most general first; empty when nothing is."""
    page = read_page(html)
    found = [fault for rule in _PAGE_RULES for fault in rule(page)]
    found += [*_dark(html), *_size(html), *_text_part(page, text)]
    return list(dict.fromkeys(found))


def _language(page: Element) -> Iterator[str]:
    for element in page.walk():
        if element.tag == "html" or (element.parent and element.parent.tag == "body"):
            for name in ("lang", "dir"):
                if not element.attributes.get(name):
                    yield f"<{element.tag}> has no {name}"


def _title(page: Element) -> Iterator[str]:
    if not any(element.text for element in page.walk() if element.tag == "title"):
        yield "the page has no title"


def _headings(page: Element) -> Iterator[str]:
    levels = [int(heading.tag[1]) for heading in page.find(*_HEADINGS)]
    if levels.count(1) != 1:
        yield f"there should be one main heading (h1), not {levels.count(1)}"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"a heading of level {after} follows one of level {before}"
    if any(not heading.text for heading in page.find(*_HEADINGS)):
        yield "a heading is empty"


def _tables(page: Element) -> Iterator[str]:
    for table in page.walk():
        has_headers = any(cell.tag == "th" for cell in table.walk())
        if table.tag == "table" and table.attributes.get("role") != "presentation" and not has_headers:
            yield 'a layout table has no role="presentation"'


def _pictures(page: Element) -> Iterator[str]:
    for picture in page.find("img"):
        words = picture.attributes.get("alt")
        if words is None:
            yield f"a picture has no alt text: {picture.attributes.get('src', '')}"
        elif _FILE_NAME.fullmatch(words.strip()):
            yield f"the alt text of a picture says nothing: “{words.strip()}”"


def _link_words(page: Element) -> Iterator[str]:
    goes_to: dict[str, str] = {}
    for link in page.find("a"):
        words, address = link.text, link.attributes.get("href", "").strip()
        if not address or address == "#":
            yield f"a link goes nowhere: “{words}”"
        if not words:
            yield f"a link has no words: {address}"
        elif words.casefold().strip(" .!>→»") in _EMPTY_WORDS or _ADDRESS.fullmatch(words):
            yield f"the words of a link do not say where it goes: “{words}”"
        elif goes_to.setdefault(words.casefold(), address) != address:
            yield f"two links with the same words go to different places: “{words}”"


def _link_look(page: Element) -> Iterator[str]:
    for link in page.find("a"):
        if link.paint:
            if link.line_height + link.height_of_padding < 44:
                yield f"a button is less than 44 pixels high: “{link.text}”"
        elif link.text and "none" in link.style.get("text-decoration", "underline"):
            yield f"a link is not underlined: “{link.text}”"


def _letters(page: Element) -> Iterator[str]:
    for element in _with_words(page):
        size = element.font_size
        if size < SMALLEST_TEXT:
            yield f"text is smaller than {SMALLEST_TEXT:g} pixels: “{_start(element)}”"
        if element.line_height / size < _least_line_height(element) - 0.01:
            yield f"lines stand too close: “{_start(element)}”"
        if _inherited(element, "text-align") == "justify":
            yield f"text is justified: “{_start(element)}”"


def _alignment(page: Element) -> Iterator[str]:
    """Lines begin on the side on which their language begins; words of another within a line stand where they come."""
    for element in _with_words(page):
        if _in_button(element):  # it is as wide as its words
            continue
        lines = (around for around in element.lineage() if around.tag not in _WITHIN_A_LINE)
        way = next((around.attributes["dir"] for around in lines if around.attributes.get("dir")), "ltr")
        if _inherited(element, "text-align") == {"rtl": "left", "ltr": "right"}.get(way):
            yield f"words of a language that is read {way} begin on the wrong side: “{_start(element)}”"


def _contrast(page: Element) -> Iterator[str]:
    for element in _with_words(page):
        ink, paper = element.colour, element.background
        if contrast(ink, paper) < LEAST_CONTRAST:
            yield f"too little contrast ({contrast(ink, paper):.1f}:1, {ink} on {paper}): “{_start(element)}”"
        swapped = contrast(ink.swapped, paper.swapped)
        if swapped < LEAST_CONTRAST:
            yield f"too little contrast where a program swaps light and dark ({swapped:.1f}:1): “{_start(element)}”"


def _dark(html: str) -> Iterator[str]:
    for element in _with_words(read_page(darkened(html))):
        found = contrast(element.colour, element.background)
        if found < LEAST_CONTRAST:
            yield f"too little contrast in dark mode ({found:.1f}:1): “{_start(element)}”"


def sent_size(html: str) -> int:
    """Bytes of an HTML part as it is sent: quoted-printable. Fill its slots first."""
    return len(encodestring(html.encode()))


def _size(html: str) -> Iterator[str]:
    size = sent_size(html)
    if size > LARGEST:
        yield f"the mail is {size // 1000} kB; from {LARGEST // 1000} kB on its end may be cut off"


def _text_part(page: Element, text: str) -> Iterator[str]:
    if not text.strip():
        yield "the text part is empty"
    for link in page.find("a"):
        address = link.attributes.get("href", "")
        if "unsubscribe" in address and address not in text:
            yield "the text part does not have the unsubscribe link"


_PAGE_RULES: tuple[Callable[[Element], Iterator[str]], ...] = (
    _language,
    _title,
    _headings,
    _tables,
    _pictures,
    _link_words,
    _link_look,
    _letters,
    _alignment,
    _contrast,
)


def _with_words(page: Element) -> Iterator[Element]:
    return (element for element in page.walk() if element.tag and element.own_text and not element.hidden)


def _least_line_height(element: Element) -> float:
    """1.5 for running text; headings and buttons are short, and look torn apart at that."""
    is_heading = any(around.tag in _HEADINGS for around in element.lineage())
    return 1.2 if is_heading or _in_button(element) else 1.5


def _in_button(element: Element) -> bool:
    return any(around.tag == "a" and around.paint for around in element.lineage())


def _inherited(element: Element, name: str) -> str:
    return next((around.style[name] for around in element.lineage() if name in around.style), "")


def _start(element: Element) -> str:
    words = element.own_text
    return words if len(words) <= 40 else words[:40] + "…"
