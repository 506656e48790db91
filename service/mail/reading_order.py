"""What a screen reader says of a mail's HTML part, in its order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.mail.elements import Element, read_page

_HEADINGS = {f"h{level}": f"Heading {level}" for level in range(1, 7)}
_BLOCKS = frozenset({"div", "table", "tr", "td", "p", "ul", "ol", "li", "br"})


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that is said: what it is (empty for plain words), and its words."""

    kind: str
    words: str


def reading_order(html: str) -> Sequence[Utterance]:
    """Headings, words, links and pictures of a page, one after the other as they stand in it."""
    said: list[Utterance] = []
    plain = ""
    for piece in [*_pieces(read_page(html)), Utterance("block", "")]:
        if isinstance(piece, str):
            plain += piece
            continue
        if words := " ".join(plain.split()):
            said.append(Utterance("", words))
        plain = ""
        if piece.words:
            said.append(piece)
    return said


def _pieces(element: Element) -> Iterator[str | Utterance]:
    """Loose words as they come, and whatever is announced by itself or begins a line of its own."""
    kind = _HEADINGS.get(element.tag) or ("Link" if element.tag == "a" and element.attributes.get("href") else "")
    if element.hidden or element.attributes.get("aria-hidden") == "true":
        return
    if kind or element.tag == "img":
        yield Utterance(kind or "Picture", element.text)
        return
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _pieces(child)
    if element.tag in _BLOCKS:
        yield Utterance("block", "")
