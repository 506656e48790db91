"""The part of MJML that our templates may use, and a check that refuses everything else by name.

The converter takes unknown tags and attributes without a word, so a misspelling would only be seen in a reader's mail.
"""

from dataclasses import dataclass
from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]

_ABOVE = "mj-attributes"  # its children say defaults for their kind, and so need nothing themselves
_SPACE = {"padding", "padding-top", "padding-right", "padding-bottom", "padding-left"}
_LETTERS = {"align", "color", "font-family", "font-size", "font-style", "font-weight", "line-height", "text-decoration"}
_BORDERS = {"border", "border-bottom", "border-left", "border-radius", "border-right", "border-top"}
_BOX = _SPACE | _BORDERS | {"background-color", "css-class", "direction"}
_BLOCK = _SPACE | {"container-background-color", "css-class"}
_BUTTON = {"background-color", "border", "border-radius", "inner-padding", "width"}
_IMAGE = {"align", "border-radius", "height", "href", "width"}
_RULE = {"border-color", "border-style", "border-width", "width"}


class BadTemplate(Exception):
    """A mail template uses something that we do not; the message names it and its line."""


@dataclass(frozen=True)
class _Tag:
    """Where a tag may stand, which attributes it may have and which it must."""

    inside: set[str]
    may: set[str]
    must: frozenset[str] = frozenset()


_TAGS = {
    "mjml": _Tag({""}, set(), frozenset({"lang", "dir"})),
    "mj-head": _Tag({"mjml"}, set()),
    "mj-title": _Tag({"mj-head"}, set()),
    "mj-preview": _Tag({"mj-head"}, set()),
    "mj-raw": _Tag({"mj-head"}, set()),
    "mj-style": _Tag({"mj-head"}, set()),
    "mj-attributes": _Tag({"mj-head"}, set()),
    "mj-all": _Tag({_ABOVE}, _LETTERS),
    "mj-body": _Tag({"mjml"}, {"background-color", "css-class", "width"}),
    "mj-wrapper": _Tag({"mj-body", _ABOVE}, _BOX | {"text-align"}),
    "mj-section": _Tag({"mj-body", "mj-wrapper", _ABOVE}, _BOX | {"text-align"}),
    "mj-column": _Tag({"mj-section", _ABOVE}, _BOX | {"vertical-align", "width"}),
    "mj-text": _Tag({"mj-column", _ABOVE}, _BLOCK | _LETTERS),
    "mj-button": _Tag({"mj-column", _ABOVE}, _BLOCK | _LETTERS | _BUTTON, frozenset({"href"})),
    "mj-image": _Tag({"mj-column", _ABOVE}, _BLOCK | _IMAGE, frozenset({"alt", "src"})),
    "mj-divider": _Tag({"mj-column", _ABOVE}, _BLOCK | _RULE),
    "mj-spacer": _Tag({"mj-column", _ABOVE}, {"container-background-color", "css-class", "height"}),
}


def check_source(mjml: str) -> dict[str, str]:
    """The `lang` and `dir` that an MJML source says for its page. Raises BadTemplate for anything not in the table."""
    source = _Source()
    source.feed(mjml)
    source.close()
    if not source.language:
        raise BadTemplate("there is no <mjml> in it")
    return source.language


class _Source(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language: dict[str, str] = {}
        self._open = [""]

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Check one tag and remember that we are inside it."""
        if not tag.startswith("mj"):
            return
        self._check(tag, {name for name, _ in attrs})
        self._open.append(tag)
        if tag == "mjml":
            self.language = {name: value or "" for name, value in attrs}

    def handle_endtag(self, tag: str) -> None:
        """Step out of a tag."""
        if tag in self._open[1:]:
            del self._open[self._open.index(tag, 1) :]

    def _check(self, tag: str, attributes: set[str]) -> None:
        line, parent, rule = self.getpos()[0], self._open[-1], _TAGS.get(tag)
        if rule is None:
            raise BadTemplate(f"line {line}: we do not use <{tag}>")
        if parent not in rule.inside:
            raise BadTemplate(f"line {line}: <{tag}> may not stand in <{parent}>")
        if unknown := attributes - rule.may - rule.must:
            raise BadTemplate(f"line {line}: <{tag}> has no attribute {min(unknown)!r}")
        if parent != _ABOVE and (missing := rule.must - attributes):
            raise BadTemplate(f"line {line}: <{tag}> needs {min(missing)!r}")
