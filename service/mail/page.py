"""MJML to one HTML page that a screen reader, a phone and an old mail program can all read.

The converter leaves out some of what accessibility needs; that is put into its output. Our own styles are then written
onto the elements, because some mail programs read no style sheet.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from service.mail.mjml_source import Attributes, BadTemplate, check_source

_VOID_TAGS = "area base br col embed hr img input link meta source track wbr"
VOID = frozenset(_VOID_TAGS.split())
"""HTML elements without content or end tag."""

_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{")
_LEAVE_ALONE = 'data-css-inline="ignore"'


def to_page(mjml: str, styles: str) -> str:
    """The HTML of an MJML source, with `styles` (CSS) written onto the elements they match.

    Raises BadTemplate when the source is not well formed or goes beyond the tags and attributes that we use.
    """
    from mjml import mjml2html  # noqa: PLC0415 - 1 MB that most processes never need

    language = check_source(mjml)
    try:
        html = mjml2html(mjml, fonts={})  # no fonts from elsewhere: opening a mail must tell nobody
    except ValueError as error:
        raise BadTemplate(f"not well-formed MJML: {error}") from error
    return _inline(_complete(html, language), styles)


def darkened(html: str) -> str:
    """The page as it looks in dark mode: what its style sheets say for it, written onto the elements."""
    return _inline(html, "".join(_dark_rules(html)))


def _dark_rules(html: str) -> Iterator[str]:
    for block in _DARK.finditer(html):
        depth = 1
        for place in range(block.end(), len(html)):
            depth += {"{": 1, "}": -1}.get(html[place], 0)
            if depth == 0:
                yield html[block.end() : place]
                break


def _complete(html: str, language: dict[str, str]) -> str:
    """Put in what the converter leaves out, and keep its own style sheets from being written onto every cell."""
    page = _Page(language)
    page.feed(html)
    page.close()
    lines = [0, *(end.end() for end in re.finditer("\n", html))]
    for (line, column), length, attributes in reversed(page.missing):
        place = lines[line - 1] + column + length
        html = f"{html[:place]} {attributes}{html[place:]}"
    return html


class _Page(HTMLParser):
    """Finds start tags that lack something. `missing`: where the tag begins, the length of `<tag`, the attributes."""

    def __init__(self, language: dict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.missing: list[tuple[tuple[int, int], int, str]] = []
        self._language = " ".join(f'{name}="{value}"' for name, value in language.items())
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note what the tag lacks and remember that we are inside it."""
        names = {name for name, _ in attrs}
        if self._open[-1:] == ["body"] and "lang" not in names:
            self._note(tag, self._language)
        if tag == "table" and "role" not in names:
            self._note(tag, 'role="presentation"')
        if tag == "img" and "alt" not in names:
            self._note(tag, 'alt=""')
        if tag == "style":
            self._note(tag, _LEAVE_ALONE)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Step out of a tag."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def _note(self, tag: str, attributes: str) -> None:
        self.missing.append((self.getpos(), len(tag) + 1, attributes))


def _inline(html: str, styles: str) -> str:
    from css_inline import CSSInliner  # noqa: PLC0415 - 2 MB that most processes never need

    inliner = CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False, extra_css=styles)
    return inliner.inline(html).replace(f" {_LEAVE_ALONE}", "")
