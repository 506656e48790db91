"""A page as a tree of elements with the inline styles a mail program would compute for them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

from service.mail.colours import BLACK, WHITE, Colour, read_colour
from service.mail.mjml_source import Attributes
from service.mail.page import VOID

DEFAULT_SIZE = 16.0
"""Pixels of text that nothing else was said about."""

_LENGTH = re.compile(r"(-?[\d.]+)(px|em|rem|%|)")


@dataclass(eq=False)
class Element:
    """One element: its attributes, its inline style, and its children in reading order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Self | None = None
    children: list[Self | str] = field(default_factory=list)
    style: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        pairs = (part.split(":", 1) for part in self.attributes.get("style", "").split(";") if ":" in part)
        self.style = {name.strip().lower(): value.replace("!important", "").strip() for name, value in pairs}

    def walk(self) -> Iterator[Self]:
        """This element and all below it, in reading order."""
        yield self
        for child in self.children:
            if not isinstance(child, str):
                yield from child.walk()

    def find(self, *tags: str) -> Iterator[Self]:
        """All elements of these tags that a reader can see."""
        return (element for element in self.walk() if element.tag in tags and not element.hidden)

    def lineage(self) -> Iterator[Self]:
        """This element, its parent, and so on up to the root."""
        element: Self | None = self
        while element is not None:
            yield element
            element = element.parent

    @property
    def hidden(self) -> bool:
        """Whether it, or something around it, is taken out of the page."""
        return any(element.tag in _UNSEEN or element.style.get("display") == "none" for element in self.lineage())

    @property
    def own_text(self) -> str:
        """The words directly in it, without those of its children."""
        return " ".join(" ".join(child for child in self.children if isinstance(child, str)).split())

    @property
    def text(self) -> str:
        """All words in it as they are read out, the texts of pictures included."""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join([self.attributes.get("alt", ""), *parts]).split())

    @property
    def font_size(self) -> float:
        """Pixels."""
        base = self.parent.font_size if self.parent else DEFAULT_SIZE
        return _pixels(self.style.get("font-size", ""), of=base, otherwise=base)

    @property
    def line_height(self) -> float:
        """Pixels from one line to the next; 1.2 of the font size when nothing was said."""
        for element in self.lineage():
            if said := element.style.get("line-height"):
                if _is_number(said):  # a bare number is inherited as such, a length as a length
                    return self.font_size * float(said)
                return _pixels(said, of=element.font_size, otherwise=0)
        return self.font_size * 1.2

    @property
    def colour(self) -> Colour:
        """The colour of its text."""
        found = (read_colour(element.style.get("color", "")) for element in self.lineage())
        return next((colour for colour in found if colour), BLACK)

    @property
    def background(self) -> Colour:
        """The nearest painted colour behind its text; white paper when nothing is painted."""
        return next((paint for element in self.lineage() if (paint := element.paint)), WHITE)

    @property
    def paint(self) -> Colour | None:
        """The colour it paints behind itself."""
        said = (self.style.get("background-color"), self.style.get("background"), self.attributes.get("bgcolor"))
        return next((colour for text in said if text and (colour := read_colour(text))), None)

    @property
    def height_of_padding(self) -> float:
        """Pixels of padding above and below."""
        parts = self.style.get("padding", "0").split()
        return sum(_pixels(part, of=0, otherwise=0) for part in (parts[0], parts[2] if len(parts) > 2 else parts[0]))


_UNSEEN = frozenset({"head", "script", "style", "template"})


def read_page(html: str) -> Element:
    """The tree of a page, under a nameless root."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._inside = self.root

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Hang a new element under the one we are in."""
        element = Element(tag, {name: value or "" for name, value in attrs}, self._inside)
        self._inside.children.append(element)
        if tag not in VOID:
            self._inside = element

    def handle_endtag(self, tag: str) -> None:
        """Step out of the nearest element of this tag."""
        for element in self._inside.lineage():
            if element.tag == tag and element.parent:
                self._inside = element.parent
                return

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self._inside.children.append(data)


def _is_number(text: str) -> bool:
    found = _LENGTH.fullmatch(text)
    return bool(found and not found[2])


def _pixels(text: str, *, of: float, otherwise: float) -> float:
    found = _LENGTH.fullmatch(text)
    if not found:
        return otherwise
    unit = {"px": 1.0, "em": of, "rem": DEFAULT_SIZE, "%": of / 100, "": 1.0}[found[2]]
    return float(found[1]) * unit
